"""Telephone tickets from a table: every bad line named first, then lives that count like any other."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from desk.app import Desk
from desk.importing.check import ImportCheck, check
from desk.importing.import_calls import bring
from desk.importing.sheet import BadSheet
from desk.statistics import queries
from desk.statistics.period import read_period
from desk.statistics.rates import Counts
from desk.workflow.states import Actor, Role, State
from intake.city import CityProfile

CENTRE = Actor(Role.CENTRE, "wang")
NOW = datetime(2023, 6, 1, tzinfo=UTC)
HEAD = "工单编号,受理时间,诉求类型,主要内容,电话,承办单位,派单时间,签收时间,办结时间,是否解决,是否满意"
DONE = (
    "T1,2023-04-03 09:00,投诉,暖气不热,13900000000,housing,"
    "2023-04-03 10:00,2023-04-03 10:30,2023-04-04 16:00,已解决,满意"
)


@pytest.fixture
def sheet(tmp_path: Path, city: CityProfile) -> Any:
    """Check a CSV of these lines under the usual head, or another one."""

    def read(*lines: str, head: str = HEAD, encoding: str = "utf-8") -> ImportCheck:
        path = tmp_path / "calls.csv"
        path.write_text("\n".join((head, *lines)) + "\n", encoding)
        return check(path, city, NOW)

    return read


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"PK\x03\x04 no", "no workbook"), (b"\x81\xff\xff", "neither"), (b'a,"b\nc', "no CSV")],
)
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, city: CityProfile, content: bytes, reason: str
) -> None:
    path = tmp_path / "calls"
    path.write_bytes(content)
    with pytest.raises(BadSheet, match=reason):
        check(path, city, NOW)


def test_missing_columns_and_columns_that_stand_twice_are_named(sheet: Any) -> None:
    problems = sheet("x", head="工单编号,受理编号").problems
    assert {(one.line, one.column) for one in problems} == {
        (1, "受理编号"),
        (1, "受理时间"),
        (1, "诉求类型"),
        (1, "内容"),
    }


@pytest.mark.parametrize(
    ("old", "new", "column", "reason"),
    [
        ("T1", "", "工单编号", "is empty"),
        ("T1", "T" * 65, "工单编号", "longer than 64"),
        ("2023-04-03 09:00", "yesterday", "受理时间", "no date and time"),
        ("2023-04-03 09:00", "1823-04-03 09:00", "受理时间", "no year"),
        ("投诉", "抱怨", "诉求类型", "is none of 咨询"),
        ("暖气不热", "", "主要内容", "is empty"),
        ("housing", "moon", "承办单位", "no such unit"),
        ("housing", "", "承办单位", "needs the time of its dispatch"),
        ("2023-04-03 10:00", "", "承办单位", "the other way round"),
        ("2023-04-03 10:30", "2023-04-03 09:30", "签收时间", "earlier than 派单时间"),
        ("2023-04-04 16:00", "2023-04-02 16:00", "办结时间", "earlier than 签收时间"),
        ("2023-04-04 16:00", "2033-04-02 16:00", "办结时间", "in the future"),
        ("2023-04-04 16:00", "", "是否满意", "before it was completed"),
        ("已解决", "也许", "是否解决", "is none of"),
        ("满意", "很好", "是否满意", "is none of"),
    ],
)
def test_a_bad_value_is_named_with_line_column_and_reason(
    sheet: Any, old: str, new: str, column: str, reason: str
) -> None:
    found = sheet(DONE.replace("T1", "T0"), DONE.replace(old, new, 1))
    assert [one.reference for one in found.calls] == ["T0"]
    assert any(one.line == 3 and one.column == column and reason in one.reason for one in found.problems), (
        found
    )


def test_all_that_is_wrong_in_a_file_is_listed_at_once(sheet: Any) -> None:
    found = sheet("T1,x,y,", "T2,x,y,z", DONE, DONE)
    assert [one.line for one in found.problems] == [2, 2, 2, 3, 3, 5]
    assert found.problems[-1].reason == "stands in line 4 already"


def test_what_a_chinese_spreadsheet_saves_is_read_too(sheet: Any, tmp_path: Path, city: CityProfile) -> None:
    (call,) = sheet(DONE, encoding="gb18030").calls
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (HEAD.split(","), DONE.split(",")):
        book.active.append(row)
    book.active["E2"] = 13900000000.0
    book.active["B2"] = datetime(2023, 4, 3, 9, 0)  # noqa: DTZ001  # Excel knows no zones
    book.save(tmp_path / "calls.xlsx")
    assert check(tmp_path / "calls.xlsx", city, NOW).calls == (call,)
    assert (call.content, call.channel, call.submitted_at) == (
        "暖气不热",
        "TEL",
        datetime(2023, 4, 3, 1, tzinfo=UTC),
    )


async def test_a_call_counts_like_any_other_ticket_and_nobody_is_told(
    desk: Desk, sheet: Any, front_door: Any
) -> None:
    direct = "T2,2023-04-05 09:00,咨询,怎样办理,,,,,2023-04-05 09:05,,"
    open_one = "T3,2023-04-06 09:00,求助,路灯不亮,,street,2023-04-06 10:00,,,,"
    calls = sheet(DONE, direct, open_one).calls
    for again in (False, True):
        for call in calls:
            async with desk.database.write() as tx:
                assert await bring(tx, desk.office, call) is not again
    async with desk.database.read() as tx:
        tally = await queries.by_unit(tx, read_period("2023-04"), NOW, "last_round")
        intake = await queries.intake(tx, read_period("2023-04"))
        assert await queries.came_by(tx, read_period("2023-04"), "channel") == {"TEL": 3}
    assert tally.full["housing"] == Counts(
        tickets=1,
        judged_signing=1,
        signed_in_time=1,
        completed=1,
        judged_handling=1,
        done_in_time=1,
        attempted=1,
        called_back=1,
        answered=1,
        satisfied=1,
        solved=1,
        minutes=tally.full["housing"].minutes,
    )
    assert (tally.full["street"].open_late, intake.direct, intake.valid) == (1, 1, 3)
    assert await desk.counts(CENTRE) == {State.CLOSED: 2, State.DISPATCHED: 1}
    assert not await desk.messenger.send_due()
    assert front_door.heard == []
