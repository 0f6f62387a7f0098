"""The front door's worker: loops over its outbox for each destination, and what is done by the clock."""

import asyncio
import random
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from itertools import product
from time import monotonic

from app.base.jobs import FILES, HOTLINE, WORK, trace_of
from app.base.tracing import traced
from app.delivery.handlers import Delivery
from app.delivery.outcomes import FrontDoorOutcomes
from app.delivery.suspects import Suspects
from app.operations.stuck_alert import StuckAlert
from app.privacy.retention import Retention
from app.surveys.scheduler import SurveyScheduler
from intake.city import CityProfile
from intake.model.messages import ChannelName
from storage.cache.cache import Cache
from storage.db.database import Database
from storage.outbox.circuit_breaker import CircuitBreaker
from storage.outbox.jobs import Body
from storage.outbox.loop import FAULT_PAUSE, Loop, Work
from storage.outbox.outbox import OUTBOX, Claimed

IDLE = 1.0  # seconds between looks when nobody calls

DESTINATIONS = (HOTLINE, FILES, *(channel.value for channel in ChannelName))


class Worker:
    """Any number may run; `storage.outbox.loop` says how one delivers."""

    def __init__(
        self,
        database: Database,
        cache: Cache,
        city: CityProfile,
        delivery: Delivery,
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
        *,
        patience: float | None = None,
        fault_pause: float = FAULT_PAUSE,
        own_desk: bool = False,
    ) -> None:
        """`own_desk` as in `Retention` and `StuckAlert`."""
        self._cache = cache
        self._delivery = delivery
        self._fault_pause = fault_pause
        self._suspects = Suspects(database, clock)
        self._retention = Retention(database, city, clock, own_desk=own_desk)
        self._stuck_alert = StuckAlert(database, city, clock, own_desk=own_desk)
        self.survey_scheduler = SurveyScheduler(database, cache, city, clock)
        self.work: Work[Body] = Work(
            outbox=OUTBOX,
            database=database,
            circuits={each: CircuitBreaker(each, monotonic) for each in DESTINATIONS},
            clock=clock,
            deliver=self._deliver,
            settle=FrontDoorOutcomes(database, city, clock, chance).settle,
            rest=delivery.rest,
            within=_traced,
            patience=patience,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; the entries in hand are finished first.

        Each destination has loops of its own, so that a dead one does not hold up the others: one for
        what somebody waits for, one for the rest, however much that is.
        """
        calls = {each: asyncio.Event() for each in product(DESTINATIONS, (True, False))}
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._listen(stop, calls.values()))
            loops.create_task(self._retention.run(stop))
            loops.create_task(self._stuck_alert.run(stop))
            loops.create_task(self.survey_scheduler.run(stop))
            for (destination, urgent), call in calls.items():
                claim = partial(self.work.claim, destinations=(destination,), urgent=urgent)
                loop = Loop(self.work, destination, claim, self._fault_pause)
                loops.create_task(loop.run(stop, call))

    async def _listen(self, stop: asyncio.Event, calls: Collection[asyncio.Event]) -> None:
        """Wake the loops when there is work, and by the clock."""
        while not stop.is_set():
            await self._cache.wait(WORK, IDLE)
            for call in calls:
                call.set()

    async def round(self, *destinations: str) -> bool:
        """Claim what is due and deliver it, lanes side by side; False when there was nothing."""
        return await self.work.round(destinations or DESTINATIONS)

    async def drain(self) -> None:
        """Deliver until nothing is due."""
        while await self.round():
            pass

    async def _deliver(self, entry: Claimed) -> None:
        async with self._suspects.watched(entry):
            await self._delivery.deliver(entry)


def _traced(entry: Claimed) -> AbstractContextManager[object]:
    return traced(trace_of(entry))
