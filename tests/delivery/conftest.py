"""The worker over a real database; only what lies beyond the network is played."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.attachments.store import Files
from app.delivery.handlers import Delivery
from app.delivery.queue_replies import queue_replies
from app.operations.worker import Worker
from app.turns.service import Service
from intake.city import CityProfile, load
from intake.model.messages import Address, ChannelName, Media, Outgoing, Reply
from intake.model.ports import Fetched, Rejected
from intake.phrases import worded
from storage.cache.cache import MemoryCache
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.files.folder import Folder
from storage.messages import conversations
from storage.outbox import outbox

ADDRESS = Address(ChannelName.WECHAT, "openid")


@dataclass
class Far:
    """A channel and a backend that answer as scripted: one fault a call, then success."""

    name: ChannelName = ChannelName.WECHAT
    faults: list[BaseException] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0

    async def send(self, outgoing: Outgoing) -> None:
        self._call()
        self.sent.append(outgoing.reply.text)

    async def send_event(self, hotline_ref: str | None, event: dict[str, Any], key: str) -> None:
        self._call()
        self.told.append(event)

    async def submit(self, document: dict[str, Any], key: str) -> str:
        raise AssertionError("no ticket is filed here")

    async def find(self, key: str, document: dict[str, Any] | None = None) -> str | None:
        raise AssertionError("no ticket is looked for here")

    async def fetch(self, media: Media) -> Fetched:
        raise Rejected("no files here")

    async def probe(self) -> None: ...

    async def aclose(self) -> None: ...

    def _call(self) -> None:
        self.calls += 1
        if self.faults:
            raise self.faults.pop(0)


@dataclass
class Office:
    """Worker, clock and what lies beyond."""

    database: Database
    worker: Worker
    channel: Far
    backend: Far
    now: datetime
    city: CityProfile

    async def queue(self, text: str, purpose: str = "reply") -> int:
        async with self.database.write() as tx:
            stored = await conversations.lock(tx, ADDRESS, self.now)
            (entry,) = await queue_replies(
                tx, stored.id, ADDRESS, (Reply(text),), f"{purpose}:{text}", purpose, self.now
            )
        return entry

    async def states(self) -> dict[int, str]:
        async with self.database.read() as tx:
            return {entry.id: entry.state for entry in await outbox.entries(tx, limit=1000)}

    def later(self, **ahead: float) -> None:
        self.now += timedelta(**ahead)


@pytest.fixture(scope="session")
def city() -> CityProfile:
    return worded(load("jiayuguan"))


@pytest.fixture
def office(database: Database, keyring: KeyRing, tmp_path: Path, now: datetime, city: CityProfile) -> Office:
    channel, backend = Far(), Far()
    made: list[Office] = []

    def clock() -> datetime:
        return made[0].now

    files = Files(database, Folder(tmp_path / "files", keyring), keyring, "http://us.test", clock)
    cache = MemoryCache()
    service = Service(database, cache, city, clock)
    delivery = Delivery(database, city, {channel.name: channel}, backend, files, service, clock)
    worker = Worker(database, cache, city, delivery, clock, lambda: 0.5)
    made.append(Office(database, worker, channel, backend, now, city))
    return made[0]
