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


Outboxes = Sequence[Outbox[Any]]


def outboxes(*, own_desk: bool) -> Outboxes:
    """Those in our database that are looked after: the front door's, and our own desk's."""
    return (OUTBOX, callbacks.OUTBOX) if own_desk else (OUTBOX,)


class Health:
    """Asked by probes and by Prometheus."""

    def __init__(
        self,
        database: Database,
        cache: Cache | None,
        spool: Spool | None,
        tables: Sequence[Stands] = (standing,),
        boxes: Outboxes = (OUTBOX,),
    ) -> None:
        """`tables`: for each set of them, where it stands; a desk alone has neither cache nor spool."""
        self._outboxes = boxes
        self._spool = spool
        self._tables = tables
        self._database = database
        self._cache = cache
        self._destinations: set[str] = set()

    async def checks(self) -> dict[str, str]:
        """`ok` or what is wrong, for database, migrations and cache.

        Migrations `ahead` are no fault: a newer release has begun to roll over, and only added.
        """
        return {**await self._stored(), "cache": await self._cached()}

    async def _cached(self) -> str:
        if self._cache is None:
            return "off"
        return "ok" if await self._cache.ping() else "down"

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
        if self._spool is not None:
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
