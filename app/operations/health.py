"""Whether what we stand on is there, and how deep the outboxes are."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from app.base import metrics
from app.receiver.spool import Spool
from desk import outbox as callbacks
from intake.model.ports import Unavailable
from storage.cache.cache import Cache
from storage.db.database import Database, SchemaState, Tx, standing
from storage.outbox import outbox_metrics
from storage.outbox.engine import Outbox
from storage.outbox.outbox import OUTBOX

Stands = Callable[[Tx], Awaitable[SchemaState]]


def outboxes(*, own_desk: bool) -> tuple[Outbox[Any], ...]:
    """Those in our database that are looked after: the front door's, and our own desk's."""
    return (OUTBOX, callbacks.OUTBOX) if own_desk else (OUTBOX,)


class Health:
    """Asked by probes and by Prometheus."""

    def __init__(
        self,
        database: Database,
        cache: Cache,
        spool: Spool,
        tables: Sequence[Stands] = (standing,),
        *,
        own_desk: bool = False,
    ) -> None:
        """`tables`: for each set of them, where it stands. `own_desk`: its callbacks are counted, too."""
        self._outboxes = outboxes(own_desk=own_desk)
        self._spool = spool
        self._tables = tables
        self._database = database
        self._cache = cache
        self._destinations: set[str] = set()

    async def checks(self) -> dict[str, str]:
        """`ok` or what is wrong, for database, migrations and cache.

        Migrations `ahead` are no fault: a newer release has begun to roll over, and only added.
        """
        return {**await self._stored(), "cache": "ok" if await self._cache.ping() else "down"}

    def unreadable(self) -> int:
        """How many spooled messages are put aside, as none of our keys opens them."""
        return self._spool.aside()

    async def _stored(self) -> dict[str, str]:
        try:
            async with self._database.read() as tx:
                found = {await asked(tx) for asked in self._tables}
        except Unavailable:
            return {"database": "down", "migrations": "unknown"}
        worst = next(
            one for one in (SchemaState.BEHIND, SchemaState.AHEAD, SchemaState.CURRENT) if one in found
        )
        return {"database": "ok", "migrations": worst.value}

    async def measure(self, now: datetime) -> None:
        """Read the spool's and the outboxes' depth; without a database the latter keeps its last value."""
        metrics.spool_depth.set(self._spool.depth())
        try:
            async with self._database.read() as tx:
                found = [each for box in self._outboxes for each in await box.depth(tx)]
        except Unavailable:
            return
        depths = {destination: count for destination, count, _ in found}
        ages = {destination: (now - oldest).total_seconds() for destination, _, oldest in found}
        metrics.set_all(outbox_metrics.depth, depths, self._destinations)
        metrics.set_all(outbox_metrics.age, ages, self._destinations)
