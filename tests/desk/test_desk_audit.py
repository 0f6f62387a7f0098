"""A history somebody rewrote: chains, the ticket's own standing, and keyed anchors over everything."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from desk.app import Desk
from desk.db.tables import anchors, events, tickets, timers
from desk.history import anchors as sealing
from desk.history import audit
from desk.tickets import hash_chain, ticket_events
from desk.workflow.states import Actor, Role
from storage.db.database import Database
from storage.db.keyring import KeyRing

CENTRE = Actor(Role.CENTRE, "wang")


async def fault(desk: Desk) -> tuple[str, int] | None:
    async for checked in audit.chains(desk.database):
        if checked.fault is not None:
            return (checked.fault.hotline_ref, checked.fault.seq)
    return None


@pytest.fixture
async def history(desk: Desk, caller: Any, document: dict[str, Any], clock: Any) -> list[str]:
    """Three tickets with two events each, anchored."""
    refs = [
        await caller.file(document | {"idempotency_key": f"k{n}", "reference": f"WX{n}"}) for n in range(3)
    ]
    for ref in refs:
        await desk.act(ref, "accept", CENTRE, 1)
    clock.on(hours=1)
    await desk.scheduler.anchor()
    return refs


async def test_what_nobody_touched_holds(desk: Desk, history: list[str]) -> None:
    assert await fault(desk) is None
    assert await audit.broken_anchor(desk.database) is None
    assert await audit.size(desk.database) == (3, 6)


async def test_the_first_broken_event_is_named(desk: Desk, history: list[str]) -> None:
    async with desk.database.write() as tx:
        ids = (await tx.execute(select(tickets.c.id).order_by(tickets.c.id))).scalars().all()
        for ticket_id in ids[1:]:
            changed = update(events).where(events.c.ticket_id == ticket_id, events.c.seq == 2)
            await tx.execute(changed.values(name="somebody else"))
    assert await fault(desk) == (history[1], 2)


async def test_a_ticket_that_says_otherwise_than_its_history_is_named(desk: Desk, history: list[str]) -> None:
    async with desk.database.write() as tx:
        forged = update(tickets).where(tickets.c.hotline_ref == history[2])
        await tx.execute(forged.values(state="closed"))
    assert await fault(desk) == (history[2], 2)


async def test_words_sealed_with_another_key_are_a_fault_and_no_crash(desk: Desk, history: list[str]) -> None:
    async with desk.database.write() as tx:
        await tx.execute(update(events).where(events.c.seq == 2).values(detail_sealed=b"nonsense"))
    assert await fault(desk) == (history[0], 2)


async def rewritten(desk: Desk, hotline_ref: str) -> None:
    """The last event renamed, with every hash put right again, as far as that goes without the key."""
    async with desk.database.write() as tx:
        ticket = (await tx.execute(select(tickets).where(tickets.c.hotline_ref == hotline_ref))).one()
        query = select(events).where(events.c.ticket_id == ticket.id).order_by(events.c.seq.desc())
        last = (await tx.execute(query)).first()
        assert last is not None
        renamed = update(events).where(events.c.id == last.id)
        await tx.execute(renamed.values(name="nobody"))
        forged = (await tx.execute(select(events).where(events.c.id == last.id))).one()
        own = hash_chain.unkeyed_hash(last.prev_hash, ticket_events._link(hotline_ref, forged))
        await tx.execute(renamed.values(hash=own))
        await tx.execute(update(tickets).where(tickets.c.id == ticket.id).values(last_hash=own))


async def test_a_chain_rewritten_with_care_breaks_by_itself_and_its_anchor(
    desk: Desk, history: list[str]
) -> None:
    await rewritten(desk, history[1])
    assert await fault(desk) == (history[1], 1)
    broken = await audit.broken_anchor(desk.database)
    assert broken is not None
    assert broken.id == 1


async def test_a_ticket_taken_out_whole_breaks_its_anchor(desk: Desk, history: list[str]) -> None:
    async with desk.database.write() as tx:
        ticket_id = (
            await tx.execute(select(tickets.c.id).where(tickets.c.hotline_ref == history[0]))
        ).scalar_one()
        await tx.execute(delete(events).where(events.c.ticket_id == ticket_id))
        await tx.execute(delete(timers).where(timers.c.ticket_id == ticket_id))
        await tx.execute(delete(tickets).where(tickets.c.id == ticket_id))
    assert await fault(desk) is None
    assert await audit.broken_anchor(desk.database) is not None


async def test_an_anchor_cannot_be_made_without_the_key(
    desk: Desk, history: list[str], database_url: str, keyring: KeyRing
) -> None:
    await rewritten(desk, history[1])
    stranger = Database.open(database_url, KeyRing(["a thief's"]))
    async with stranger.write() as tx:
        await tx.execute(delete(anchors))
    try:
        async with stranger.write() as tx:
            await sealing.drop(tx, desk.clock())
    finally:
        await stranger.close()
    assert await audit.broken_anchor(desk.database) is not None


async def test_a_seal_noted_elsewhere_shows_that_anchors_were_removed(desk: Desk, history: list[str]) -> None:
    newest = await audit.newest_anchor(desk.database)
    assert newest is not None
    assert await audit.has_anchor(desk.database, newest.mac)
    async with desk.database.write() as tx:
        await tx.execute(delete(anchors))
    assert not await audit.has_anchor(desk.database, newest.mac)


async def test_anchors_come_daily_and_leave_out_what_is_still_being_written(
    desk: Desk, history: list[str], caller: Any, document: dict[str, Any], clock: Any
) -> None:
    await desk.scheduler.anchor()
    clock.on(days=1)
    await caller.file(document | {"idempotency_key": "k9", "reference": "WX9"})
    await desk.scheduler.anchor()
    assert (await audit.newest_anchor(desk.database)).id == 1  # type: ignore[union-attr]
    clock.on(minutes=11)
    await desk.scheduler.anchor()
    newest = await audit.newest_anchor(desk.database)
    assert newest is not None
    assert (newest.id, newest.number) == (2, 1)
    assert await audit.broken_anchor(desk.database) is None
    assert newest.at - clock() == timedelta()
