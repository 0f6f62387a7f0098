"""Figures of the surveys: each beside its base, in the bulletin's every form; words without persons."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from desk.actions.tickets import act
from desk.app import Desk
from desk.reports.compose import compose
from desk.reports.figures import collect
from desk.reports.formats.formats import FORMS, written
from desk.statistics.period import read_period
from desk.statistics.satisfaction import ratings
from desk.workflow.states import CITIZEN, Actor, Result, Role, Step
from intake.model.messages import Address, ChannelName
from intake.model.survey import Survey
from storage.messages import conversations
from storage.surveys import survey_figures, surveys
from storage.surveys.survey_figures import SurveyCounts

CENTRE = Actor(Role.CENTRE, "wang")
SAD = Result(
    answered=True,
    round=1,
    solved="no",
    satisfied="dissatisfied",
    reason_codes=("slow",),
    comment="我是张三13912345678，太慢了",
    via="WX",
)


@pytest.fixture
async def rated(desk: Desk, hotline_ref: str) -> str:
    now = desk.clock()
    async with desk.database.write() as tx:
        told = Step("direct_answer", CENTRE, now, public_text="Soon")
        await act(tx, desk.office, hotline_ref, told, version=None)
        await act(tx, desk.office, hotline_ref, Step("survey_result", CITIZEN, now, result=SAD), version=None)
    return hotline_ref


async def asked(desk: Desk) -> None:
    """Four who were asked: answered at once, after a reminder, silent, and one no chat leads to."""
    now = desk.clock()
    async with desk.database.write() as tx:
        for number, (state, reminders) in enumerate(
            (("answered", 0), ("answered", 1), ("no_answer", 2), ("unreachable", 0))
        ):
            stored = await conversations.lock(tx, Address(ChannelName.WECHAT, f"o{number}"), now)
            survey = Survey(f"N{number}", "H", "", "housing", 1, now, now + timedelta(days=7))
            channel = None if state == "unreachable" else "WX"
            found = await surveys.add(
                tx, survey, state="planned", now=now, conversation_id=stored.id, channel=channel
            )
            assert found is not None
            if state != "unreachable":
                await surveys.asked(tx, found, now, survey.closes_at, survey.closes_at, None)
            await surveys.reminded(tx, found, reminders, survey.closes_at)
            await surveys.end(tx, found, state, now)


async def test_what_was_sent_is_counted_by_channel_unit_day_and_reminder(desk: Desk) -> None:
    await asked(desk)
    now = desk.clock()
    async with desk.database.read() as tx:
        found = await survey_figures.counted(
            tx, now - timedelta(days=1), now + timedelta(days=1), lambda at: at.date()
        )
    whole = SurveyCounts(sent=3, delivered=2, answered=2, no_answer=1, unreachable=1)
    assert found.all == whole
    assert found.by_channel[""] == SurveyCounts(unreachable=1)
    assert found.by_unit == {"housing": whole}
    assert list(found.by_day.values()) == [SurveyCounts(sent=3, delivered=2, answered=2, no_answer=1)]
    assert [(one.reminders, one.reached, one.answered) for one in found.by_reminder] == [(0, 2, 1), (1, 1, 1)]


async def test_a_changed_answer_counts_once_and_the_last_time(desk: Desk, rated: str) -> None:
    now = desk.clock()
    glad = Result(answered=True, round=1, solved="yes", satisfied="satisfied", via="WX")
    async with desk.database.write() as tx:
        await act(tx, desk.office, rated, Step("survey_result", CITIZEN, now, result=glad), version=None)
    async with desk.database.read() as tx:
        said = await ratings(tx, now - timedelta(days=1), now + timedelta(days=1))
    assert (said.answered, said.unhappy, said.reasons) == (1, 0, {})


async def test_the_bulletin_says_it_with_the_bases(desk: Desk, rated: str) -> None:
    await asked(desk)
    period = read_period(f"{desk.clock():%Y-%m}")
    async with desk.database.read() as tx:
        found = await collect(tx, desk.city, period, desk.clock())
    text = written("text", found, compose(found)).decode()
    for words in ("群众回访", "答复1件/回访1件", "评价率=已评价÷送达", "不满意原因", "太慢了"):
        assert words in text
    assert "13912345678" not in text
    document: Any = orjson.loads(written("json", found, compose(found)))
    assert document["surveys"]["said"]["reasons"] == {"slow": 1}
    assert document["surveys"]["sent"]["channels"]["WX"]["answered"] == 2
    for form in FORMS:
        assert written(form, found, compose(found))


async def test_nobody_asked_no_section(desk: Desk, hotline_ref: str) -> None:
    async with desk.database.read() as tx:
        found = await collect(tx, desk.city, read_period(f"{desk.clock():%Y-%m}"), desk.clock())
    assert "群众回访" not in written("text", found, compose(found)).decode()
