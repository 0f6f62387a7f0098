"""Asking a backend that does not call back, now and then, how its tickets stand.

What it says goes the way of a callback: known by its id, so that it is told once however often it is asked.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from app.callbacks.apply import CallbackService
from intake.model.ports import Followed, Follows
from intake.model.status import StatusUpdate
from storage.db.database import Database
from storage.periodic import every
from storage.tickets import tickets

PAUSE = timedelta(minutes=1)
"""Between two rounds."""

FOLLOWED = timedelta(days=120)
"""How long after its filing a ticket is asked about; the longest clock but a promise's is far shorter."""

log = structlog.get_logger(__name__)


class Polling:
    """`told` is kept in memory: after a start everything is offered once more, and found to be a repeat."""

    def __init__(
        self, database: Database, hotline: Follows, updates: CallbackService, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._hotline = hotline
        self._updates = updates
        self._clock = clock
        self._told: set[str] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Ask until `stop`."""
        await every(PAUSE, self.ask, stop, "asking the backend")

    async def ask(self) -> None:
        """One round. Raises Unavailable."""
        async with self._database.read() as tx:
            followed = await tickets.followed(tx, self._clock() - FOLLOWED)
        numbered = [await self._numbered(one) for one in followed]
        for update in await self._hotline.news([one for one in numbered if one is not None]):
            await self._tell(update)

    async def _tell(self, update: StatusUpdate) -> None:
        if update.event_id not in self._told:
            await self._updates.apply_update(update, update.event_id)
            self._told.add(update.event_id)

    async def _numbered(self, ticket: Followed) -> Followed | None:
        """The ticket under its lasting number, which is kept; None while there is only a token."""
        if not self._hotline.is_provisional(ticket.hotline_ref):
            return ticket
        number = await self._hotline.number(ticket.hotline_ref)
        if number is None:
            return None
        async with self._database.write() as tx:
            found = await tickets.find(tx, reference=ticket.reference, lock=True)
            if found is not None:
                await tickets.set_hotline_ref(tx, found.id, number, self._clock())
        return Followed(ticket.reference, number, ticket.status, ticket.round)
