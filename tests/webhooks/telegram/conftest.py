"""Our webhook with the played Telegram before it and a scripted service behind it.

Updates come in without a socket; the bot's own calls go over a free port of the loopback.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.receiver.spool import Spooled
from bots.telegram.channel import TelegramChannel, open_telegram
from bots.telegram.shared import Shared
from intake.model.messages import Address, ChannelName, Inbound, Outgoing, Reply
from playground.telegram.bot_api import api_router
from playground.telegram.phone import TelegramPhone
from playground.telegram.platform import TelegramPlatform
from storage.cache.cache import MemoryCache
from storage.db.keyring import KeyRing
from tests.receiving import receiver_over
from webhooks.telegram import telegram_router

TOKEN, SECRET = "4200:stand-in", "a-secret"
URL = "http://bot/webhooks/telegram"
LARGEST = 64 * 1024


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Service:
    """Answers as scripted, the same again on a repeat; raises the `faults` first, one per message."""

    answer: Callable[[Inbound], tuple[Reply, ...]] = lambda inbound: (Reply(f"好的：{inbound.text}"),)
    faults: list[Exception] = field(default_factory=list)
    received: list[Inbound] = field(default_factory=list)
    turns: dict[str, tuple[Reply, ...]] = field(default_factory=dict)
    aside: list[tuple[str, bytes, str]] = field(default_factory=list)
    shelved: list[Inbound] = field(default_factory=list)
    late: list[tuple[Address, tuple[Reply, ...], str]] = field(default_factory=list)
    worker: TelegramChannel | None = None  # sends what comes late, where a test needs to see it

    async def receive(self, inbound: Inbound) -> tuple[Reply, ...]:
        self._fail()
        if inbound.id not in self.turns:
            self.received.append(inbound)
            self.turns[inbound.id] = self.answer(inbound)
        return self.turns[inbound.id]

    async def keep(self, message: Spooled) -> None:
        """The disk."""
        self._fail()
        if isinstance(message, Inbound):
            self.shelved.append(message)

    def holds(self, address: Address) -> bool:
        return False

    async def put_aside(self, channel: ChannelName, message_id: str, body: bytes, reason: str) -> None:
        self._fail()
        self.aside.append((message_id, body, reason))

    async def send_late(self, address: Address, replies: tuple[Reply, ...], key: str) -> None:
        self.late.append((address, replies, key))
        for reply in replies if self.worker else ():
            await self.worker.send(Outgoing(address, reply, key))

    async def handed_over(self, inbound: Inbound, replies: tuple[Reply, ...]) -> None:
        raise AssertionError("nothing is held back for Telegram")

    def _fail(self) -> None:
        if self.faults:
            raise self.faults.pop(0)


@dataclass
class Stand:
    """One bot, its server and a way to knock at the webhook directly."""

    service: Service
    platform: TelegramPlatform
    http: httpx.AsyncClient
    telegram: TelegramChannel

    def delivers(self) -> None:
        """From now on what comes late is sent at once."""
        self.service.worker = self.telegram

    async def knock(self, body: Any, secret: str | None = SECRET) -> httpx.Response:
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        return await self.http.post(URL, headers=headers, **sent)

    async def citizen(self) -> TelegramPhone:
        """Someone who has not written yet."""
        return await self.platform.phone(None)


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    app, service = FastAPI(), Service()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    with closing(socket.socket()) as port:
        port.bind(("127.0.0.1", 0))
        shared = Shared(MemoryCache(), KeyRing(["a secret of the tests"]).digest)
        telegram = open_telegram(TOKEN, f"http://127.0.0.1:{port.getsockname()[1]}", shared=shared)
        async with httpx.AsyncClient(transport=transport) as http:
            platform = TelegramPlatform(TOKEN, URL, SECRET, http, clock, time_scale=0.001)
            app.include_router(api_router(platform))
            app.include_router(telegram_router(SECRET, receiver_over(service), telegram, clock, LARGEST))
            config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[port]))
            yield Stand(service, platform, http, telegram)
            await platform.aclose()
            await telegram.aclose()
            server.should_exit = True
            await serving
