"""Links of the release before: they hold as they were, in the time of the roll beside ours, not longer."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from desk.app import Desk
from desk.db.tables import anchors, events, journal_end, tickets
from desk.db.tables import journal as lines
from desk.history import anchor_lines, audit, journal, key_rotation
from desk.history import anchors as sealing
from desk.history.audit import AuditReport
from desk.tickets import hash_chain, ticket_events
from desk.workflow.states import Actor, Role
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.db.sealed import Tx, keyring

CENTRE = Actor(Role.CENTRE, "wang")
UNSEALED = {"end_mac": None, "words_mac": None}


async def report(desk: Desk, expected: Sequence[str] = ()) -> AuditReport:
    return await audit.verify(desk.database, expected)


async def as_before(tx: Tx) -> None:
    """Everything so far as the release before would have left it."""
    for ticket in (await tx.execute(select(tickets))).all():
        query = select(events).where(events.c.ticket_id == ticket.id).order_by(events.c.seq)
        previous = hash_chain.START
        for row in (await tx.execute(query)).all():
            own = hash_chain.unkeyed_hash(previous, ticket_events._link(ticket.hotline_ref, row))
            await tx.execute(update(events).where(events.c.id == row.id).values(prev_hash=previous, hash=own))
            previous = own
        standing = UNSEALED | {"last_hash": previous}
        await tx.execute(update(tickets).where(tickets.c.id == ticket.id).values(standing))
    previous = journal.START
    for row in (await tx.execute(select(lines).order_by(lines.c.id))).all():
        own = journal.unkeyed_hash(previous, row.at, row.name, row.action, row.about)
        await tx.execute(update(lines).where(lines.c.id == row.id).values(prev_hash=previous, hash=own))
        previous = own
    await tx.execute(delete(journal_end))


async def anchored_before(tx: Tx, at: Any) -> None:
    """An anchor as the release before made it."""
    until = (await tx.execute(select(func.max(events.c.id)))).scalar_one()
    seal = hashlib.sha256()
    for row in (await tx.execute(select(events.c.hash).order_by(events.c.id))).all():
        seal.update(row.hash.encode())
    number = (await tx.execute(select(func.count()).select_from(events))).scalar_one()
    text = f"{sealing.START}|{at.timestamp():.6f}|{until}|{number}|{seal.hexdigest()}"
    values = {"id": 1, "at": at, "last_event": until, "number": number, "digest": seal.hexdigest()}
    mac = keyring(tx).digest("desk anchor", text)
    await tx.execute(insert(anchors).values(**values, mac=mac))


async def stepped_before(tx: Tx, ref: str, at: Any, name: str = "old") -> None:
    """A step that a process of the release before takes: it knows no key for it, and renews no seal."""
    ticket = (await tx.execute(select(tickets).where(tickets.c.hotline_ref == ref))).one()
    query = select(events).where(events.c.ticket_id == ticket.id).order_by(events.c.seq.desc()).limit(1)
    last = dict((await tx.execute(query)).mappings().one())
    del last["id"]
    row = last | {"seq": ticket.event_count + 1, "at": at, "name": name, "prev_hash": ticket.last_hash}
    row |= {"from_state": last["to_state"], "key": None}
    facts = {field: row[field] for field in hash_chain.ChainLink.__dataclass_fields__ if field in row}
    row["hash"] = hash_chain.unkeyed_hash(ticket.last_hash, hash_chain.ChainLink(ref, **facts))
    await tx.execute(insert(events).values(row))
    head = {"event_count": row["seq"], "last_hash": row["hash"]}
    await tx.execute(update(tickets).where(tickets.c.id == ticket.id).values(head))


async def wrote_before(tx: Tx, name: str, at: Any) -> None:
    """A line of the journal by a process of the release before."""
    newest = select(lines.c.hash).order_by(lines.c.id.desc()).limit(1)
    previous = (await tx.execute(newest)).scalar() or journal.START
    own = journal.unkeyed_hash(previous, at, name, "log_in", "")
    row = {"at": at, "name": name, "action": "log_in", "about": "", "prev_hash": previous, "hash": own}
    await tx.execute(insert(lines).values(row))


@pytest.fixture
async def old(desk: Desk, caller: Any, document: dict[str, Any], clock: Any) -> list[str]:
    """Two accepted tickets and two lines of the journal that the release before wrote and anchored."""
    refs = [
        await caller.file(document | {"idempotency_key": f"k{n}", "reference": f"WX{n}"}) for n in range(2)
    ]
    for ref in refs:
        await desk.act(ref, "accept", CENTRE, 1)
    async with desk.database.write() as tx:
        for name in ("wang", "li"):
            await journal.write(tx, name, "log_in", "", clock())
        await as_before(tx)
    clock.on(hours=1)
    async with desk.database.write() as tx:
        await anchored_before(tx, clock())
    return refs


async def test_what_the_release_before_wrote_holds_as_it_was(desk: Desk, old: list[str], clock: Any) -> None:
    first = await report(desk)
    assert (first.holds, first.unkeyed, first.late_events, first.late_lines) == (True, 6, [], ())
    await desk.scheduler.anchor()
    newest = await audit.newest_anchor(desk.database)
    assert newest is not None
    assert (newest.id, newest.lines, newest.number) == (2, 2, 0), (
        "the journal is covered at once, not in a day"
    )
    assert (await report(desk)).holds


@pytest.mark.parametrize("seq", [1, 2])
async def test_the_first_keyed_event_pins_all_before_it(
    desk: Desk, old: list[str], walk: Any, seq: int
) -> None:
    await walk(old[0])("dispatch", lead_unit="housing")
    assert (await report(desk)).holds
    async with desk.database.write() as tx:
        await tx.execute(update(events).where(events.c.seq == seq).values(name="nobody"))
        query = select(events).where(events.c.ticket_id == 1).order_by(events.c.seq)
        previous = hash_chain.START
        for row in (await tx.execute(query)).all():
            own = hash_chain.unkeyed_hash(previous, ticket_events._link(old[0], row))
            kept = own if row.seq < 3 else row.hash
            await tx.execute(
                update(events).where(events.c.id == row.id).values(prev_hash=previous, hash=kept)
            )
            previous = kept
    assert (await report(desk)).fault == audit.ChainFault(old[0], 3)


async def test_a_process_of_the_release_before_writes_beside_and_is_told_not_blamed(
    desk: Desk, old: list[str], walk: Any, clock: Any
) -> None:
    await desk.scheduler.anchor()
    await walk(old[0])("dispatch", lead_unit="housing")
    async with desk.database.write() as tx:
        await journal.write(tx, "sun", "log_in", "", clock())
        await stepped_before(tx, old[0], clock())
        await wrote_before(tx, "zhao", clock())
    found = await report(desk)
    assert found.holds
    assert [(late.hotline_ref, late.seq) for late in found.late_events] == [(old[0], 4)]
    assert len(found.late_lines) == 1
    await walk(old[0])("sign", Actor(Role.UNIT, "li", "housing"))
    async with desk.database.write() as tx:
        await journal.write(tx, "sun", "log_out", "", clock())
    assert (await report(desk)).holds


async def test_what_has_no_key_before_the_first_anchor_is_told_behind_a_keyed_step(
    desk: Desk, old: list[str], walk: Any, clock: Any
) -> None:
    await walk(old[0])("dispatch", lead_unit="housing")
    async with desk.database.write() as tx:
        await stepped_before(tx, old[0], clock())
    found = await report(desk)
    assert (found.holds, len(found.late_events)) == (True, 1)


async def test_behind_the_roll_a_step_without_a_key_is_forged(
    desk: Desk, old: list[str], walk: Any, clock: Any
) -> None:
    await desk.scheduler.anchor()
    await walk(old[0])("dispatch", lead_unit="housing")
    clock.now += sealing.ROLL + timedelta(hours=1)
    await desk.scheduler.anchor()
    assert (await report(desk)).holds
    async with desk.database.write() as tx:
        await stepped_before(tx, old[0], clock(), "somebody")
    found = await report(desk)
    assert (found.fault, found.forged_late, found.holds) == (None, True, False)


async def test_behind_the_roll_a_line_without_a_key_is_forged(desk: Desk, old: list[str], clock: Any) -> None:
    await desk.scheduler.anchor()
    async with desk.database.write() as tx:
        await journal.write(tx, "sun", "log_in", "", clock())
    clock.now += sealing.ROLL + timedelta(hours=1)
    await desk.scheduler.anchor()
    async with desk.database.write() as tx:
        await wrote_before(tx, "somebody", clock())
    found = await report(desk)
    assert (found.broken_line, found.forged_late) == (None, True)


async def test_in_the_roll_nobody_passes_a_keyed_step_off_as_one_of_the_release_before(
    desk: Desk, old: list[str], walk: Any
) -> None:
    """The ticket's seal still names the event that was the last one with a key."""
    await desk.scheduler.anchor()
    await walk(old[0])("dispatch", lead_unit="housing")
    async with desk.database.write() as tx:
        mine = (events.c.ticket_id == 1) & (events.c.seq == 3)
        await tx.execute(update(events).where(mine).values(name="zhou"))
        row = (await tx.execute(select(events).where(mine))).one()
        own = hash_chain.unkeyed_hash(row.prev_hash, ticket_events._link(old[0], row))
        await tx.execute(update(events).where(mine).values(hash=own))
        await tx.execute(update(tickets).where(tickets.c.id == 1).values(last_hash=own))
    assert (await report(desk)).fault is not None


async def test_where_there_was_no_release_before_nothing_passes_as_its(
    desk: Desk, caller: Any, document: dict[str, Any], walk: Any, clock: Any
) -> None:
    await caller.file(document)
    clock.on(hours=1)
    await desk.scheduler.anchor()
    ref = await caller.file(document | {"idempotency_key": "k9", "reference": "WX9"})
    await walk(ref)("accept")
    assert (await report(desk)).holds
    async with desk.database.write() as tx:
        mine = events.c.ticket_id == 2
        await tx.execute(update(events).where(mine, events.c.seq == 2).values(name="zhou"))
        previous = hash_chain.START
        for row in (await tx.execute(select(events).where(mine).order_by(events.c.seq))).all():
            own = hash_chain.unkeyed_hash(previous, ticket_events._link(ref, row))
            await tx.execute(update(events).where(events.c.id == row.id).values(prev_hash=previous, hash=own))
            previous = own
        await tx.execute(update(tickets).where(tickets.c.id == 2).values(UNSEALED | {"last_hash": previous}))
    found = await report(desk)
    assert (found.fault, found.forged_late, found.holds) == (None, True, False)


# --- kept elsewhere


async def test_an_older_database_put_in_this_ones_place_is_told_by_the_line_that_was_kept(
    desk: Desk, caller: Any, document: dict[str, Any], walk: Any, clock: Any
) -> None:
    """Every value in it is genuine; what happened since is not in it."""
    ref = await caller.file(document)
    clock.on(hours=1)
    earlier = await anchor_lines.made_now(desk.database, clock())
    older = await everything(desk)
    await walk(ref)("accept")
    clock.on(hours=1)
    kept = await anchor_lines.made_now(desk.database, clock())
    assert earlier is not None
    assert kept is not None
    both = anchor_lines.seals(f"{earlier}\n{kept}\n")
    assert (await report(desk, both)).holds
    async with desk.database.write() as tx:
        await put_back(tx, older)
    assert (await report(desk)).holds
    assert (await report(desk, both)).missing == both[1:]


async def everything(desk: Desk) -> list[tuple[Any, list[dict[str, Any]]]]:
    async with desk.database.read() as tx:
        kept = (tickets, events, anchors, lines, journal_end)
        return [
            (table, [dict(row) for row in (await tx.execute(select(table))).mappings()]) for table in kept
        ]


async def put_back(tx: Tx, older: list[tuple[Any, list[dict[str, Any]]]]) -> None:
    for table, rows in older:
        if table is not tickets:
            await tx.execute(delete(table))
        for row in rows:
            if table is tickets:
                await tx.execute(update(table).where(table.c.id == row["id"]).values(row))
            else:
                await tx.execute(insert(table).values(row))


async def test_a_kept_line_still_stands_and_all_holds_under_a_new_secret(
    desk: Desk, caller: Any, document: dict[str, Any], clock: Any, database_url: str
) -> None:
    await caller.file(document)
    async with desk.database.write() as tx:
        await journal.write(tx, "wang", "log_in", "", clock())
    clock.on(hours=1)
    kept = await anchor_lines.made_now(desk.database, clock())
    assert kept is not None
    async with Database.open(database_url, KeyRing(["new", "a secret of the tests"])) as both:
        async for _ in key_rotation.seal_again(both):
            pass
    async with Database.open(database_url, KeyRing(["new"])) as new:
        found = await audit.verify(new, anchor_lines.seals(kept))
        async with new.write() as tx:
            await journal.write(tx, "wang", "log_out", "", clock())
        after = await audit.verify(new)
    assert (found.holds, found.unkeyed, after.holds, after.unkeyed) == (True, 0, True, 0)


@pytest.mark.parametrize("kept", ["", "  \n", "nothing", "seal=12", f"{'a' * 64}\nmore"])
def test_what_is_no_line_of_an_anchor_is_not_compared_and_passed(kept: str) -> None:
    with pytest.raises(ValueError, match="no line"):
        anchor_lines.seals(kept)
