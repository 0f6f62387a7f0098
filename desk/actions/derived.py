"""Keeping roll-ups and index beside the tickets, with every step; and making up for the past."""

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
    if before is None or _units(before) != _units(after):
        await search.index(tx, after)


async def catch_up(tx: Tx, city: CityProfile, limit: int = BATCH) -> int:
    """Count and index tickets from before there was such a thing; returns how many."""
    refs = (await tx.execute(facts.without_facts().limit(limit))).scalars().all()
    for hotline_ref in refs:
        ticket = await store.load(tx, hotline_ref)
        if ticket is not None:
            await facts.keep(tx, city, None, ticket)
            await search.index(tx, ticket)
    return len(refs)


def _units(ticket: DeskTicket) -> set[str | None]:
    return {ticket.life.lead_unit, *ticket.life.co_units}
