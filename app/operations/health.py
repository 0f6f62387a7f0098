"""Whether what we stand on is there, and how deep the outboxes are."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from app.base import metrics
from app.operations.aside import KINDS, AsideKind
from app.receiver.spool import Spool
from desk import outbox as callbacks
from desk.api import alerts
from intake.model.ports import Unavailable
from storage.cache.cache import Cache
from storage.db.database import Database, SchemaState, Tx, standing
from storage.messages import inbox
from storage.outbox import outbox_metrics
from storage.outbox.engine import Outbox
from storage.outbox.jobs import SendAlert, kind_of
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

    def unreadable(self) -> int:
        """How many spooled messages are put aside, as none of our keys opens them."""
        return self._spool.aside() if self._spool else 0

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
        """Read what waits and since when; without a database what it holds keeps its last value."""
        self._measure_spool(now)
        try:
            async with self._database.read() as tx:
                found = [each for box in self._outboxes for each in await box.depth(tx)]
                aside, alarms = await self._aside(tx), await self._alarms(tx)
        except Unavailable:
            return
        depths = {destination: count for destination, count, _ in found}
        ages = {destination: _age(oldest, now) for destination, _, oldest in found}
        metrics.set_all(outbox_metrics.depth, depths, self._destinations)
        metrics.set_all(outbox_metrics.age, ages, self._destinations)
        for kind, (count, oldest) in aside.items():
            _tell_aside(kind, count, oldest, now)
        for at, since in alarms.items():
            metrics.alarm_age.labels(at).set(_age(since, now))

    def _measure_spool(self, now: datetime) -> None:
        if self._spool is None:
            return
        damaged = self._spool.damaged()
        oldest = datetime.fromtimestamp(damaged[0] / 1e9, UTC) if damaged else None
        metrics.spool_depth.set(self._spool.depth())
        metrics.spool_age.set(_age(self._spool.oldest(), now))
        _tell_aside(AsideKind.SPOOL, len(damaged), oldest, now)

    async def _aside(self, tx: Tx) -> dict[AsideKind, tuple[int, datetime | None]]:
        found = {KINDS[box]: await box.depth_given_up(tx) for box in self._outboxes}
        return found if self._spool is None else found | {AsideKind.MESSAGE: await inbox.depth_aside(tx)}

    async def _alarms(self, tx: Tx) -> dict[str, datetime | None]:
        """Where an alarm can be: in the front door's outbox, and at a desk in this database."""
        found: dict[str, datetime | None] = {}
        if OUTBOX in self._outboxes:
            found["outbox"] = await OUTBOX.oldest(tx, kind_of(SendAlert))
        if callbacks.OUTBOX in self._outboxes:
            found["desk"] = await alerts.ringing_since(tx)
        return found


def _tell_aside(kind: AsideKind, count: int, oldest: datetime | None, now: datetime) -> None:
    metrics.aside_depth.labels(kind.value).set(count)
    metrics.aside_age.labels(kind.value).set(_age(oldest, now))


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
