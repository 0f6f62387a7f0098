"""Entries that may kill their worker: claimed several times in a row, and nobody lived to write down the end.

The rule: such an entry is tried alone, so that those it took down with it are not taken for its like. After
`backoff.MOST_UNENDED` claims a message or a file is put aside (`handlers`): nothing else is lost by it,
and an operator may let it go again. Anything else is never given up for this: a ticket must not be lost. It
rests for an hour between two tries; that is how long a claim of it lasts (`storage.outbox.engine`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog

from intake.model.messages import Outgoing
from storage.db.database import Database
from storage.outbox import backoff, outbox
from storage.outbox.engine import TakenOver
from storage.outbox.jobs import FetchFile, kind_of
from storage.outbox.outbox import Claimed

TOGETHER = 2
"""So many claims without an end before an entry is tried alone."""

LOOK_AGAIN = timedelta(seconds=10)

_PUT_ASIDE = frozenset({kind_of(Outgoing), kind_of(FetchFile)})

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
        await self._say(entry)
        if self._alone.locked():
            await self._put_back(entry)
        async with self._alone:
            yield

    async def _say(self, entry: Claimed) -> None:
        """To operators, and beside the entry for as long as it is tried on. Raises TakenOver."""
        reason = backoff.kills(entry.unended)
        if reason is None:
            return
        log.error("workers die of it", destination=entry.destination, kind=entry.kind, entry=entry.id)
        if put_aside(entry) is None:
            async with self._database.write() as tx:
                await outbox.note(tx, entry, reason)

    async def _put_back(self, entry: Claimed) -> None:
        """Another one is tried just now. Raises TakenOver."""
        async with self._database.write() as tx:
            await outbox.give_back(tx, [entry], self._clock(), LOOK_AGAIN)
        raise TakenOver


def put_aside(entry: Claimed) -> str | None:
    """The reason for operators, if it is given up because its workers die of it."""
    return backoff.kills(entry.unended) if entry.kind in _PUT_ASIDE else None
