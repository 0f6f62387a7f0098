"""An account of the city and its WeChat in one process: webhook, service, worker, stand-in, one clock."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.attachments.store import Files
from app.bootstrap.resources import open_city
from app.callbacks.apply import CallbackService
from app.delivery.handlers import Delivery
from app.delivery.wechat_quota import WeChatQuota
from app.operations.worker import Worker
from app.privacy.retention import Retention
from app.receiver.channel_events import ChannelEventRecorder
from app.receiver.receiver import SpoolingReceiver
from app.receiver.spool import Spool
from app.turns.service import Service
from bots.wechat.channel import MessageTemplates, WeChatChannel
from bots.wechat.client import Client, Credentials
from bots.wechat.incoming.verification import Mode, PushCredentials
from intake.city import CityProfile, Template, WeChatRules
from intake.model.messages import Address, ChannelName
from intake.model.status import StatusUpdate
from playground.wechat.api import api_router
from playground.wechat.forms import AccountTemplate
from playground.wechat.phone import WeChatPhone
from playground.wechat.platform import WeChatPlatform
from storage.cache.cache import MemoryCache
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.files.folder import Folder
from storage.messages import account_issues, conversations
from storage.outbox import outbox
from storage.outbox.engine import Entry
from webhooks.wechat import wechat_router

APPID, SECRET, TOKEN = "wx49f0ab532d5d035a", "app-secret", "t0ken"
KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
FIRST_WORDS = "新华路15号院门口井盖坏了，我姓王，电话13912345678"
FIELDS = {"character_string1": "tail", "phrase2": "status", "thing3": "unit", "thing4": "due"}
TEMPLATES = (Template("SUB", "subscription", FIELDS), Template("TPL", "template", FIELDS))


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def on(self, **passed: float) -> None:
        self.now += timedelta(**passed)


@dataclass
class Backend:
    """Takes every ticket; `gate` lets it hang."""

    gate: asyncio.Event | None = None
    tickets: list[dict[str, Any]] = field(default_factory=list)

    async def submit(self, document: dict[str, Any], key: str) -> str:
        if self.gate:
            await self.gate.wait()
        self.tickets.append(document)
        return f"H{len(self.tickets)}"

    async def find(self, key: str, document: dict[str, Any] | None = None) -> str | None:
        return None

    async def send_event(self, hotline_ref: str | None, event: dict[str, Any], key: str) -> None: ...

    async def probe(self) -> None: ...

    async def aclose(self) -> None: ...


@dataclass
class Office:
    clock: Clock
    database: Database
    city: CityProfile
    platform: WeChatPlatform
    channel: WeChatChannel
    service: Service
    recorder: ChannelEventRecorder
    receiver: SpoolingReceiver
    updates: CallbackService
    worker: Worker
    tidying: Retention
    backend: Backend
    files: Files
    http: httpx.AsyncClient

    async def citizen(self) -> "Citizen":
        return Citizen(self, await self.platform.phone(None))

    async def deliver(self) -> None:
        """All that is due goes out, and what the platform tells of it comes in."""
        await self.worker.drain()
        await self.rest()

    async def rest(self) -> None:
        """Until nothing runs any more: pushes, turns, and what the webhook does beside them."""
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)

    async def emptied(self) -> None:
        """Until nothing of what was kept for later waits on the disk."""
        while await self.receiver.drain():
            await self.rest()

    async def entries(self, kind: str = "reply") -> list[Entry]:
        async with self.database.read() as tx:
            return [entry for entry in await outbox.entries(tx, limit=1000) if entry.kind == kind]

    async def states(self, kind: str = "reply") -> list[str]:
        return [entry.state for entry in await self.entries(kind)]

    async def tell(self, type_: str, event_id: str, **more: Any) -> None:
        """The backend says something about the newest ticket."""
        reference = self.backend.tickets[-1]["reference"]
        update = StatusUpdate(event_id, type_, self.clock(), reference=reference, **more)
        await self.updates.apply_update(update, event_id)
        await self.deliver()

    async def without_rights(self) -> None:
        """The account is not verified, and we know."""
        self.platform.verified = False
        async with self.database.write() as tx:
            await account_issues.write(tx, ChannelName.WECHAT, "message", "48001", self.clock())


@dataclass
class Citizen:
    office: Office
    phone: WeChatPhone

    async def says(self, text: str) -> list[str]:
        """What they hear at once."""
        before = len(self.heard())
        await self.phone.say(text)
        await self.office.rest()
        return self.heard()[before:]

    async def files_a_complaint(self) -> None:
        await self.says(FIRST_WORDS)
        await self.says("同意")
        assert "您的诉求已登记" in "".join(await self.says("提交"))
        await self.office.deliver()

    def heard(self) -> list[str]:
        return [bubble.text for bubble in self.phone.bubbles(0) if bubble.side == "bot"]

    async def stored(self) -> conversations.StoredConversation | None:
        async with self.office.database.read() as tx:
            return await conversations.find(tx, Address(ChannelName.WECHAT, self.phone.user))


@pytest.fixture(scope="session")
def city() -> CityProfile:
    rules = WeChatRules(templates={"progress": TEMPLATES, "survey": TEMPLATES})
    return replace(open_city("jiayuguan"), wechat=rules)


Open = Callable[..., Office]


@pytest.fixture
async def open_office(
    city: CityProfile, keyring: KeyRing, tmp_path: Path, now: datetime
) -> AsyncIterator[Open]:
    opened: list[httpx.AsyncClient] = []

    def make(database: Database, *, patience: float = 4.5, hold: float = 3.0, cache: Any = None) -> Office:
        clock, backend, app, cache = Clock(now), Backend(), FastAPI(), cache or MemoryCache()
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://us.test"
        )
        opened.append(http)
        platform = WeChatPlatform(
            appid=APPID,
            secret=SECRET,
            token=TOKEN,
            aes_key=KEY,
            mode="safe",
            webhook_url="http://us.test/webhooks/wechat",
            http=http,
            clock=clock,
            patience=30,  # the tests' own machine may be slow; the platform's limits have tests of their own
        )
        files = Files(database, Folder(tmp_path / "files", keyring), keyring, "http://us.test", clock)
        credentials = Credentials(APPID, SECRET, "http://us.test/api")
        channel = WeChatChannel(
            Client(credentials, cache, http),
            cache,
            http,
            clock,
            WeChatQuota(database, clock),
            MessageTemplates(city.wechat.templates, city.timezone),
        )
        service = Service(database, cache, city, clock)
        spool = Spool(tmp_path / "spool", keyring, clock)
        recorder = ChannelEventRecorder(database, clock, spool)
        receiver = SpoolingReceiver(service, recorder, spool, city)
        delivery = Delivery(database, city, {channel.name: channel}, backend, files, service, clock)
        platform.forms.templates = {
            "SUB": AccountTemplate(tuple(FIELDS), by_permission=True),
            "TPL": AccountTemplate(tuple(FIELDS)),
        }
        account = PushCredentials(APPID, TOKEN, KEY, Mode.SAFE)
        app.include_router(
            wechat_router(account, receiver, recorder, cache, clock, patience=patience, hold=hold)
        )
        app.include_router(api_router(platform), prefix="/api")
        return Office(
            clock=clock,
            database=database,
            city=city,
            platform=platform,
            channel=channel,
            service=service,
            recorder=recorder,
            receiver=receiver,
            updates=CallbackService(database, cache, city, clock),
            worker=Worker(database, cache, city, delivery, clock, lambda: 0.0),
            tidying=Retention(database, city, clock),
            backend=backend,
            files=files,
            http=http,
        )

    yield make
    for http in opened:
        await http.aclose()


@pytest.fixture
async def office(database: Database, open_office: Open) -> AsyncIterator[Office]:
    opened = open_office(database)
    yield opened
    await opened.rest()
