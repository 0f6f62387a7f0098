"""What leaders read, and the search: strangers and units first, then figures, files and what burns."""

import csv
import io
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import docx
import openpyxl
import pytest

from desk.app import Desk
from desk.statistics.hotspots import LEAST, hot


@pytest.fixture
async def sun(arrives: Callable[[str], Awaitable[Any]]) -> Any:
    """A leader."""
    return await arrives("sun")


PAGES = ("/desk/overview", "/desk/bulletin", "/desk/lists/overdue", "/desk/bulletin?form=csv")


@pytest.mark.parametrize("path", [*PAGES, "/desk/search?q=heating"])
async def test_strangers_are_shown_the_door(stranger: Any, path: str) -> None:
    answer = await stranger.http.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/login")


@pytest.mark.parametrize("path", PAGES)
async def test_a_unit_does_not_read_of_the_others(li: Any, path: str) -> None:
    assert (await li.http.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path", ["/desk/bulletin?period=soon", "/desk/bulletin?form=exe", "/desk/lists/secrets"]
)
async def test_what_does_not_exist_is_not_there(sun: Any, path: str) -> None:
    assert (await sun.http.get(path)).status_code in (303, 404)


async def test_an_empty_desk_has_an_overview_too(sun: Any) -> None:
    page = await sun.look("/desk/overview")
    assert "24 小时内没有集中反映的问题" in page
    assert "本月满意率</span><strong>—" in page


async def test_the_overview_counts_today_and_the_backlog(
    sun: Any, caller: Any, document: dict[str, Any], life: Any, clock: Any
) -> None:
    await life("accept")
    await life("dispatch", lead_unit="housing")
    clock.on(days=1)
    await caller.file(document | {"idempotency_key": "k2", "submitted_at": clock().isoformat()})
    clock.on(days=30)
    await caller.file(document | {"idempotency_key": "k3", "submitted_at": clock().isoformat()})
    await sun.log_in("sun")  # the session is over
    page = await sun.look("/desk/overview")
    assert "今日受理</span><strong>1<" in page
    assert re.search(r'class="red"><span class="name">超期</span><strong>2<', page)
    assert "style=" not in page


@pytest.mark.parametrize("path", ["/desk/overview", "/desk"])
async def test_what_many_complain_of_at_once_burns(
    path: str, desk: Desk, sun: Any, caller: Any, document: dict[str, Any]
) -> None:
    for number in range(LEAST):
        await caller.file(document | {"idempotency_key": f"k{number}", "reference": f"WX{number}"})
        page = await sun.look(path)
        assert ("24 小时内 5 件" in page) == (number == LEAST - 1)
    assert "四周内首次出现" in page
    assert re.search(r'class="spark"[^>]*每天件数：(0, ){13}5"', page)
    async with desk.database.read() as tx:
        usual = datetime(2023, 5, 26, tzinfo=UTC)  # a month later nothing of it is fresh
        assert await hot(tx, desk.city, usual) == ()


async def test_what_grows_is_told_against_what_is_usual_there(
    desk: Desk, sun: Any, caller: Any, document: dict[str, Any], clock: Any
) -> None:
    for number in range(LEAST):
        await caller.file(document | {"idempotency_key": f"a{number}", "reference": f"WX1{number}"})
    clock.on(days=3)
    fresh = document | {"submitted_at": clock().isoformat()}
    for number in range(LEAST + 2):
        await caller.file(fresh | {"idempotency_key": f"b{number}", "reference": f"WX2{number}"})
    async with desk.database.read() as tx:
        (one,) = await hot(tx, desk.city, clock())
    assert (one.number, one.days[-4:]) == (LEAST + 2, (LEAST, 0, 0, LEAST + 2))
    assert one.growth == pytest.approx((LEAST + 2) / (LEAST / 28))
    await sun.log_in("sun")
    assert "是平时的 39.2 倍" in await sun.look("/desk")


async def test_a_unit_is_not_shown_where_the_city_burns(li: Any, caller: Any, document: Any) -> None:
    for number in range(LEAST):
        await caller.file(document | {"idempotency_key": f"k{number}", "reference": f"WX{number}"})
    assert 'class="spark"' not in await li.look("/desk")


async def test_the_bulletin_is_a_page_and_every_kind_of_file(sun: Any, life: Any) -> None:
    await life.answered()
    page = await sun.look("/desk/bulletin?period=2023-04")
    assert "2023年4月" in page
    assert "Housing" in page
    assert "style=" not in page
    for form, read in (("docx", docx.Document), ("xlsx", openpyxl.load_workbook)):
        answer = await sun.http.get(f"/desk/bulletin?period=2023-04&form={form}")
        assert answer.headers["content-disposition"] == f'attachment; filename="testcity-2023-04.{form}"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        read(io.BytesIO(answer.content))


async def test_overdue_tickets_are_listed_and_exported(sun: Any, life: Any, clock: Any) -> None:
    await life("accept")
    await life("dispatch", lead_unit="housing")
    assert "清单是空的" in await sun.look("/desk/lists/overdue")
    clock.on(days=20)
    await sun.log_in("sun")  # the session is over
    assert life.hotline_ref in await sun.look("/desk/lists/overdue")
    exported = (await sun.http.get("/desk/lists/overdue?form=csv")).content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(exported))
    assert (row["工单编号"], row["承办单位"]) == (life.hotline_ref, "Housing")


async def test_a_ticket_in_its_second_round_is_listed(sun: Any, caller: Any, life: Any) -> None:
    await life.answered()
    assert life.hotline_ref not in await sun.look("/desk/lists/reworked")
    unhappy = {"solved": "no", "satisfied": "dissatisfied", "rework_wanted": True, "via": "WX", "round": 1}
    await caller.tell(life.hotline_ref, "survey_result", survey=unhappy)
    assert life.hotline_ref in await sun.look("/desk/lists/reworked")


async def test_topics_of_the_month_are_what_grows(sun: Any, hotline_ref: str) -> None:
    assert "0301" in await sun.look("/desk/lists/topics")


async def test_the_search_page_finds_and_says_when_it_does_not(wang: Any, hotline_ref: str) -> None:
    assert f"/desk/tickets/{hotline_ref}" in await wang.look("/desk/search?q=Xinhua")
    assert "没有找到" in await wang.look("/desk/search?q=nothing+like+it")
    assert "至少输入 2 个字" in await wang.look("/desk/search?q=x")
    assert '"><script>' not in (await wang.http.get('/desk/search?q="><script>')).text


async def test_a_unit_finds_only_its_own(li: Any, life: Any) -> None:
    assert life.hotline_ref not in await li.look("/desk/search?q=Xinhua")
    await life("accept")
    await life("dispatch", lead_unit="housing")
    assert life.hotline_ref in await li.look("/desk/search?q=Xinhua")
