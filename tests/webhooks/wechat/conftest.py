"""Our webhook with WeChat's stand-in before it and a scripted service behind it, in one process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from app.receiver.spool import Spooled
from bots.wechat.incoming.verification import Mode, PushCredentials
from intake.model.channel_event import ChannelEvent
from intake.model.messages import Address, ChannelName, Inbound, Reply
from playground.wechat.platform import WeChatPlatform
from storage.cache.cache import Cache, MemoryCache
from tests.receiving import receiver_over
from webhooks.wechat import wechat_router

NOW = datetime(2024, 11, 21, 8, 30, tzinfo=UTC)
APPID, TOKEN, KEY = "wx49f0ab532d5d035a", "t0ken", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"


@dataclass
class Service:
    """Answers as scripted, and the same again on a repeat; `gate` holds a turn back, `fault` breaks it."""

    replies: tuple[Reply, ...] = (Reply("收到"),)
    gate: asyncio.Event | None = None
    fault: Exception | None = None
    aside_fault: Exception | None = None
    disk_fault: Exception | None = None
    late_fault: Exception | None = None
    shelved: list[Inbound] = field(default_factory=list)
    started: list[Inbound] = field(default_factory=list)
    taken: dict[str, Inbound] = field(default_factory=dict)
    aside: list[tuple[str, bytes, str]] = field(default_factory=list)
    late: dict[str, tuple[Reply, ...]] = field(default_factory=dict)
    handed: list[tuple[str, tuple[Reply, ...]]] = field(default_factory=list)

    async def receive(self, inbound: Inbound) -> tuple[Reply, ...]:
        self.started.append(inbound)
        if self.gate:
            await self.gate.wait()
        if self.fault:
            raise self.fault
        self.taken.setdefault(inbound.id, inbound)
        return self.replies

    async def keep(self, message: Spooled) -> None:
        """The disk."""
        if self.disk_fault:
            raise self.disk_fault
        if isinstance(message, Inbound):
            self.shelved.append(message)

    def holds(self, address: Address) -> bool:
        return False

    async def put_aside(self, channel: ChannelName, message_id: str, body: bytes, reason: str) -> None:
        if self.aside_fault:
            raise self.aside_fault
        self.aside.append((message_id, body, reason))

    async def send_late(self, address: Address, replies: tuple[Reply, ...], key: str) -> None:
        if self.late_fault:
            raise self.late_fault
        self.late.setdefault(key, replies)

    async def handed_over(self, inbound: Inbound, replies: tuple[Reply, ...]) -> None:
        self.handed.append((inbound.id, replies))


@dataclass
class Recorder:
    """Writes down what it is told; `in_turn_only` as an unverified account, `gate` hangs, `fault` breaks."""

    in_turn_only: bool = False
    gate: asyncio.Event | None = None
    fault: Exception | None = None
    told: list[ChannelEvent] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    async def record(self, happening: ChannelEvent) -> None:
        await self._troubled()
        self.told.append(happening)

    async def answers_in_turn_only(self, channel: ChannelName) -> bool:
        await self._troubled()
        return self.in_turn_only

    async def note(self, channel: ChannelName, about: str, says: str) -> None:
        self.notes[about] = says

    async def clear(self, channel: ChannelName, about: str) -> None:
        self.notes.pop(about, None)

    async def _troubled(self) -> None:
        if self.gate:
            await self.gate.wait()
        if self.fault:
            raise self.fault


@dataclass
class Stand:
    """One account and its server. `patience` is ours, in seconds, scaled down like the platform's."""

    service: Service
    recorder: Recorder
    platform: WeChatPlatform
    http: httpx.AsyncClient
    app: FastAPI


Build = Callable[..., Stand]


@pytest.fixture
async def build() -> AsyncIterator[Build]:
    """`build(mode, in_json=…, patience=…, platform_patience=…)`; `clock` is ours, WeChat's stands at NOW."""
    opened: list[httpx.AsyncClient] = []

    def make(
        mode: str = "safe",
        *,
        in_json: bool = False,
        patience: float = 4.5,
        hold: float = 3.0,
        platform_patience: float = 5.0,
        our_key: str = KEY,
        our_appid: str = APPID,
        our_mode: str = "",
        cache: Cache | None = None,
        clock: Callable[[], datetime] = lambda: NOW,
    ) -> Stand:
        service, recorder = Service(), Recorder()
        app = FastAPI()
        account = PushCredentials(our_appid, TOKEN, our_key, Mode(our_mode or mode))
        router = wechat_router(
            account,
            receiver_over(service),
            recorder,
            cache or MemoryCache(),
            clock,
            patience=patience,
            hold=hold,
        )
        app.include_router(router)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        http = httpx.AsyncClient(transport=transport, base_url="http://us.test")
        opened.append(http)
        platform = WeChatPlatform(
            appid=APPID,
            secret="app-secret",
            token=TOKEN,
            aes_key=KEY,
            mode=mode,  # type: ignore[arg-type]
            webhook_url="http://us.test/webhooks/wechat",
            http=http,
            clock=lambda: NOW,
            patience=platform_patience,
            in_json=in_json,
        )
        return Stand(service, recorder, platform, http, app)

    yield make
    for http in opened:
        await http.aclose()


@pytest.fixture
def stand(build: Build) -> Stand:
    return build()
