"""The worker: claim by lease, commit, and only then talk to the network.

Any number may run. One that dies leaves its entries to fall due again. A fault of our own is an entry's
outcome like any other, and never the worker's end.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from time import monotonic

import structlog

from app import metrics
from app.circuit import Circuit
from app.delivery import Delivery
from app.faults import caught, described
from app.lanes import FILES, HOTLINE
from app.service import WORK
from app.settlement import Settlement
from app.surveyor import Surveyor
from app.suspects import Suspects
from app.tidying import Tidying
from app.tracing import KEY, traced
from app.watch import Watch
from intake.city import CityProfile
from intake.messages import ChannelName
from intake.ports import Unsure
from storage import outbox
from storage.cache import Cache
from storage.database import Database
from storage.outbox import Claimed

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
PATIENCE = 45.0  # seconds for one delivery: its end is written down well within the lease
BATCH = 16
IDLE = 1.0  # seconds between looks when nobody calls
FAULT_PAUSE = 5.0
Claim = Callable[[int], Awaitable[list[Claimed]]]

DESTINATIONS = (HOTLINE, FILES, *(channel.value for channel in ChannelName))


class Worker:
    """A loop over the outbox for each destination, and the hourly tidying."""

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
        """`own_desk` as in `Tidying`."""
        self._database = database
        self._cache = cache
        self._delivery = delivery
        self._clock = clock
        self._patience = PATIENCE if patience is None else patience
        self._fault_pause = fault_pause
        self._suspects = Suspects(database, clock)
        self._settlement = Settlement(database, city, clock, chance)
        self._tidying = Tidying(database, city, clock, own_desk=own_desk)
        self._watch = Watch(database, city, clock)
        self.surveyor = Surveyor(database, cache, city, clock)
        self._circuits = {each: Circuit(each, monotonic) for each in DESTINATIONS}

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; the entries in hand are finished first.

        Each destination has loops of its own, so that a dead one does not hold up the others: one for
        what somebody waits for, one for the rest, however much that is.
        """
        calls = {each: asyncio.Event() for each in product(DESTINATIONS, (True, False))}
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._listen(stop, calls.values()))
            loops.create_task(self._tidying.run(stop))
            loops.create_task(self._watch.run(stop))
            loops.create_task(self.surveyor.run(stop))
            for (destination, urgent), call in calls.items():
                claim = partial(self._claim, destinations=(destination,), urgent=urgent)
                loops.create_task(self._loop(stop, destination, claim, call))

    async def _listen(self, stop: asyncio.Event, calls: Collection[asyncio.Event]) -> None:
        """Wake the loops when there is work, and by the clock."""
        while not stop.is_set():
            await self._cache.wait(WORK, IDLE)
            for call in calls:
                call.set()

    async def _loop(self, stop: asyncio.Event, destination: str, claim: Claim, call: asyncio.Event) -> None:
        """Entries side by side: a slow one holds up its own lane, and one place of sixteen."""
        running: set[asyncio.Task[None]] = set()

        def ended(task: asyncio.Task[None]) -> None:
            running.discard(task)
            call.set()  # its lane has a new head

        while not stop.is_set():
            call.clear()
            circuit = self._circuits[destination]
            if rest := max(await self._delivery.rest(destination), circuit.rest()):
                await _pause(stop, rest)
                continue
            places = circuit.places(BATCH - len(running))
            claimed = await self._claimed(stop, places, destination, claim)
            if stop.is_set():
                await self._give_back(claimed)
                break
            circuit.begun(len(claimed))
            for entry in claimed:
                task = asyncio.create_task(self._one(entry))
                running.add(task)
                task.add_done_callback(ended)
            if not claimed:
                await call.wait()
        if running:
            await asyncio.wait(running)

    async def _claimed(
        self, stop: asyncio.Event, limit: int, destination: str, claim: Claim
    ) -> list[Claimed]:
        """What is due; nothing, after a pause, while the database is away."""
        claimed = await caught(claim(limit)) if limit else []
        if isinstance(claimed, Exception):
            log.error("cannot claim", destination=destination, fault=described(claimed))
            await _pause(stop, self._fault_pause)
            return []
        return claimed

    async def _claim(
        self, limit: int, destinations: Collection[str], urgent: bool | None = None
    ) -> list[Claimed]:
        async with self._database.write() as tx:
            return await outbox.claim(
                tx,
                now=self._clock(),
                lease=LEASE,
                limit=limit,
                destinations=tuple(destinations),
                urgent=urgent,
            )

    async def _give_back(self, claimed: Collection[Claimed]) -> None:
        """A stop came between claim and delivery: another worker need not wait for the lease's end."""
        if claimed:
            async with self._database.write() as tx:
                await outbox.give_back(tx, [entry.id for entry in claimed], self._clock())

    async def round(self, *destinations: str) -> bool:
        """Claim what is due and deliver it, lanes side by side; False when there was nothing."""
        claimed = await self._claim(BATCH, destinations or DESTINATIONS)
        await asyncio.gather(*(self._one(entry) for entry in claimed))
        return bool(claimed)

    async def drain(self) -> None:
        """Deliver until nothing is due."""
        while await self.round():
            pass

    async def _one(self, entry: Claimed) -> None:
        """Deliver, and write down what came of it; if that fails, the lease ends by itself."""
        with traced(entry.body.get(KEY)):
            fault = await caught(self._deliver(entry))
            self._circuits[entry.destination].ended(fault)
            outcome = await caught(self._settlement.settle(entry, fault))
            if isinstance(outcome, Exception):
                log.error("not settled", entry=entry.id, fault=described(outcome))
                outcome = "not_settled"
        metrics.deliveries.labels(entry.destination, entry.kind, outcome).inc()

    async def _deliver(self, entry: Claimed) -> None:
        try:
            async with asyncio.timeout(self._patience), self._suspects.watched(entry):
                await self._delivery.deliver(entry)
        except TimeoutError:
            raise Unsure(f"no end within {self._patience:g} seconds") from None


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
