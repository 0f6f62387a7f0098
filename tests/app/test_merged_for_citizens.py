"""A ticket that its backend merged into another: its citizen hears what becomes of it, and is heard."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from intake.model.status import Applied, Status, StatusUpdate

Make = Callable[..., StatusUpdate]


async def told(shell: Any) -> list[str]:
    await shell.drain()
    return [one.reply.text for one in shell.app.sent if one.purpose == "progress"]


async def merged(shell: Any, citizen: Any, update: Make) -> str:
    reference = str(await citizen.files_a_ticket())
    await shell.drain()
    await shell.apply(update("merged", reference, master_ref="H9"))
    shell.clock.tick(60)
    return reference


@pytest.mark.parametrize(
    ("type_", "status", "words"),
    [
        ("accepted", Status.ACCEPTED, "恢复单独办理"),
        ("need_info", Status.NEED_INFO, "补充"),
        ("direct_answered", Status.DIRECT_ANSWERED, "阀门已修"),
        ("not_accepted", Status.NOT_ACCEPTED, "不予受理"),
        ("dispatched", Status.DISPATCHED, "转至"),
        ("extended", Status.MERGED, "延长"),
        ("replied", Status.REPLIED, "审核"),
        ("completed", Status.COMPLETED, "阀门已修"),
        ("rework", Status.REWORK, "重新办理"),
        ("withdrawn", Status.WITHDRAWN, "撤回"),
        ("closed", Status.CLOSED, "结束"),
    ],
)
async def test_what_becomes_of_it_is_told(
    shell: Any, citizen: Any, update: Make, type_: str, status: Status, words: str
) -> None:
    reference = await merged(shell, citizen, update)
    assert await shell.apply(update(type_, reference, public_text="阀门已修")) is Applied.DONE
    assert (await shell.ticket(reference)).view.status == status
    assert words in (await told(shell))[-1]


async def test_the_whole_way_of_a_master_is_told_step_by_step(shell: Any, citizen: Any, update: Make) -> None:
    reference = await merged(shell, citizen, update)
    for type_ in ("direct_answered", "closed", "rework", "extended", "withdrawn"):
        shell.clock.tick(60)
        assert await shell.apply(update(type_, reference)) is Applied.DONE, type_
    assert len(await told(shell)) == 6


async def test_merged_a_second_time_is_no_news(shell: Any, citizen: Any, update: Make) -> None:
    reference = await merged(shell, citizen, update)
    assert await shell.apply(update("merged", reference, master_ref="H10")) is Applied.NOTE


@pytest.mark.parametrize(("word", "type_"), [("补充 水管又爆了", "supplement"), ("催办", "urge")])
async def test_its_citizen_is_heard(shell: Any, citizen: Any, update: Make, word: str, type_: str) -> None:
    await merged(shell, citizen, update)
    await citizen.says(word)
    await shell.drain()
    sent = [event for _, event, _ in shell.backend.events]
    assert [one["type"] for one in sent] == [type_]
    if type_ == "supplement":
        assert "水管又爆了" in sent[0]["text"]


async def test_a_new_round_is_put_down_to_the_citizen_only_if_they_rated(
    shell: Any, citizen: Any, update: Make
) -> None:
    reference = await citizen.files_a_ticket()
    for type_ in ("completed", "closed", "rework"):
        shell.clock.tick(60)
        await shell.apply(update(type_, reference))
    last = (await told(shell))[-1]
    assert "重新办理" in last
    assert "评价" not in last


async def test_events_of_one_moment_count_in_the_order_in_which_they_came(
    shell: Any, citizen: Any, update: Make
) -> None:
    reference, at = await citizen.files_a_ticket(), shell.clock()
    for event_id, type_, unit in (
        ("e5", "accepted", None),
        ("e4", "dispatched", "housing_construction"),
        ("e3", "reassigned", "urban_management"),
        ("e2", "completed", None),
        ("e1", "rework", None),
    ):
        event = update(type_, reference, event_id=event_id, lead_unit=unit, at=at)
        assert await shell.apply(event) is Applied.DONE, type_
    view = (await shell.ticket(reference)).view
    assert (view.status, view.lead_unit) == (Status.REWORK, "urban_management")
    assert len(await told(shell)) == 5


async def test_a_late_event_does_not_overtake_those_of_its_moment(
    shell: Any, citizen: Any, update: Make
) -> None:
    reference, at = await citizen.files_a_ticket(), shell.clock()
    await shell.apply(update("completed", reference, at=at))
    late = update("dispatched", reference, lead_unit="housing_construction", at=at - timedelta(minutes=1))
    assert await shell.apply(late) is Applied.NOTE
    assert (await shell.ticket(reference)).view.status == Status.COMPLETED
