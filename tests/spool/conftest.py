"""Over a real database of each kind, with the limits a city has."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.receiver.channel_events import ChannelEventRecorder
from app.receiver.rate_limit import RateLimit
from app.receiver.receiver import SpoolingReceiver
from app.receiver.spool import Spool
from app.turns.service import Service
from bench.faults.proxy import Trouble, always, fine, proxy
from intake.city import load
from intake.phrases import worded
from storage.cache.cache import MemoryCache
from storage.cache.rate_limits import LocalBuckets
from storage.db import engines
from storage.db.database import Database
from storage.db.keyring import KeyRing
from tests.spool.counter import Counter


@pytest.fixture
async def counter(
    request: pytest.FixtureRequest,
    database_url: str,
    keyring: KeyRing,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Counter]:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.1)
    parts = urlsplit(database_url)
    target = parse_qs(parts.query).get("host", ["/nowhere"])[0] + "/.s.PGSQL.5432"
    async with proxy(target) as line:
        url = (
            database_url
            if parts.scheme == "sqlite"
            else f"postgresql://postgres@127.0.0.1:{line.port}{parts.path}"
        )
        async with Database.open(url, keyring, played_time=True) as database:

            @asynccontextmanager
            async def broken_line() -> Any:
                line.plan = always(Trouble.REFUSE)
                line.cut()
                try:
                    yield
                finally:
                    line.plan = fine

            @asynccontextmanager
            async def held_file() -> Any:
                holder = sqlite3.connect(tmp_path / "jiesu.db", isolation_level=None, check_same_thread=False)
                try:
                    await asyncio.to_thread(holder.execute, "BEGIN EXCLUSIVE")
                    yield
                finally:
                    holder.close()  # which rolls back

            city = worded(load("jiayuguan"))
            service = Service(database, MemoryCache(), city, lambda: datetime.now(UTC))
            pace = RateLimit(LocalBuckets(), keyring.digest)  # of both processes, as on Redis
            folder = tmp_path / "spool"
            spools = [Spool(folder, keyring, lambda: datetime.now(UTC)) for _ in range(2)]
            recorders = [ChannelEventRecorder(database, lambda: datetime.now(UTC), spool) for spool in spools]
            first, second = (
                SpoolingReceiver(service, recorder, spool, city, pace)
                for recorder, spool in zip(recorders, spools, strict=True)
            )
            yield Counter(
                first,
                second,
                recorders[0],
                database,
                spools[0],
                held_file if database.kind == "sqlite" else broken_line,
            )
