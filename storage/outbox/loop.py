"""The loop that empties an outbox: claim by lease, commit, and only then talk to the network.

Any number may run, in any number of processes. One that dies leaves its entries to fall due again. A fault
of our own is an entry's outcome like any other, and never the loop's end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import structlog

from intake.model.ports import Unsure
from storage.db.database import Database
from storage.faults import caught, described
from storage.outbox import outbox_metrics
from storage.outbox.circuit_breaker import CircuitBreaker
from storage.outbox.engine import Claimed, Outbox
from storage.periodic import pause

log = structlog.get_logger(__name__)
B = TypeVar("B")

LEASE = timedelta(seconds=60)
PATIENCE = 45.0  # seconds for one delivery: its end is written down well within the lease
BATCH = 16
FAULT_PAUSE = 5.0


def _alone(_: Any) -> AbstractContextManager[object]:
    return nullcontext()


async def _no_rest(_: str) -> float:
    return 0.0


@dataclass(slots=True)
class Work(Generic[B]):
    """How an outbox's entries are delivered, and what becomes of them.

    `deliver` raises what `settle` is told, and that gives the outcome its name. `rest`: seconds in which
    nothing need be tried at a destination. `within`: what surrounds one entry's delivery and its end.
    """

    outbox: Outbox[B]
    database: Database
    circuits: Mapping[str, CircuitBreaker]
    clock: Callable[[], datetime]
    deliver: Callable[[Claimed[B]], Awaitable[None]]
    settle: Callable[[Claimed[B], Exception | None], Awaitable[str]]
    rest: Callable[[str], Awaitable[float]] = _no_rest
    within: Callable[[Claimed[B]], AbstractContextManager[object]] = _alone
    patience: float | None = None

    async def claim(
        self, limit: int, destinations: Collection[str] | None = None, urgent: bool | None = None
    ) -> list[Claimed[B]]:
        """What is due, ours from the commit on. Raises DatabaseDown."""
        wanted = None if destinations is None else tuple(destinations)
        async with self.database.write() as tx:
            now = self.clock()
            return await self.outbox.claim(
                tx, now=now, lease=LEASE, limit=limit, destinations=wanted, urgent=urgent
            )

    async def give_back(self, claimed: Collection[Claimed[B]]) -> None:
        """A stop came between claim and delivery: another worker need not wait for the lease's end."""
        if claimed:
            async with self.database.write() as tx:
                await self.outbox.give_back(tx, list(claimed), self.clock())

    async def round(self, destinations: Collection[str] | None = None) -> bool:
        """Claim what is due and deliver it, lanes side by side; False when there was nothing.

        Whatever ends one of them, the others come to their own end first.
        """
        claimed = await self.claim(BATCH, destinations)
        for end in await asyncio.gather(*(self.one(entry) for entry in claimed), return_exceptions=True):
            if end is not None:
                raise end
        return bool(claimed)

    async def one(self, entry: Claimed[B]) -> None:
        """Deliver, and write down what came of it; if that fails, the lease ends by itself."""
        with self.within(entry):
            fault = await caught(self._patiently(entry))
            self.circuits[entry.destination].ended(fault)
            outcome = await caught(self.settle(entry, fault))
            if isinstance(outcome, Exception):
                log.error("not settled", entry=entry.id, fault=described(outcome))
                outcome = "not_settled"
        outbox_metrics.deliveries.labels(entry.destination, entry.kind, outcome).inc()

    async def _patiently(self, entry: Claimed[B]) -> None:
        patience = PATIENCE if self.patience is None else self.patience
        try:
            async with asyncio.timeout(patience):
                await self.deliver(entry)
        except TimeoutError:
            raise Unsure(f"no end within {patience:g} seconds") from None


class Loop(Generic[B]):
    """One destination's entries, side by side: a slow one holds up its own lane, and one place of sixteen."""

    def __init__(
        self,
        work: Work[B],
        destination: str,
        claim: Callable[[int], Awaitable[list[Claimed[B]]]] | None = None,
        fault_pause: float = FAULT_PAUSE,
    ) -> None:
        """`claim` takes up to so many of what is due; without it all of the outbox."""
        self._work = work
        self._destination = destination
        self._claim = claim or work.claim
        self._fault_pause = fault_pause
        self._circuit = work.circuits[destination]
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event, call: asyncio.Event) -> None:
        """Until `stop`, looking whenever `call` is set; the entries in hand are finished first."""
        while not stop.is_set():
            call.clear()
            if rest := max(await self._work.rest(self._destination), self._circuit.rest()):
                await pause(stop, rest)
                continue
            claimed = await self._claimed(stop)
            if stop.is_set():
                await self._give_back(claimed)
                break
            self._begin(claimed, call)
            if not claimed:
                await call.wait()
        if self._running:
            await asyncio.wait(self._running)

    async def _claimed(self, stop: asyncio.Event) -> list[Claimed[B]]:
        """What is due; nothing, after a pause, while the database is away."""
        limit = self._circuit.places(BATCH - len(self._running))
        claimed = await caught(self._claim(limit)) if limit else []
        if isinstance(claimed, Exception):
            log.error("cannot claim", destination=self._destination, fault=described(claimed))
            await pause(stop, self._fault_pause)
            return []
        return claimed

    async def _give_back(self, claimed: Collection[Claimed[B]]) -> None:
        """If it fails their leases end by themselves: what others have in hand must come to its own end."""
        fault = await caught(self._work.give_back(claimed))
        if fault is not None:
            log.error("not given back", destination=self._destination, fault=described(fault))

    def _begin(self, claimed: Collection[Claimed[B]], call: asyncio.Event) -> None:
        def ended(task: asyncio.Task[None]) -> None:
            self._running.discard(task)
            call.set()  # its lane has a new head

        self._circuit.begun(len(claimed))
        for entry in claimed:
            task = asyncio.create_task(self._work.one(entry))
            self._running.add(task)
            task.add_done_callback(ended)
