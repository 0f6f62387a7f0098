"""Tickets merged into others: what ends a master reaches all below it, and their citizens' words reach it."""

from collections.abc import Callable
from typing import Any

import pytest

from desk.app import Desk
from desk.tickets import merging, notices
from desk.workflow.lifecycle import ROWS
from desk.workflow.states import CITIZEN, FINAL, Actor, Role, State

CENTRE = Actor(Role.CENTRE, "wang")
HOUSING = Actor(Role.UNIT, "li", "housing")

Walks = Callable[[str], Any]


@pytest.fixture
def file(caller: Any, document: dict[str, Any]) -> Callable[..., Any]:
    """File a ticket under a name of its own."""

    async def filed(name: str, **more: Any) -> str:
        return str(await caller.file(document | {"idempotency_key": name, "reference": name} | more))

    return filed


@pytest.fixture
def told(desk: Desk, front_door: Any) -> Callable[[str], Any]:
    """What the citizen of this name has been told, type by type."""

    async def types(name: str) -> list[str]:
        while await desk.messenger.send_due():
            pass
        return [one["type"] for one in front_door.heard if one.get("reference") == name]

    return types


async def chain(file: Any, walk: Walks) -> tuple[str, str, str]:
    """B merged into A, and A into C; returns their numbers."""
    a, b, c = await file("A"), await file("B"), await file("C")
    await walk(b)("merge", master_ref=a)
    await walk(a)("merge", master_ref=c)
    return a, b, c


async def rung(desk: Desk, actor: Actor, ref: str) -> list[str]:
    async with desk.database.read() as tx:
        return [one.kind for one in await notices.latest(tx, actor) if one.hotline_ref == ref]


async def state(desk: Desk, ref: str) -> State:
    return (await desk.ticket(ref, CENTRE)).life.state


async def test_a_withdrawn_master_sets_free_what_was_merged_into_it(
    desk: Desk, file: Any, walk: Walks, told: Any
) -> None:
    a, b = await file("A"), await file("B")
    await walk(b)("merge", master_ref=a)
    await walk(a)("withdraw", CITIZEN)
    ticket = await desk.ticket(b, CENTRE)
    assert (ticket.life.state, ticket.life.master_ref) == (State.ACCEPTED, None)
    assert ticket.watch is not None
    assert ticket.watch.kind == "dispatch"
    assert "set_free" in await rung(desk, CENTRE, b)
    assert await told("B") == ["merged", "accepted"]


async def test_a_master_given_up_sets_free_too_and_who_is_free_keeps_what_was_merged_into_it(
    desk: Desk, file: Any, walk: Walks, told: Any
) -> None:
    a, b, c = await chain(file, walk)
    await walk(c)("request_info", public_text="Which house?")
    await walk(c)("give_up", reason="No answer")
    assert [await state(desk, one) for one in (a, b)] == [State.ACCEPTED, State.MERGED]
    await walk(a)("direct_answer", public_text="It is warm.")
    assert await told("B") == ["merged", "completed"]


async def test_an_answer_reaches_through_a_chain(file: Any, walk: Walks, told: Any) -> None:
    _, _, c = await chain(file, walk)
    await walk(c).answered()
    assert await told("A") == ["merged", "completed"]
    assert await told("B") == ["merged", "completed"]


@pytest.mark.parametrize("action", ["not_accept", "emergency"])
async def test_a_refusal_reaches_through_a_chain(file: Any, walk: Walks, told: Any, action: str) -> None:
    _, _, c = await chain(file, walk)
    await walk(c)(action, reason="A court has it", redirect_channel="12368", **_code(action))
    assert await told("A") == ["merged", "not_accepted"]
    assert await told("B") == ["merged", "not_accepted"]


def _code(action: str) -> dict[str, str]:
    return {"reason_code": "court"} if action == "not_accept" else {}


async def test_a_new_round_its_answer_and_the_end_reach_through_a_chain(
    file: Any, walk: Walks, told: Any, caller: Any
) -> None:
    _, _, c = await chain(file, walk)
    await walk(c).answered()
    bad = {"solved": "no", "satisfied": "dissatisfied", "rework_wanted": True, "round": 1}
    await caller.tell(c, "survey_result", "s1", survey=bad)
    await walk(c)("contact", HOUSING)
    await walk(c)("answer", HOUSING, public_text="Repaired again.", internal_text="Another valve.")
    await walk(c)("complete")
    good = {"solved": "yes", "satisfied": "satisfied", "round": 2}
    await caller.tell(c, "survey_result", "s2", survey=good)
    assert await told("B") == ["merged", "completed", "rework", "completed", "closed"]


async def test_one_withdrawn_from_below_leaves_the_others_with_the_master(
    desk: Desk, file: Any, walk: Walks, told: Any
) -> None:
    a, b, c = await chain(file, walk)
    await walk(a)("withdraw", CITIZEN)
    assert [await state(desk, one) for one in (a, b)] == [State.WITHDRAWN, State.MERGED]
    await walk(c).answered()
    assert await told("A") == ["merged", "withdrawn"]
    assert await told("B") == ["merged", "completed"]


def test_every_end_of_a_master_has_something_that_follows_below() -> None:
    ends = {row.target for row in ROWS if row.target in FINAL} - {State.MERGED}
    actions = {row.action for row in ROWS if State.MERGED in row.sources}
    assert ends <= merging._FOLLOWS.keys()
    assert set(merging._FOLLOWS.values()) <= actions


async def test_words_of_a_merged_tickets_citizen_reach_the_master(
    desk: Desk, caller: Any, file: Any, walk: Walks
) -> None:
    _, b, c = await chain(file, walk)
    await walk(c)("accept")
    await walk(c)("dispatch", lead_unit="housing")
    assert (await caller.tell(b, "supplement", "e1", text="The pipe burst")).json()["result"] == "done"
    assert (await caller.tell(b, "urge", "e2", text="Hurry")).json()["result"] == "done"
    master = await desk.ticket(c, HOUSING)
    said = [(one.action, one.detail.get("text")) for one in await desk.events(master)][-2:]
    assert said == [("supplement", "The pipe burst"), ("urge", "Hurry")]
    assert master.life.urge_count == 1
    assert {"supplement", "urge"} <= {*await rung(desk, HOUSING, c)}


async def test_words_for_an_answered_master_are_kept_and_the_centre_hears_of_them(
    desk: Desk, caller: Any, file: Any, walk: Walks
) -> None:
    a, b = await file("A"), await file("B")
    await walk(b)("merge", master_ref=a)
    await walk(a)("direct_answer", public_text="Soon")
    good = {"solved": "yes", "satisfied": "satisfied", "round": 1}
    await caller.tell(a, "survey_result", "s1", survey=good)
    await caller.tell(b, "supplement", "e1", text="The pipe burst")
    last = (await desk.events(await desk.ticket(a, CENTRE)))[-1]
    assert (last.detail["text"], last.detail["refused"]) == ("The pipe burst", "wrong_state")
    assert "supplement" in await rung(desk, CENTRE, b)


async def test_words_from_a_sealed_ticket_do_not_tell_its_citizen_on_an_open_master(
    desk: Desk, caller: Any, file: Any, walk: Walks, document: dict[str, Any]
) -> None:
    a = await file("A")
    b = await file("B", person=document["person"] | {"confidential": True})
    await walk(b)("merge", master_ref=a)
    await caller.tell(b, "supplement", "e1", text="I am Ms Li, 13900000000, the pipe burst")
    said = (await desk.events(await desk.ticket(a, CENTRE)))[-1]
    assert said.action == "supplement"
    assert "13900000000" not in str(said.detail)
    assert "Ms Li" not in str(said.detail)


async def test_an_erased_citizen_is_erased_from_the_masters_history_too(
    desk: Desk, caller: Any, file: Any, walk: Walks
) -> None:
    a, b = await file("A"), await file("B")
    await walk(b)("merge", master_ref=a)
    await caller.tell(b, "supplement", "e1", text="Ring Ms Li at 13900000000")
    await caller.tell(b, "erase", "e2")
    assert "13900000000" not in str([one.detail for one in await desk.events(await desk.ticket(a, CENTRE))])


async def test_words_told_twice_stand_on_the_master_once(
    desk: Desk, caller: Any, file: Any, walk: Walks
) -> None:
    a, b = await file("A"), await file("B")
    await walk(b)("merge", master_ref=a)
    for _ in range(2):
        await caller.tell(b, "supplement", "e1", text="The pipe burst")
    actions = [one.action for one in await desk.events(await desk.ticket(a, CENTRE))]
    assert actions == ["submit", "absorb", "supplement"]
