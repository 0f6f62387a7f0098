"""The leader's digest: sentences with counts, and nothing of any citizen's."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.desk.conftest import HOUSING


@pytest.fixture
async def sun(arrives: Callable[[str], Awaitable[Any]]) -> Any:
    """A leader."""
    return await arrives("sun")


async def test_an_empty_morning_says_so(sun: Any) -> None:
    page = await sun.look("/desk/digest")
    for line in (
        "Test City12345热线每日快报（2023年4月26日）",
        "昨日受理 0 件",
        "没有超期的单位。",
        "24 小时内没有集中反映的问题。",
        "满意率 —",
    ):
        assert line in page, line


async def test_a_busy_morning_in_sentences(
    sun: Any, caller: Any, document: dict[str, Any], life: Any, walk: Any, clock: Any
) -> None:
    await life.answered()
    unhappy = {
        "contacted": True,
        "solved": "no",
        "satisfied": "dissatisfied",
        "rework_wanted": True,
        "round": 1,
    }
    await caller.tell(life.hotline_ref, "survey_result", survey=unhappy)
    await life("supervise", level=3, text="Hurry")
    other = walk(await caller.file(document | {"idempotency_key": "k2"}))
    await other("accept")
    await other("dispatch", lead_unit="housing")
    await other("sign", HOUSING)
    await other("return_request", HOUSING, reason="not ours", text="article 3")
    for n in range(5):
        await caller.file(document | {"idempotency_key": f"hot{n}"})
    clock.on(days=1)
    await sun.log_in("sun")  # the session is over
    page = await sun.look("/desk/digest?form=text")
    for line in (
        "昨日受理 7 件，转办 2 件，办结 0 件。",  # handled once more is not done
        "今日到目前受理 0 件",
        "在办 7 件，其中超期",
        "没有超期的单位。",
        "督办中 1 件（领导批示 0 件），问题工单 0 件，重办中 1 件。",
        "待审批申请 0 件，待审核退单 1 件，待审核答复 0 件。",
        "昨日收到评价 1 件，其中不满意或未解决 1 件。",
        "本月到目前：响应率",
    ):
        assert line in page, (line, page)
    clock.on(days=20)
    await sun.log_in("sun")
    page = await sun.look("/desk/digest?form=text")
    assert "有超期的单位 1 个，最多的是：Housing 1 件。" in page, page
    assert "Ms Li" not in page
    assert "13900000000" not in page


async def test_what_burns_stands_in_it(sun: Any, caller: Any, document: dict[str, Any]) -> None:
    for n in range(5):
        await caller.file(document | {"idempotency_key": f"hot{n}"})
    assert "24 小时内 5 件" in await sun.look("/desk/digest")
