"""A ticket's clocks at the desk: fixed at dispatch, paused, watched; and what happens when they run out."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from desk.app import Desk
from desk.db import tables as t
from desk.metrics import deadline_breaches
from desk.tickets import notices, timers
from desk.workflow import clocks
from desk.workflow.states import FINAL, Actor, Lifecycle, Role, State
from intake.city import ClockRules, LevelClocks, load

AT = datetime(2023, 4, 26, 1, 30, tzinfo=UTC)  # Wednesday, half past nine
CENTRE = Actor(Role.CENTRE, "wang")
HOUSING = Actor(Role.UNIT, "li", "housing")
LEADER = Actor(Role.LEADER, "sun")
CITY = load("jiayuguan")


async def act(desk: Desk, hotline_ref: str, action: str, actor: Actor = CENTRE, **fields: Any) -> Lifecycle:
    ticket = await desk.ticket(hotline_ref, CENTRE)
    return (await desk.act(hotline_ref, action, actor, ticket.version, **fields)).life


async def dispatched(desk: Desk, hotline_ref: str) -> Lifecycle:
    await act(desk, hotline_ref, "accept")
    return await act(desk, hotline_ref, "dispatch", lead_unit="housing")


async def rung(desk: Desk, actor: Actor) -> list[str]:
    async with desk.database.read() as tx:
        return [notice.kind for notice in await notices.latest(tx, actor)]


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2023-{text}+08:00")


@pytest.mark.parametrize(
    ("urgency", "due"),
    [
        # fixed at 09:30 on a Wednesday; the May holidays begin on the 29th in the test's city
        ("normal", ("04-26T11:30", "04-27T18:00", None, "04-28T18:00", "05-08T18:00")),
        ("urgent", ("04-26T10:30", "04-26T11:30", "04-27T09:30", "04-26T11:30", "04-28T09:30")),
        ("critical", ("04-26T10:00", "04-26T10:00", "04-26T11:30", None, "04-27T09:30")),
    ],
)
async def test_every_limit_is_fixed_at_dispatch(
    desk: Desk, caller: Any, document: dict[str, Any], clock: Any, urgency: str, due: tuple[Any, ...]
) -> None:
    clock.now = AT
    life = await dispatched(desk, await caller.file(document | {"urgency": {"level": urgency}}))
    fixed = (life.sign_due, life.contact_due, life.progress_due, life.return_due, life.due_at)
    for found, wanted in zip(fixed, due, strict=True):
        assert (found is None) == (wanted is None)
        if found is not None:
            assert abs(found - local(wanted)) < timedelta(seconds=1)


async def test_a_change_of_the_citys_rules_moves_no_deadline(desk: Desk, hotline_ref: str) -> None:
    life = await dispatched(desk, hotline_ref)
    slower = replace(desk.city, clocks=ClockRules(normal=LevelClocks(sign="5 workdays")))
    object.__setattr__(desk.office, "city", slower)
    after = await act(desk, hotline_ref, "sign", HOUSING)
    assert (after.sign_due, after.due_at) == (life.sign_due, life.due_at)


def test_what_a_city_does_not_say_takes_the_default() -> None:
    rules = ClockRules(urgent=LevelClocks(sign="45 minutes", progress=""))
    assert (rules.of("urgent").sign, rules.of("urgent").progress) == ("45 minutes", "")
    assert rules.of("urgent").warn == "4 hours"
    assert rules.of("something else") == rules.of("normal")


async def test_the_watch_goes_from_step_to_step_and_stops_in_a_pause(desk: Desk, hotline_ref: str) -> None:
    async def watched() -> str | None:
        watch = (await desk.ticket(hotline_ref, CENTRE)).watch
        return watch.kind if watch else None

    seen = [await watched()]
    for action, actor, fields in (
        ("accept", CENTRE, {}),
        ("dispatch", CENTRE, {"lead_unit": "housing"}),
        ("return_request", HOUSING, {"reason": "x", "text": "y"}),
        ("return_reject", CENTRE, {"text": "z"}),
        ("contact", HOUSING, {}),
        ("answer", HOUSING, {"public_text": "a", "internal_text": "b"}),
        ("complete", CENTRE, {}),
    ):
        await act(desk, hotline_ref, action, actor, **fields)
        seen.append(await watched())
    assert seen == ["accept", "dispatch", "sign", None, "contact", "handle", "handle", None]


def test_nothing_is_to_happen_to_what_is_over_and_every_open_state_is_watched_or_paused() -> None:
    far = AT + timedelta(days=9)
    full = Lifecycle(
        appeal_type="TS", accept_due=AT, dispatch_due=AT, sign_due=AT, contact_due=AT, due_at=far
    )
    for state in State:
        life = replace(full, state=state)
        if state in FINAL:
            assert clocks.timers(life, CITY) == {}
            assert clocks.watched(life, CITY) is None
        elif state not in (State.NEED_INFO, State.DIRECT_ANSWERED, State.COMPLETED, State.CALLBACK):
            assert clocks.watched(life, CITY) is not None


async def test_a_clock_that_waits_for_the_citizen_goes_on_where_it_stopped(
    desk: Desk, caller: Any, hotline_ref: str, clock: Any
) -> None:
    ticket = await desk.ticket(hotline_ref, CENTRE)
    due = ticket.life.accept_due
    clock.on(minutes=30)
    await act(desk, hotline_ref, "request_info", public_text="Which flat?")
    clock.on(minutes=60)  # office time, all of it
    await caller.tell(hotline_ref, "supplement", text="Flat 3")
    life = (await desk.ticket(hotline_ref, CENTRE)).life
    assert due is not None
    assert life.accept_due is not None
    # lunch lies between: the hour is made good after it
    assert abs(life.accept_due - (due + timedelta(hours=3))) < timedelta(seconds=1)


# --- what happens by itself ---


async def test_nobody_completes_it_and_after_three_working_days_it_is_closed_with_a_reason(
    desk: Desk, hotline_ref: str, clock: Any, front_door: Any
) -> None:
    await act(desk, hotline_ref, "request_info", public_text="Which flat?")
    clock.now = local("05-04T17:59")  # Wednesday + 27th, 28th of April and, after the holidays, 4th of May
    await desk.scheduler.run_due()
    assert (await desk.ticket(hotline_ref, CENTRE)).life.state is State.NEED_INFO
    clock.on(minutes=2)
    await desk.scheduler.run_due()
    assert (await desk.ticket(hotline_ref, CENTRE)).life.state is State.CLOSED_INCOMPLETE
    while await desk.messenger.send_due():
        pass
    last = front_door.heard[-1]
    assert (last["type"], last["reason"]) == ("closed", "没有收到补充信息，无法继续办理")


async def test_who_answers_in_time_is_not_given_up(
    desk: Desk, caller: Any, hotline_ref: str, clock: Any
) -> None:
    await act(desk, hotline_ref, "request_info", public_text="Which flat?")
    await caller.tell(hotline_ref, "supplement", text="Flat 3")
    clock.on(days=30)
    await desk.scheduler.run_due()
    assert (await desk.ticket(hotline_ref, CENTRE)).life.state is State.SUBMITTED


async def test_the_unit_is_reminded_before_chased_daily_and_the_leaders_hear_of_it(
    desk: Desk, hotline_ref: str, clock: Any
) -> None:
    life = await dispatched(desk, hotline_ref)
    await act(desk, hotline_ref, "sign", HOUSING)
    await act(desk, hotline_ref, "contact", HOUSING)
    assert life.due_at is not None
    before = await rung(desk, HOUSING)

    async def fresh() -> list[str]:
        await desk.scheduler.run_due()
        found = await rung(desk, HOUSING)
        return found[: len(found) - len(before)]

    clock.now = life.due_at - timedelta(hours=1)
    assert await fresh() == ["soon"]
    clock.now = life.due_at + timedelta(minutes=1)
    assert await fresh() == ["soon"]  # the offices are closed
    for days in (1, 2):  # Tuesday, Wednesday
        clock.now = life.due_at + timedelta(days=days - 1, hours=16)
        assert (await fresh()).count("chase") == days
    chased = (await desk.ticket(hotline_ref, CENTRE)).life
    assert (chased.chase_count, chased.supervise_level) == (2, 1)
    assert await rung(desk, LEADER) == []
    clock.now = life.due_at + timedelta(days=8)
    await desk.scheduler.run_due()
    assert await rung(desk, LEADER) == ["bulletin"]
    actions = [e.action for e in await desk.events(await desk.ticket(hotline_ref, CENTRE))]
    assert actions.count("chase") == 3  # one for all the days the desk was not running


async def test_a_deadline_that_passes_is_counted_once_by_its_clock(
    desk: Desk, caller: Any, document: Any, clock: Any
) -> None:
    def counted() -> dict[str, float]:
        (family,) = deadline_breaches.collect()
        return {one.labels["clock"]: one.value for one in family.samples if one.name.endswith("_total")}

    clock.now = AT
    await dispatched(desk, await caller.file(document))
    before = counted()
    clock.on(days=40)
    for _ in range(2):
        await desk.scheduler.run_due()
    after = counted()
    grown = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name)}
    assert grown == {"sign": 1, "contact": 1, "answer": 1}


async def test_two_runs_at_once_do_nothing_twice(desk: Desk, caller: Any, document: Any, clock: Any) -> None:
    refs = [
        await caller.file(document | {"idempotency_key": f"k{n}", "reference": f"WX{n}"}) for n in range(5)
    ]
    for ref in refs:
        await dispatched(desk, ref)
    clock.on(days=30)
    await asyncio.gather(*(desk.scheduler.run_due() for _ in range(4)))
    for ref in refs:
        events = await desk.events(await desk.ticket(ref, CENTRE))
        assert [event.action for event in events].count("chase") == 1
    assert (await rung(desk, CENTRE)).count("late_sign") == 5
    assert await desk.scheduler.run_due() == 0


async def test_a_crash_in_the_middle_leaves_it_to_be_done(
    desk: Desk, hotline_ref: str, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await dispatched(desk, hotline_ref)
    clock.on(days=30)
    with monkeypatch.context() as broken:
        broken.setattr(notices, "ring", _fails)
        with pytest.raises(RuntimeError):
            await desk.scheduler.run_due()
    assert await desk.scheduler.run_due() == 1
    assert "late_sign" in await rung(desk, HOUSING)


async def _fails(*_: object) -> None:
    raise RuntimeError("the power is gone")


async def test_a_timer_that_has_fired_fires_again_only_at_another_moment(
    desk: Desk, hotline_ref: str, clock: Any
) -> None:
    await dispatched(desk, hotline_ref)
    clock.on(hours=6)
    await desk.scheduler.run_due()
    await act(desk, hotline_ref, "note", text="still nobody")
    await desk.scheduler.run_due()
    assert (await rung(desk, HOUSING)).count("late_sign") == 1
    async with desk.database.write() as tx:
        ids = (await tx.execute(select(t.tickets.c.id))).scalars().all()
        await timers.follow(tx, ids[0], {"late_sign": clock() - timedelta(minutes=1)})
    await desk.scheduler.run_due()
    assert (await rung(desk, HOUSING)).count("late_sign") == 2


async def test_a_notice_is_there_until_somebody_has_seen_it(desk: Desk, hotline_ref: str) -> None:
    await dispatched(desk, hotline_ref)
    async with desk.database.write() as tx:
        (notice,) = await notices.latest(tx, HOUSING)
        assert await notices.count(tx, HOUSING) == 1
        await notices.see(tx, Actor(Role.UNIT, "x", "street"), notice.id, desk.clock())
        assert await notices.count(tx, HOUSING) == 1
        await notices.see(tx, HOUSING, notice.id, desk.clock())
        assert await notices.count(tx, HOUSING) == 0
        (seen,) = await notices.latest(tx, HOUSING)
        assert seen.seen_by == "li"


async def test_tickets_from_before_the_clocks_go_on_with_the_deadline_they_have(
    desk: Desk, hotline_ref: str, clock: Any
) -> None:
    await dispatched(desk, hotline_ref)
    bare = dict.fromkeys(("sign_due", "contact_due", "return_due", "accept_due", "dispatch_due"))
    async with desk.database.write() as tx:
        await tx.execute(update(t.tickets).values(bare))
    life = await act(desk, hotline_ref, "sign", HOUSING)
    assert life.due_at is not None
    clock.now = life.due_at + timedelta(days=1)
    await desk.scheduler.run_due()
    assert "chase" in await rung(desk, HOUSING)
