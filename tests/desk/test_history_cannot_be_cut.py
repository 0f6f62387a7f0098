"""Who can write every table but has no key: what they cut, exchange or sign with another's name is told.

Every attack leaves each value genuine by itself and puts right whatever can be put right without the key.
"""

import hashlib
from typing import Any

import orjson
import pytest
from sqlalchemy import Table, delete, func, insert, select, update

from desk.app import Desk
from desk.db.tables import anchors, events, tickets
from desk.db.tables import journal as lines
from desk.history import audit, journal
from desk.tickets import hash_chain, ticket_events
from desk.workflow.states import Actor, Role
from storage.db.sealed import Tx

CENTRE = Actor(Role.CENTRE, "wang")
START = "0" * 64
MACS = ("end_mac", "words_mac")


async def holds(desk: Desk) -> bool:
    async for checked in audit.chains(desk.database):
        if checked.fault is not None:
            return False
    broken = (await audit.broken_anchor(desk.database), await audit.broken_line(desk.database))
    return broken == (None, None)


@pytest.fixture
async def history(desk: Desk, caller: Any, document: dict[str, Any], clock: Any) -> list[str]:
    """Three tickets with two events each and a journal of three lines, anchored."""
    refs = [
        await caller.file(
            document | {"idempotency_key": f"k{n}", "reference": f"WX{n}", "content": f"Cold {n}"}
        )
        for n in range(3)
    ]
    async with desk.database.write() as tx:
        for name in ("wang", "li", "sun"):
            await journal.write(tx, name, "log_in", "", clock())
    for ref in refs:
        await desk.act(ref, "accept", CENTRE, 1)
    clock.on(hours=1)
    await desk.scheduler.anchor()
    return refs


async def end_cut(tx: Tx, ref: str) -> None:
    """The last event gone, and the ticket says of itself what the one before it says."""
    ticket_id = (await tx.execute(select(tickets.c.id).where(tickets.c.hotline_ref == ref))).scalar_one()
    mine = events.c.ticket_id == ticket_id
    rows = (await tx.execute(select(events).where(mine).order_by(events.c.seq))).all()
    await tx.execute(delete(events).where(events.c.id == rows[-1].id))
    last = rows[-2]
    head = {"event_count": last.seq, "last_hash": last.hash, "state": last.to_state, "round": last.round}
    await tx.execute(update(tickets).where(tickets.c.id == ticket_id).values(head))


def unkeyed(previous: str, ref: str, row: Any) -> str:
    link = ticket_events._link(ref, row)
    return hashlib.sha256(orjson.dumps([previous, *hash_chain._values(link)])).hexdigest()


async def linked_without_key(tx: Tx, ref: str, first: int = 1) -> None:
    """The chain made anew from this event on, as the release before made one."""
    ticket_id = (await tx.execute(select(tickets.c.id).where(tickets.c.hotline_ref == ref))).scalar_one()
    query = select(events).where(events.c.ticket_id == ticket_id).order_by(events.c.seq)
    before = START
    for row in (await tx.execute(query)).all():
        own = unkeyed(before, ref, row) if row.seq >= first else row.hash
        await tx.execute(update(events).where(events.c.id == row.id).values(prev_hash=before, hash=own))
        before = own
    await tx.execute(update(tickets).where(tickets.c.id == ticket_id).values(last_hash=before))


async def lines_without_key(tx: Tx, first: int = 1) -> None:
    before = START
    for row in (await tx.execute(select(lines).order_by(lines.c.id))).all():
        text = "\0".join((before, f"{row.at.timestamp():.6f}", row.name, row.action, row.about))
        own = hashlib.sha256(text.encode()).hexdigest() if row.id >= first else row.hash
        await tx.execute(update(lines).where(lines.c.id == row.id).values(prev_hash=before, hash=own))
        before = own


async def newest_line(tx: Tx) -> int:
    return int((await tx.execute(select(func.max(lines.c.id)))).scalar_one())


# --- the attacks


async def test_what_nobody_touched_holds(desk: Desk, history: list[str]) -> None:
    assert await holds(desk)


async def test_a_journals_end_cut_off_is_told(desk: Desk, history: list[str]) -> None:
    async with desk.database.write() as tx:
        await tx.execute(delete(lines).where(lines.c.id == await newest_line(tx)))
    assert not await holds(desk)


async def test_a_journals_end_cut_off_before_it_is_anchored_is_told(
    desk: Desk, history: list[str], clock: Any
) -> None:
    async with desk.database.write() as tx:
        await journal.write(tx, "wang", "user_add", "friend", clock())
    async with desk.database.write() as tx:
        await tx.execute(delete(lines).where(lines.c.id == await newest_line(tx)))
    assert not await holds(desk)


@pytest.mark.parametrize("column", ["name", "action", "about"])
async def test_a_journals_last_line_with_another_name_is_told(
    desk: Desk, history: list[str], column: str
) -> None:
    async with desk.database.write() as tx:
        last = await newest_line(tx)
        await tx.execute(update(lines).where(lines.c.id == last).values({column: "somebody"}))
        await lines_without_key(tx, last)
    assert not await holds(desk)


async def test_a_journal_made_anew_from_its_first_line_is_told(desk: Desk, history: list[str]) -> None:
    async with desk.database.write() as tx:
        await tx.execute(update(lines).where(lines.c.name == "wang").values(name="li"))
        await lines_without_key(tx)
    assert not await holds(desk)


@pytest.mark.parametrize("column", ["document_sealed", "texts_sealed"])
@pytest.mark.parametrize("with_their_seals", [False, True])
async def test_words_of_two_tickets_exchanged_are_told(
    desk: Desk, history: list[str], walk: Any, column: str, with_their_seals: bool
) -> None:
    await walk(history[0])("dispatch", lead_unit="housing")
    await walk(history[0])("sign", Actor(Role.UNIT, "li", "housing"))
    await walk(history[0])("contact", Actor(Role.UNIT, "li", "housing"))
    await walk(history[0])(
        "answer", Actor(Role.UNIT, "li", "housing"), public_text="Repaired.", internal_text="A valve."
    )
    moved = (column, *(name for name in MACS if with_their_seals and name in tickets.c))
    async with desk.database.write() as tx:
        rows = (await tx.execute(select(tickets).order_by(tickets.c.id).limit(2))).mappings().all()
        for row, other in zip(rows, reversed(rows), strict=True):
            values = {name: other[name] for name in moved}
            await tx.execute(update(tickets).where(tickets.c.id == row["id"]).values(values))
    assert not await holds(desk)


async def test_all_histories_ends_cut_with_their_anchors_are_told(desk: Desk, history: list[str]) -> None:
    async with desk.database.write() as tx:
        for ref in history:
            await end_cut(tx, ref)
        await tx.execute(delete(lines).where(lines.c.id == await newest_line(tx)))
        await tx.execute(delete(anchors))
    assert not await holds(desk)


async def test_one_historys_end_cut_off_before_it_is_anchored_is_told(
    desk: Desk, history: list[str], walk: Any
) -> None:
    await walk(history[1])("dispatch", lead_unit="housing")
    async with desk.database.write() as tx:
        await end_cut(tx, history[1])
    assert not await holds(desk)


@pytest.mark.parametrize("seq", [1, 2, 3])
async def test_todays_events_under_another_name_are_told(
    desk: Desk, history: list[str], walk: Any, caller: Any, document: dict[str, Any], seq: int
) -> None:
    """Nothing of this ticket is anchored yet."""
    ref = await caller.file(document | {"idempotency_key": "k9", "reference": "WX9"})
    await walk(ref)("accept")
    await walk(ref)("dispatch", lead_unit="housing")
    async with desk.database.write() as tx:
        ticket_id = (await tx.execute(select(tickets.c.id).where(tickets.c.hotline_ref == ref))).scalar_one()
        mine = (events.c.ticket_id == ticket_id) & (events.c.seq == seq)
        await tx.execute(update(events).where(mine).values(name="zhou"))
        await linked_without_key(tx, ref, seq)
    assert not await holds(desk)


async def test_an_older_journal_put_back_with_its_own_end_breaks_its_anchor(
    desk: Desk, history: list[str], clock: Any
) -> None:
    """All of it is genuine: only what covers it knows how long it was."""
    older = await copied(desk)
    async with desk.database.write() as tx:
        await journal.write(tx, "wang", "user_add", "friend", clock())
    clock.on(days=1, hours=1)
    await desk.scheduler.anchor()
    async with desk.database.write() as tx:
        for table in (each for each in older if "journal" in each.name):
            await put_back(tx, table, older[table])
    assert not await holds(desk)


async def copied(desk: Desk) -> dict[Table, list[dict[str, Any]]]:
    async with desk.database.read() as tx:
        kept = [table for table in tickets.metadata.sorted_tables if table.name.startswith("desk_")]
        return {table: [dict(row) for row in (await tx.execute(select(table))).mappings()] for table in kept}


async def put_back(tx: Tx, table: Table, rows: list[dict[str, Any]]) -> None:
    await tx.execute(delete(table))
    if rows:
        await tx.execute(insert(table), rows)


async def test_a_journal_without_its_lines_and_its_end_breaks_its_anchor(
    desk: Desk, history: list[str]
) -> None:
    async with desk.database.write() as tx:
        for table in (each for each in tickets.metadata.sorted_tables if "journal" in each.name):
            await tx.execute(delete(table))
    assert not await holds(desk)
