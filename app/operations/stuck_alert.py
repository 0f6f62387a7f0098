"""Somebody is told when messages do not get out: staff at the backend, and whoever reads metrics and logs.

The rule: what was due for a quarter of an hour is stuck. Staff hear of it once an hour and destination, as an
alert like any other; what is stuck on its way to the backend itself cannot be told there, and stands in the
metrics and the log alone, as do what is stuck in our own folder, the desk's callbacks, and a clock that is
not the database's.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import structlog

from app.base import jobs, metrics
from app.base.jobs import HOTLINE
from app.operations.health import outboxes
from intake.city import CityProfile
from intake.model.channels import traits_of
from intake.model.messages import ChannelName
from intake.phrases import FALLBACK, say
from storage.db.clock import shared
from storage.db.database import Database, Tx
from storage.outbox import outbox_metrics
from storage.outbox.engine import Stuck
from storage.outbox.jobs import SendAlert
from storage.periodic import every

log = structlog.get_logger(__name__)

STUCK_AFTER = timedelta(minutes=15)
EVERY = timedelta(minutes=1)
CLOCKS_APART = timedelta(seconds=5)
KIND = "stuck"
_CHANNELS = frozenset(channel.value for channel in ChannelName)


class StuckAlert:
    """Looks at the outbox every minute. Any number of processes may: the alert goes once."""

    def __init__(
        self,
        database: Database,
        city: CityProfile,
        clock: Callable[[], datetime],
        *,
        own_desk: bool = False,
    ) -> None:
        self._outboxes = outboxes(own_desk=own_desk)
        self._database = database
        self._city = city
        self._clock = clock
        self._destinations: set[str] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        await every(EVERY, self.once, stop, "watching")

    async def once(self) -> None:
        """Look, and say what is stuck. Raises DatabaseDown."""
        now = self._clock()
        async with self._database.read() as tx:
            ahead = now - await shared(tx, now)
            found = [each for box in self._outboxes for each in await box.stuck(tx, now - STUCK_AFTER)]
        _say(ahead)
        counts = {stuck.destination: stuck.count for stuck in found}
        metrics.set_all(outbox_metrics.stuck, counts, self._destinations)
        for stuck in found:
            log.error("stuck", destination=stuck.destination, count=stuck.count, reason=stuck.reason)
        told = [stuck for stuck in found if stuck.destination in _CHANNELS]
        if told:
            async with self._database.write() as tx:
                for stuck in told:
                    await self._alert(tx, stuck, now)

    async def _alert(self, tx: Tx, stuck: Stuck, now: datetime) -> None:
        event_id = str(uuid5(NAMESPACE_URL, f"stuck:{stuck.destination}:{now:%Y%m%d%H}"))
        since = stuck.oldest.astimezone(ZoneInfo(self._city.timezone))
        text = say(
            self._city,
            FALLBACK,
            "service.stuck",
            destination=stuck.destination,
            count=stuck.count,
            since=f"{since:%m-%d %H:%M}",
        )
        code = traits_of(ChannelName(stuck.destination)).code
        await jobs.queue(
            tx,
            SendAlert(event_id, now, KIND, text, code),
            destination=HOTLINE,
            lane=KIND,
            now=now,
            once=event_id,
            urgent=True,
        )


def _say(ahead: timedelta) -> None:
    """Nothing goes wrong in the outbox by it, but signatures, reports and logs tell the wrong time."""
    outbox_metrics.clock_ahead.set(ahead.total_seconds())
    if abs(ahead) > CLOCKS_APART:
        log.error("our clock is not the database's", seconds_ahead=round(ahead.total_seconds()))
