"""Keeping roll-ups and index beside the tickets, with every step; and making up for the past."""

from sqlalchemy import delete, select

from desk.db.tables import index_anew, tickets
from desk.search import search
from desk.statistics import facts, state_counts
from desk.tickets import store
from desk.workflow.views import DeskTicket
from intake.city import CityProfile
from storage.db.sealed import Tx

BATCH = 500


async def count(tx: Tx, city: CityProfile, before: DeskTicket | None, after: DeskTicket) -> None:
    """Count a ticket as it stands after a step; `before` is None for one that has just come."""
    await facts.keep(tx, city, before, after)
    await state_counts.move(tx, before.life if before else None, after.life)
    if before is None or before.life.readers != after.life.readers:
        await search.index(tx, after)


async def enter_anew(tx: Tx, limit: int = BATCH) -> int:
    """Enter those in the search index anew whose entry an earlier release made; returns how many."""
    query = select(tickets.c.id, tickets.c.hotline_ref).join(
        index_anew, index_anew.c.ticket_id == tickets.c.id
    )
    rows = (await tx.execute(query.order_by(tickets.c.id).limit(limit))).all()
    for row in rows:
        ticket = await store.load(tx, row.hotline_ref, lock=True)
        if ticket is not None:
            await search.index(tx, ticket)
    await tx.execute(delete(index_anew).where(index_anew.c.ticket_id.in_([row.id for row in rows])))
    return len(rows)


async def catch_up(tx: Tx, city: CityProfile, limit: int = BATCH) -> int:
    """Count and index tickets from before there was such a thing; returns how many."""
    refs = (await tx.execute(facts.without_facts().limit(limit))).scalars().all()
    for hotline_ref in refs:
        ticket = await store.load(tx, hotline_ref)
        if ticket is not None:
            await facts.keep(tx, city, None, ticket)
            await search.index(tx, ticket)
    return len(refs)
