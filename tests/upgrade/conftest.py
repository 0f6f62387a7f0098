"""An installation of the release before, brought up to date; its clock stands where that release stopped."""

import random
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.attachments.store import Files
from app.bootstrap.resources import open_city
from app.callbacks.apply import CallbackService
from app.delivery.handlers import Delivery
from app.operations.worker import Worker
from app.receiver.channel_events import ChannelEventRecorder
from app.receiver.receiver import SpoolingReceiver
from app.receiver.spool import Spool
from app.turns.service import Service
from bots.telegram.outgoing.split import rides
from desk.app import Desk
from desk.db.migrate import upgrade as upgrade_desk
from intake.city import CityProfile
from intake.model.messages import ChannelName, Media, Outgoing
from intake.model.ports import Fetched
from storage.cache.cache import MemoryCache
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.db.migrate import upgrade
from storage.files.folder import Folder
from tests.conftest import _run
from tests.postgresql import Databases, database_name
from tests.upgrade.restoring import SECRET, enter_words, restore, stored_at, unpack_files
from webhooks.hotline import hotline_router

AGREED_TO = "2026-1"
"""The notice of the release before. A city that raises its version asks everybody again."""

LETTER = b"%PDF-1.7\n%a letter that somebody photographed\n%%EOF\n"
CALLS, CALLBACKS = "calls from us to the desk", "callbacks to the front door"


@dataclass
class Clock:
    """It moves when told."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def tick(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class App:
    """A channel that takes every message and has every file."""

    name: ChannelName
    sent: list[Outgoing] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    async def send(self, outgoing: Outgoing) -> None:
        self.sent.append(outgoing)

    async def fetch(self, media: Media) -> Fetched:
        self.fetched.append(media.media_id)
        return Fetched(LETTER, "application/pdf")

    async def probe(self) -> None: ...

    async def aclose(self) -> None: ...


@dataclass
class Backend:
    """Takes everything, and keeps what came by its key."""

    submitted: list[str] = field(default_factory=list)
    events: list[tuple[str | None, dict[str, Any], str]] = field(default_factory=list)
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def submit(self, document: dict[str, Any], key: str) -> str:
        self.submitted.append(key)
        self.documents[key] = document
        return f"H{len(self.submitted)}"

    async def find(self, key: str, document: dict[str, Any] | None = None) -> str | None:
        return None

    async def send_event(self, hotline_ref: str | None, event: dict[str, Any], key: str) -> None:
        self.events.append((hotline_ref, event, key))

    async def probe(self) -> None: ...

    async def aclose(self) -> None: ...


@dataclass
class Installation:
    """One process of this release on what the one before left; the far ends are played."""

    database: Database
    city: CityProfile
    clock: Clock
    service: Service
    callbacks: CallbackService
    worker: Worker
    backend: Backend
    apps: dict[ChannelName, App]
    files: Files
    folder: Folder
    spool: Spool
    receiver: SpoolingReceiver
    desk: Desk

    async def drain(self, until: int = 40) -> None:
        """Deliver what is due."""
        for _ in range(until):
            if not await self.worker.round():
                return
        raise AssertionError("it never ends")


@pytest.fixture(scope="session")
def carried_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("carried") / "jiesu.db"
    _carry(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def carried_postgresql(databases: Databases) -> str:
    url = databases.copy("template0")
    _carry(url)
    return database_name(url)


def _carry(url: str) -> None:
    for step in (restore, upgrade, upgrade_desk, enter_words):
        _run(step(url))


@pytest.fixture(params=["sqlite", "postgresql"])
def carried_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A copy of its own for each test, once on each kind of database."""
    if request.param == "sqlite":
        stored = request.getfixturevalue("carried_sqlite")
        yield f"sqlite:///{shutil.copy(stored, tmp_path / 'jiesu.db')}"
        return
    databases: Databases = request.getfixturevalue("databases")
    url = databases.copy(request.getfixturevalue("carried_postgresql"))
    yield url
    databases.drop(url)


@pytest.fixture
def clock() -> Clock:
    """A quarter of an hour after the release before stopped: the leases its workers held are over."""
    return Clock(stored_at() + timedelta(minutes=15))


@pytest.fixture
async def house(carried_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Installation]:
    unpack_files(tmp_path)
    keyring, city = KeyRing([SECRET]), replace(open_city("jiayuguan"), notice_version=AGREED_TO)
    async with Database.open(carried_url, keyring, played_time=True) as database:
        yield _installation(database, keyring, city, clock, tmp_path / "var")


def _installation(
    database: Database,
    keyring: KeyRing,
    city: CityProfile,
    clock: Clock,
    var: Path,
) -> Installation:
    cache, backend = MemoryCache(), Backend()
    apps = {name: App(name) for name in ChannelName}
    folder = Folder(var / "attachments", keyring)
    files = Files(database, folder, keyring, "http://front.door", clock)
    service = Service(database, cache, city, clock, {ChannelName.TELEGRAM: rides})
    spool = Spool(var / "spool", keyring, clock)
    recorder = ChannelEventRecorder(database, clock, spool)
    callbacks = CallbackService(database, cache, city, clock)
    delivery = Delivery(database, city, apps, backend, files, service, clock)
    return Installation(
        database=database,
        city=city,
        clock=clock,
        service=service,
        callbacks=callbacks,
        worker=Worker(database, cache, city, delivery, clock, lambda: 0.0, fault_pause=0.01),
        backend=backend,
        apps=apps,
        files=files,
        folder=folder,
        spool=spool,
        receiver=SpoolingReceiver(service, recorder, spool, city),
        desk=_desk(database, city, clock, callbacks),
    )


def _desk(database: Database, city: CityProfile, clock: Clock, callbacks: CallbackService) -> Desk:
    """The embedded desk, whose callbacks come to our own door."""
    front, names, chance = FastAPI(), count(1), random.Random(7)
    front.include_router(hotline_router(callbacks, CALLBACKS, clock))
    return Desk(
        database,
        city,
        secrets=CALLS,
        callback_secrets=CALLBACKS,
        front_door="http://front.door",
        http=httpx.AsyncClient(transport=httpx.ASGITransport(front)),
        clock=clock,
        digits=lambda n: "".join(chance.choices("0123456789", k=n)),
        token=lambda: f"a new token {next(names)}",
        chance=lambda: 0.5,
    )
