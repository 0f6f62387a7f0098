"""The backend's own books: what the desk took in, asked of the desk and of nobody else."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from app.base.jobs import HOTLINE
from desk.api import alerts
from desk.app import Desk
from desk.tickets import store
from desk.workflow.states import Actor, Role
from hotline.contract import TicketDocument
from storage.db.database import Database
from storage.outbox import outbox

ALL = 1_000_000
_READER = Actor(Role.CENTRE, "replay")


@dataclass(frozen=True, slots=True)
class Books:
    """Tickets by idempotency key; what was added to each, by reference; and the words of every alert."""

    tickets: Mapping[str, TicketDocument]
    supplements: Mapping[str, tuple[str, ...]]
    alerts: Counter[str]


async def delivered(database: Database, patience: float) -> None:
    """Return when nothing is on its way to the backend any more, or nothing arrived for `patience` seconds.

    Citizens go first: what they filed in minutes may take the worker a minute more.
    """
    loop = asyncio.get_running_loop()
    fewest, until = await _waiting(database), loop.time() + patience
    while fewest and loop.time() < until:
        await asyncio.sleep(0.1)
        waiting = await _waiting(database)
        if waiting < fewest:
            fewest, until = waiting, loop.time() + patience


async def _waiting(database: Database) -> int:
    async with database.read() as tx:
        depth = await outbox.depth(tx)
    return sum(number for destination, number, _ in depth if destination == HOTLINE)


async def read_books(desk: Desk) -> Books:
    """Everything the desk holds."""
    seen = await desk.queue(_READER, limit=ALL)
    async with desk.database.read() as tx:
        found = [
            await store.load(tx, ticket.hotline_ref) for ticket in seen
        ]  # as kept, not as shown: seals off
        tickets = [ticket for ticket in found if ticket is not None]
        rung = await alerts.latest(tx, ALL)
    return Books(
        tickets={ticket.document.idempotency_key: ticket.document for ticket in tickets},
        supplements={
            ticket.reference: tuple(
                event.detail.get("text", "")
                for event in await desk.events(ticket)
                if event.action == "supplement"
            )
            for ticket in tickets
        },
        alerts=Counter(text.strip() for alert in rung for text in alert.texts),
    )
