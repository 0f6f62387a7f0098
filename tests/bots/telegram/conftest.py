"""A bot whose server is the playground's, on a free port of the loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import UTC, datetime

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.receiver.spool import Spooled
from bots.telegram.channel import TelegramChannel, open_telegram
from bots.telegram.shared import Shared
from intake.model.messages import Address, ChannelName, Inbound, Outgoing, Reply
from intake.model.ports import Unavailable
from playground.telegram.bot_api import api_router
from playground.telegram.platform import TelegramPlatform
from storage.cache.cache import MemoryCache
from storage.db.keyring import KeyRing

TOKEN = "4200:stand-in"


def clock() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def _listening(app: FastAPI) -> AsyncIterator[str]:
    """The app on a free port of the loopback; gives its address."""
    with closing(socket.socket()) as port:
        port.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[port]))
        yield f"http://127.0.0.1:{port.getsockname()[1]}"
        server.should_exit = True
        await serving


@pytest.fixture
def listening() -> Callable[[FastAPI], AbstractAsyncContextManager[str]]:
    """Serves any app on a free port."""
    return _listening


@pytest.fixture
def unused_port() -> int:
    """Where nobody listens."""
    with closing(socket.socket()) as port:
        port.bind(("127.0.0.1", 0))
        return int(port.getsockname()[1])


@pytest.fixture
async def platform() -> AsyncIterator[TelegramPlatform]:
    """Telegram without a webhook: updates wait for getUpdates."""
    async with httpx.AsyncClient() as http:
        platform = TelegramPlatform(TOKEN, None, "", http, clock, time_scale=0.001)
        yield platform
        await platform.aclose()


@pytest.fixture
async def api_url(platform: TelegramPlatform) -> AsyncIterator[str]:
    app = FastAPI()
    app.include_router(api_router(platform))
    async with _listening(app) as address:
        yield address
        await platform.aclose()  # lets go of who still waits in getUpdates


@pytest.fixture
async def telegram(api_url: str) -> AsyncIterator[TelegramChannel]:
    telegram = open_telegram(TOKEN, api_url, shared=Shared(MemoryCache(), KeyRing(["a secret"]).digest))
    yield telegram
    await telegram.aclose()


class Desk:
    """A service that remembers what it was told and answers as the test says."""

    def __init__(self) -> None:
        self.received: list[Inbound] = []
        self.aside: list[tuple[str, str]] = []
        self.late: dict[str, tuple[Reply, ...]] = {}
        self.worker: TelegramChannel | None = None  # sends what comes late, where a test needs to see it
        self.down = 0  # how many more times the database is away
        self.full = 0  # how many more times the disk takes nothing
        self.shelved: list[Inbound] = []
        self.answer: Callable[[Inbound], tuple[Reply, ...]] = lambda inbound: (
            Reply(f"好的：{inbound.text}"),
        )
        self.turns: dict[str, tuple[Reply, ...]] = {}

    async def receive(self, inbound: Inbound) -> tuple[Reply, ...]:
        if self.down:
            self.down -= 1
            raise Unavailable("the database is away", 0.001)
        if inbound.id not in self.turns:
            self.received.append(inbound)
            self.turns[inbound.id] = self.answer(inbound)
        return self.turns[inbound.id]

    async def keep(self, message: Spooled) -> None:
        """The disk."""
        if self.full:
            self.full -= 1
            raise Unavailable("the disk is full", 0.001)
        if isinstance(message, Inbound):
            self.shelved.append(message)

    def holds(self, address: Address) -> bool:
        return False

    async def put_aside(self, channel: ChannelName, message_id: str, body: bytes, reason: str) -> None:
        self.aside.append((message_id, reason))

    async def send_late(self, address: Address, replies: tuple[Reply, ...], key: str) -> None:
        self.late.setdefault(key, replies)
        for reply in replies if self.worker else ():
            await self.worker.send(Outgoing(address, reply, key))


@pytest.fixture
def desk() -> Desk:
    return Desk()
