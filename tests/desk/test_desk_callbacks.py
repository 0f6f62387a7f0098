"""Telling the front door: what is tried again, what is given up, and in which order it arrives."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from desk import outbox
from desk.app import Desk
from desk.callbacks import undelivered_messages
from desk.db.tables import callbacks
from desk.workflow.states import Actor, Role
from hotline.contract import Callback
from storage.outbox import backoff
from storage.outbox.circuit_breaker import FAILURES
from storage.outbox.loop import BATCH

CENTRE = Actor(Role.CENTRE, "wang")


async def drain(desk: Desk) -> None:
    while await desk.messenger.send_due():
        pass


async def entries(desk: Desk) -> list[outbox.Entry]:
    async with desk.database.read() as tx:
        return await outbox.entries(tx)


async def two_steps(desk: Desk, hotline_ref: str) -> None:
    """Queue `accepted` and `dispatched`."""
    ticket = await desk.act(hotline_ref, "accept", CENTRE, 1)
    await desk.act(hotline_ref, "dispatch", CENTRE, ticket.version, lead_unit="housing")


async def test_a_front_door_that_is_down_hears_everything_in_order_once_it_is_up(
    desk: Desk, hotline_ref: str, front_door: Any, clock: Any
) -> None:
    front_door.down = True
    await two_steps(desk, hotline_ref)
    await drain(desk)
    assert front_door.tries == 1  # the second waits behind the first
    front_door.down = False
    await drain(desk)
    assert front_door.heard == []  # not before its time
    clock.on(seconds=2)
    await drain(desk)
    assert front_door.types == ["accepted", "dispatched"]
    assert [entry.state for entry in await entries(desk)] == ["done", "done"]


async def test_one_ticket_that_must_wait_does_not_hold_up_another(
    desk: Desk, caller: Any, hotline_ref: str, document: dict[str, Any], front_door: Any
) -> None:
    other = await caller.file(document | {"idempotency_key": "k2", "reference": "WX2"})
    await desk.act(hotline_ref, "accept", CENTRE, 1)
    front_door.answer = 503
    await drain(desk)
    front_door.answer = 200
    await desk.act(other, "accept", CENTRE, 1)
    await drain(desk)
    assert [callback["hotline_ref"] for callback in front_door.heard] == [other]


@pytest.mark.parametrize("answer", [302, 401, 403, 408, 409, 425, 429, 500, 503])
async def test_what_may_pass_is_tried_again(
    desk: Desk, hotline_ref: str, front_door: Any, clock: Any, answer: int
) -> None:
    front_door.answer = answer
    await desk.act(hotline_ref, "accept", CENTRE, 1)
    await drain(desk)
    (entry,) = await entries(desk)
    assert (entry.state, entry.attempts, str(answer) in (entry.reason or "")) == ("due", 1, True)
    front_door.answer = 200
    clock.on(seconds=2)
    await drain(desk)
    assert front_door.types == ["accepted"]


async def test_each_try_waits_longer_and_never_less_than_asked_for(
    desk: Desk, hotline_ref: str, front_door: Any, clock: Any
) -> None:
    front_door.answer = 503
    await desk.act(hotline_ref, "accept", CENTRE, 1)
    waits = []
    for _ in range(12):
        await drain(desk)
        (entry,) = await entries(desk)
        waits.append(round((entry.due_at - clock()).total_seconds()))
        clock.now = entry.due_at
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    front_door.headers = {"retry-after": "1200"}
    await drain(desk)
    (entry,) = await entries(desk)
    assert round((entry.due_at - clock()).total_seconds()) == 1200


@pytest.mark.parametrize("asked", ["1000000", "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_who_asks_for_more_than_an_hour_is_asked_again_after_one(
    desk: Desk, hotline_ref: str, front_door: Any, clock: Any, asked: str
) -> None:
    front_door.answer, front_door.headers = 503, {"retry-after": asked}
    await desk.act(hotline_ref, "accept", CENTRE, 1)
    await drain(desk)
    (entry,) = await entries(desk)
    assert entry.due_at - clock() == timedelta(hours=1)


@pytest.mark.parametrize("answer", [400, 404, 413, 422])
async def test_what_is_refused_for_good_is_buried_and_the_next_goes(
    desk: Desk, hotline_ref: str, front_door: Any, answer: int
) -> None:
    await two_steps(desk, hotline_ref)
    front_door.answer = answer
    await desk.messenger.send_due()
    front_door.answer = 200
    await drain(desk)
    buried, sent = await entries(desk)
    assert (buried.state, sent.state) == ("buried", "done")
    assert str(answer) in (buried.reason or "")
    assert front_door.types == ["dispatched"]


async def test_after_three_days_it_is_given_up_and_a_person_may_dig_it_up(
    desk: Desk, hotline_ref: str, front_door: Any, clock: Any
) -> None:
    front_door.down = True
    await desk.act(hotline_ref, "accept", CENTRE, 1)
    await drain(desk)
    clock.on(hours=72)
    for _ in range(backoff.FEWEST - 1):
        await drain(desk)
        (entry,) = await entries(desk)
        clock.now = max(clock.now, entry.due_at)
    assert entry.state == "buried"
    assert "given up" in (entry.reason or "")
    front_door.down = False
    async with desk.database.write() as tx:
        assert await outbox.retry(tx, entry.id, clock())
    await drain(desk)
    assert front_door.types == ["accepted"]
    async with desk.database.write() as tx:
        assert not await outbox.retry(tx, entry.id, clock())


async def test_what_a_person_digs_up_is_tried_for_three_days_again(
    desk: Desk, hotline_ref: str, front_door: Any, clock: Any
) -> None:
    front_door.down = True
    await desk.act(hotline_ref, "accept", CENTRE, 1)
    clock.on(hours=80)
    (entry,) = await entries(desk)
    async with desk.database.write() as tx:
        await outbox.bury(tx, entry.id, "given up", clock())
        assert await undelivered_messages.retry(tx, undelivered_messages.DESK, entry.id, clock())
    for _ in range(2 * backoff.FEWEST):
        await drain(desk)
        (entry,) = await entries(desk)
        clock.now = entry.due_at
    assert entry.state == "due"


async def test_a_callback_our_keys_cannot_read_holds_up_its_own_ticket_alone(
    desk: Desk, caller: Any, hotline_ref: str, document: dict[str, Any], front_door: Any
) -> None:
    other = await caller.file(document | {"idempotency_key": "k2", "reference": "WX2"})
    await two_steps(desk, hotline_ref)
    async with desk.database.write() as tx:
        await tx.execute(
            update(callbacks).where(callbacks.c.type == "accepted").values(body_sealed=b"not ours")
        )
    await desk.act(other, "accept", CENTRE, 1)
    await drain(desk)
    assert [entry.state for entry in await entries(desk)] == ["due", "due", "done"]
    assert [callback["hotline_ref"] for callback in front_door.heard] == [other]


async def test_a_worker_that_died_leaves_its_callback_to_the_next(
    desk: Desk, hotline_ref: str, front_door: Any, clock: Any
) -> None:
    await desk.act(hotline_ref, "accept", CENTRE, 1)
    async with desk.database.write() as tx:
        lease = timedelta(seconds=60)
        assert len(await outbox.claim(tx, now=clock(), lease=lease, limit=9)) == 1
    await drain(desk)
    assert front_door.heard == []
    clock.on(seconds=61)
    await drain(desk)
    assert front_door.types == ["accepted"]


async def test_a_callback_that_its_workers_die_of_is_put_aside_and_the_next_goes(
    desk: Desk, hotline_ref: str, front_door: Any, clock: Any
) -> None:
    await two_steps(desk, hotline_ref)
    for _ in range(backoff.MOST_UNENDED):
        async with desk.database.write() as tx:
            assert len(await outbox.claim(tx, now=clock(), lease=timedelta(seconds=60), limit=9)) == 1
        clock.on(seconds=61)
    await drain(desk)
    killer, _ = await entries(desk)
    assert (killer.state, "no worker lived" in (killer.reason or "")) == ("buried", True)
    assert front_door.types == ["dispatched"]


async def test_two_workers_never_send_the_same(desk: Desk, hotline_ref: str, front_door: Any) -> None:
    await two_steps(desk, hotline_ref)
    await asyncio.gather(*(drain(desk) for _ in range(4)))
    await drain(desk)
    assert front_door.types == ["accepted", "dispatched"]


async def test_what_was_delivered_is_forgotten_after_two_days(
    desk: Desk, hotline_ref: str, front_door: Any, clock: Any
) -> None:
    await desk.act(hotline_ref, "accept", CENTRE, 1)
    await drain(desk)
    clock.on(hours=47)
    await desk.messenger.tidy()
    assert len(await entries(desk)) == 1
    clock.on(hours=2)
    await desk.messenger.tidy()
    assert await entries(desk) == []


async def test_what_was_buried_waits_for_an_operator_and_not_for_ever(
    desk: Desk, hotline_ref: str, front_door: Any, clock: Any
) -> None:
    front_door.answer = 400
    await desk.act(hotline_ref, "accept", CENTRE, 1)
    await drain(desk)
    clock.on(days=91)
    await desk.messenger.tidy()
    assert [entry.state for entry in await entries(desk)] == ["buried"]
    clock.on(days=2)
    await desk.messenger.tidy()
    assert await entries(desk) == []


async def test_a_front_door_that_is_down_is_hardly_asked(desk: Desk, front_door: Any, clock: Any) -> None:
    front_door.down = True
    async with desk.database.write() as tx:
        for number in range(60):
            said = Callback(event_id=f"e{number}", type="accepted", at=clock(), reference=f"WX{number}")
            await outbox.queue(tx, said, lane=f"H{number}", now=clock())
    stop = asyncio.Event()
    worker = asyncio.create_task(desk.run_callbacks(stop))
    async with asyncio.timeout(20):
        while front_door.tries < FAILURES:
            await asyncio.sleep(0.01)
        stop.set()
        await worker
    assert front_door.tries <= BATCH + FAILURES  # what was in hand when it broke, and no more of the sixty


async def test_the_worker_sends_as_soon_as_it_is_woken_and_ends_when_told(
    desk: Desk, hotline_ref: str, front_door: Any
) -> None:
    stop = asyncio.Event()
    worker = asyncio.create_task(desk.run_callbacks(stop))
    await desk.act(hotline_ref, "accept", CENTRE, 1)
    async with asyncio.timeout(20):
        while not front_door.heard:
            await asyncio.sleep(0.01)
        stop.set()
        await worker
    assert front_door.types == ["accepted"]
