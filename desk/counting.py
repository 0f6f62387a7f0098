"""Keeping the roll-ups beside the tickets: one call with every step, and a way to make up for the past."""

from desk import facts, standings, store
from desk.views import DeskTicket
from intake.city import CityProfile
from storage.documents import Tx

BATCH = 500


async def count(tx: Tx, city: CityProfile, before: DeskTicket | None, after: DeskTicket) -> None:
    """Count a ticket as it stands after a step; `before` is None for one that has just come."""
    await facts.keep(tx, city, before, after)
    await standings.move(tx, before.life if before else None, after.life)


async def catch_up(tx: Tx, city: CityProfile, limit: int = BATCH) -> int:
    """Write the facts of tickets that have none, from before there were any; returns how many."""
    refs = (await tx.execute(facts.without_facts().limit(limit))).scalars().all()
    for hotline_ref in refs:
        ticket = await store.load(tx, hotline_ref)
        if ticket is not None:
            await facts.keep(tx, city, None, ticket)
    return len(refs)
