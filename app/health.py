"""Whether what we stand on is there, and how deep the outbox is."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from app import metrics
from app.spool import Spool
from intake.ports import Unavailable
from storage import outbox
from storage.cache import Cache
from storage.database import Database, Standing, Tx, standing

Stands = Callable[[Tx], Awaitable[Standing]]


class Health:
    """Asked by probes and by Prometheus."""

    def __init__(
        self, database: Database, cache: Cache, spool: Spool, tables: Sequence[Stands] = (standing,)
    ) -> None:
        """`tables`: for each set of them, where it stands."""
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

    async def _stored(self) -> dict[str, str]:
        try:
            async with self._database.read() as tx:
                found = {await asked(tx) for asked in self._tables}
        except Unavailable:
            return {"database": "down", "migrations": "unknown"}
        worst = next(one for one in (Standing.BEHIND, Standing.AHEAD, Standing.CURRENT) if one in found)
        return {"database": "ok", "migrations": worst.value}

    async def measure(self, now: datetime) -> None:
        """Read the spool's and the outbox's depth; without a database the latter keeps its last value."""
        metrics.spool_depth.set(self._spool.depth())
        try:
            async with self._database.read() as tx:
                found = await outbox.depth(tx)
        except Unavailable:
            return
        depths = {destination: count for destination, count, _ in found}
        ages = {destination: (now - oldest).total_seconds() for destination, _, oldest in found}
        metrics.set_all(metrics.outbox_depth, depths, self._destinations)
        metrics.set_all(metrics.outbox_age, ages, self._destinations)
