"""What both channels' fuzzers of the service share: the house behind the door, and what must hold.

The house is wired as the real one, its spool included: on a busy machine the database is away for a moment,
and what came meanwhile is on the disk, taken and not lost.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.base import metrics
from app.bootstrap.resources import open_city
from app.receiver.channel_events import ChannelEventRecorder
from app.receiver.receiver import SpoolingReceiver
from app.receiver.spool import Spool
from app.turns.service import Service
from app.turns.step import EVERYWHERE, Rides
from intake.model.messages import ChannelName
from storage.cache.cache import MemoryCache
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.db.tables import inbox, outbox

SECONDS = float(os.environ.get("FUZZ_SECONDS", "4"))
ROUND = 10  # examples, after which is looked at the time
HANGS_AFTER = 30.0  # seconds
LONGEST = 300 + 3 * SECONDS  # seconds for a test, on a slow machine too


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class House:
    database: Database
    spool: Spool
    recorder: ChannelEventRecorder
    receiver: SpoolingReceiver

    async def stored(self) -> list[int]:
        """How much is in the inbox and the outbox, once nothing waits on the disk any more."""
        async with asyncio.timeout(HANGS_AFTER):
            while self.spool.heads(1):
                await self.receiver.drain()
        async with self.database.read() as tx:
            return [await tx.scalar(select(func.count()).select_from(one)) or 0 for one in (inbox, outbox)]


@asynccontextmanager
async def opened(
    url: str, keyring: KeyRing, folder: Path, rides: Mapping[ChannelName, Rides] = EVERYWHERE
) -> AsyncIterator[House]:
    database, city = Database.open(url, keyring), open_city("jiayuguan")
    spool = Spool(folder / "spool", keyring, clock)
    recorder = ChannelEventRecorder(database, clock, spool)
    receiver = SpoolingReceiver(Service(database, MemoryCache(), city, clock, rides), recorder, spool, city)
    try:
        yield House(database, spool, recorder, receiver)
    finally:
        await database.close()


def client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://us.test")


@dataclass
class Door:
    """`push` brings one message as the platform does."""

    channel: ChannelName
    runtime: House
    push: Callable[[Any], Awaitable[httpx.Response]]

    async def knock(self, one: Any) -> int:
        async with asyncio.timeout(HANGS_AFTER):
            return (await self.push(one)).status_code

    async def round_(self, pushes: list[Any]) -> None:
        """All are taken, none by a turn that breaks; all of them again, at once, change nothing."""
        broken = self._faults()
        assert [await self.knock(one) for one in pushes] == [200] * len(pushes)
        before = await self.runtime.stored()
        assert await asyncio.gather(*(self.knock(one) for one in pushes)) == [200] * len(pushes)
        assert await self.runtime.stored() == before
        assert self._faults() == broken

    def _faults(self) -> float:
        """Turns that broke: whatever is said must be answered, not only survived."""
        return metrics.turns.labels(self.channel.value, "fault")._value.get()


def keep_knocking(opening: AbstractAsyncContextManager[Door], one: st.SearchStrategy[Any]) -> None:
    """Rounds of one to four pushes for about `FUZZ_SECONDS`."""
    with asyncio.Runner() as runner:
        door = runner.run(opening.__aenter__())

        @settings(max_examples=ROUND, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(one, min_size=1, max_size=4))
        def some(pushes: list[Any]) -> None:
            runner.run(door.round_(pushes))

        until = monotonic() + SECONDS
        while True:
            some()
            if monotonic() > until:
                break
        runner.run(opening.__aexit__(None, None, None))
