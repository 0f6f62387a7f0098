"""Checking the desk's history: every ticket's chain, its standing against it, and the anchors over all."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import func, select

from desk.db.tables import events, tickets
from desk.history import anchors, journal
from desk.history.anchors import Anchor
from desk.tickets import ticket_events
from storage.db.database import Database

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first event of a ticket that does not hold: changed, missing, or not what the ticket says."""

    hotline_ref: str
    seq: int


@dataclass(frozen=True, slots=True)
class AuditProgress:
    """So many tickets are done; `fault` ends the check."""

    tickets: int
    fault: ChainFault | None = None


async def size(database: Database) -> tuple[int, int]:
    """How many tickets and events there are."""
    async with database.read() as tx:
        counted = [
            (await tx.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (tickets, events)
        ]
    return counted[0], counted[1]


async def chains(database: Database) -> AsyncIterator[AuditProgress]:
    """Check every ticket's chain, in order, and stop at the first fault."""
    done, last = 0, 0
    while True:
        ids, fault = await _some(database, last)
        yield AuditProgress(done + len(ids), fault)
        if fault is not None or not ids:
            return
        done, last = done + len(ids), ids[-1]


async def _some(database: Database, after: int) -> tuple[list[int], ChainFault | None]:
    """The next tickets, up to the first with a fault."""
    async with database.read() as tx:
        query = select(tickets.c.id).where(tickets.c.id > after).order_by(tickets.c.id).limit(_AT_ONCE)
        ids = list((await tx.execute(query)).scalars())
        for position, ticket_id in enumerate(ids):
            fault = await ticket_events.fault(tx, ticket_id)
            if fault is not None:
                return ids[:position], ChainFault(*fault)
    return ids, None


async def broken_anchor(database: Database) -> Anchor | None:
    """The first anchor that does not hold."""
    async with database.read() as tx:
        return await anchors.first_broken(tx)


async def broken_line(database: Database) -> int | None:
    """The first line of the journal that does not hold."""
    async with database.read() as tx:
        return await journal.broken_at(tx)


async def newest_anchor(database: Database) -> Anchor | None:
    """The newest anchor; its `mac` is worth writing down elsewhere."""
    async with database.read() as tx:
        return await anchors.newest(tx)


async def has_anchor(database: Database, mac: str) -> bool:
    """Whether an anchor with this seal stands."""
    async with database.read() as tx:
        return await anchors.stands(tx, mac)
