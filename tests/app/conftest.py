"""The shell over a real database of each kind; only the far ends are played, and fail as told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from app.attachments.store import Files
from app.bootstrap.resources import open_city
from app.callbacks.apply import CallbackService
from app.delivery.handlers import Delivery
from app.operations.worker import Worker
from app.turns.service import Service
from app.turns.step import EVERYWHERE
from bots.telegram.outgoing.split import rides
from intake.city import CityProfile
from intake.form.offers import join_others
from intake.model.messages import Address, ChannelName, Inbound, Media, MediaKind, Outgoing, Reply
from intake.model.ports import Fetched, Unavailable
from intake.model.status import Applied, StatusUpdate
from intake.model.ticket import TicketView
from storage.cache.cache import MemoryCache
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.files.folder import Folder
from storage.messages import conversations
from storage.outbox import outbox
from storage.outbox.engine import Entry
from storage.tickets import tickets
from storage.tickets.tickets import StoredTicket

FIRST_WORDS = "新华路15号院门口井盖坏了，我姓王，电话13912345678"
OPENID = "oZhangSan00000000000000000001"


@dataclass
class Clock:
    """The only time there is; it moves when told."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Backend:
    """A hotline that keeps what it gets. `faults` are raised one per call; `loses` after it took it."""

    faults: list[Exception] = field(default_factory=list)
    loses: list[Exception] = field(default_factory=list)
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    submitted: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    events: list[tuple[str | None, dict[str, Any], str]] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def submit(self, document: dict[str, Any], key: str) -> str:
        if self.gate:
            await self.gate.wait()
        self._fail(self.faults)
        self.submitted.append(key)
        ref = f"H{len(self.submitted)}"
        self.tickets[ref] = document
        self._fail(self.loses)
        return ref

    async def find(self, key: str, document: dict[str, Any] | None = None) -> str | None:
        self.asked.append(key)
        found = [ref for ref, document in self.tickets.items() if document["idempotency_key"] == key]
        return found[0] if found else None

    async def send_event(self, hotline_ref: str | None, event: dict[str, Any], key: str) -> None:
        self._fail(self.faults)
        self.events.append((hotline_ref, event, key))
        self._fail(self.loses)

    async def probe(self) -> None: ...

    async def aclose(self) -> None: ...

    def _fail(self, faults: list[Exception]) -> None:
        if faults:
            raise faults.pop(0)


@dataclass
class App:
    """A channel. `faults` are raised one per message, `files` are what it hands out."""

    name: ChannelName = ChannelName.WECHAT
    faults: list[Exception] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    files: dict[str, bytes | Exception] = field(default_factory=dict)
    gate: asyncio.Event | None = None

    async def send(self, outgoing: Outgoing) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(outgoing)

    async def fetch(self, media: Media) -> Fetched:
        if self.gate:
            await self.gate.wait()
        content = self.files.get(media.media_id, Unavailable("not there yet"))
        if isinstance(content, Exception):
            raise content
        return Fetched(content, "image/png")

    async def probe(self) -> None: ...

    async def aclose(self) -> None: ...

    @property
    def texts(self) -> list[str]:
        return [outgoing.reply.text for outgoing in self.sent]


@dataclass
class Shell:
    """One process: what the webhooks call, the worker, and the two far ends."""

    database: Database
    city: CityProfile
    clock: Clock
    service: Service
    updates: CallbackService
    worker: Worker
    backend: Backend
    app: App
    files: Files

    async def entries(self, state: str | None = None, kind: str | None = None) -> list[Entry]:
        async with self.database.read() as tx:
            found = await outbox.entries(tx, state, 1000)
        return [entry for entry in found if kind in (None, entry.kind)]

    async def ticket(self, reference: str) -> StoredTicket:
        async with self.database.read() as tx:
            found = await tickets.find(tx, reference=reference)
        assert found is not None
        return found

    async def count(self, table: Table) -> int:
        async with self.database.read() as tx:
            return int((await tx.execute(select(func.count()).select_from(table))).scalar_one())

    async def apply(self, update: StatusUpdate, message_id: str | None = None) -> Applied:
        return await self.updates.apply_update(update, message_id or f"msg {update.event_id}")

    async def drain(self) -> None:
        """Deliver what is due, and then what falls due while nothing fails for long."""
        await self.worker.drain()

    def citizen(self, user: str = OPENID, channel: ChannelName = ChannelName.WECHAT) -> "Citizen":
        return Citizen(self, Address(channel, user))


@dataclass
class Citizen:
    """Somebody who writes; each message has an id of its own."""

    shell: Shell
    address: Address
    numbers: Any = field(default_factory=lambda: count(1))

    def message(self, text: str = "", **more: Any) -> Inbound:
        number = next(self.numbers)
        return Inbound(f"{self.address.user}:{number}", self.address, self.shell.clock(), text, **more)

    async def says(self, text: str = "", **more: Any) -> tuple[Reply, ...]:
        """As over a channel that took the answer."""
        inbound = self.message(text, **more)
        replies = await self.shell.service.receive(inbound)
        await self.shell.service.handed_over(inbound, replies)
        return replies

    async def sends_photo(self, media_id: str, text: str = "") -> tuple[Reply, ...]:
        return await self.says(text, media=(Media(MediaKind.PHOTO, media_id),))

    async def goes_to_the_summary(self, words: str = FIRST_WORDS) -> None:
        await self.says(words)
        replies = await self.says("同意")
        if any(reply.step == join_others.STEP for reply in replies):  # others told the same story before
            replies = await self.says("单独登记")
        assert any("请核对" in reply.text for reply in replies)

    async def files_a_ticket(self, words: str = FIRST_WORDS) -> str:
        """Returns its reference."""
        await self.goes_to_the_summary(words)
        replies = await self.says("提交")
        assert any("您的诉求已登记" in reply.text for reply in replies)
        return (await self.own())[0].reference

    async def own(self) -> tuple[TicketView, ...]:
        async with self.shell.database.read() as tx:
            stored = await conversations.find(tx, self.address)
            return await tickets.own(tx, stored.id) if stored else ()


@pytest.fixture(scope="session")
def city() -> CityProfile:
    return open_city("jiayuguan")


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


Open = Callable[..., Shell]


@pytest.fixture
def open_shell(city: CityProfile, clock: Clock, keyring: KeyRing, tmp_path: Path) -> Open:
    """A process of its own over a database; the far ends are new with each."""

    def make(database: Database, channel: ChannelName = ChannelName.WECHAT) -> Shell:
        cache, backend, app = MemoryCache(), Backend(), App(channel)
        files = Files(database, Folder(tmp_path / "files", keyring), keyring, "http://front.door", clock)
        riding = {channel: rides} if channel is ChannelName.TELEGRAM else EVERYWHERE
        service = Service(database, cache, city, clock, riding)
        delivery = Delivery(database, city, {app.name: app}, backend, files, service, clock)
        return Shell(
            database=database,
            city=city,
            clock=clock,
            service=service,
            updates=CallbackService(database, cache, city, clock),
            worker=Worker(database, cache, city, delivery, clock, lambda: 0.0, patience=5, fault_pause=0.01),
            backend=backend,
            app=app,
            files=files,
        )

    return make


@pytest.fixture
def shell(open_shell: Open, database: Database) -> Shell:
    return open_shell(database)


@pytest.fixture
def citizen(shell: Shell) -> Citizen:
    return shell.citizen()


@pytest.fixture
async def second(open_shell: Open, database_url: str, keyring: KeyRing) -> AsyncIterator[Shell]:
    """Another process on the same database: its own connections, its own far ends."""
    async with Database.open(database_url, keyring, played_time=True) as opened:
        yield open_shell(opened)


@pytest.fixture
def update(clock: Clock) -> Callable[..., StatusUpdate]:
    """An event of the backend's; name what matters."""
    numbers = count(1)

    def make(type_: str, reference: str | None = None, **fields: Any) -> StatusUpdate:
        made = StatusUpdate(f"e{next(numbers)}", type_, clock(), reference=reference)
        return replace(made, **fields)

    return make


async def at_once(*what: Coroutine[Any, Any, Any]) -> list[Any]:
    """All of them, begun together."""
    return list(await asyncio.gather(*what))
