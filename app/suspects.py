"""Entries that may kill their worker: claimed several times in a row, and nobody lived to write down the end.

The rule: such an entry is tried alone, so that those it took down with it are not taken for its like. After
`retry.MOST_UNENDED` claims a message or a file is put aside (`app.delivery`); anything else rests for an hour
before each try and is never given up for this: a ticket must not be lost.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog

from app.delivery import TakenOver
from app.retry import kills, put_aside
from storage import outbox
from storage.database import Database
from storage.outbox import Claimed

TOGETHER = 2
"""So many claims without an end before an entry is tried alone."""

REST = timedelta(hours=1)
LOOK_AGAIN = timedelta(seconds=10)

log = structlog.get_logger(__name__)


class Suspects:
    """One worker's care with them."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._alone = asyncio.Lock()

    @asynccontextmanager
    async def watched(self, entry: Claimed) -> AsyncIterator[None]:
        """Round one delivery. Raises TakenOver for an entry that is to wait for its turn."""
        if entry.unended <= TOGETHER:
            yield
            return
        await self._spare(entry)
        if self._alone.locked():
            await self._put_back(entry)
        async with self._alone:
            yield

    async def _spare(self, entry: Claimed) -> None:
        """Whatever comes of this try, the next one is not soon."""
        reason = kills(entry)
        if reason is None:
            return
        log.error("workers die of it", destination=entry.destination, kind=entry.kind, entry=entry.id)
        if put_aside(entry) is None:
            async with self._database.write() as tx:
                if not await outbox.rest(tx, entry, self._clock() + REST, reason):
                    raise TakenOver

    async def _put_back(self, entry: Claimed) -> None:
        """Another one is tried just now."""
        async with self._database.write() as tx:
            await outbox.give_back(tx, [entry.id], self._clock() + LOOK_AGAIN)
        raise TakenOver
