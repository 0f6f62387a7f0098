"""WeChat's stand-in on a virtual clock, and a cache in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from bots.wechat.channel import MessageTemplates, WeChatChannel
from bots.wechat.client import Client, Credentials
from bots.wechat.outgoing.send_ways import MessageType, SendRights
from intake.model.messages import Address
from playground.wechat.api import api_router
from playground.wechat.platform import WeChatPlatform


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2024, 11, 21, 8, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, **passed: float) -> None:
        self.now += timedelta(**passed)


class SharedCache:
    """What Redis is to several processes: one store, expiry, a lock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[str, datetime]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, key: str) -> str | None:
        await asyncio.sleep(0)  # the network in between, where others get their turn
        value, until = self._kept.get(key, ("", self._clock()))
        return value if until > self._clock() else None

    async def set(self, key: str, value: str, ttl: float) -> None:
        self._kept[key] = (value, self._clock() + timedelta(seconds=ttl))

    async def delete(self, key: str) -> None:
        self._kept.pop(key, None)

    @asynccontextmanager
    async def lock(self, key: str, ttl: float) -> AsyncIterator[None]:
        async with self._locks.setdefault(key, asyncio.Lock()):
            yield


class MemoryQuota:
    """What may be sent, in memory; everybody may be written to until a test says otherwise."""

    def __init__(self, left: int = 100) -> None:
        self.left = left
        self.allowed: set[str] = set()
        self.lacking: set[MessageType] = set()
        self.closed: list[str] = []

    async def standing(self, address: Address) -> SendRights:
        return SendRights(self.left, frozenset(self.allowed), frozenset(self.lacking))

    async def spend(self, address: Address) -> str | None:
        if not self.left:
            return None
        self.left -= 1
        return "message"

    async def give_back(self, address: Address, trigger: str) -> None:
        self.left += 1

    async def close(self, address: Address) -> None:
        self.left = 0
        self.closed.append(address.user)

    async def use(self, address: Address, template: str) -> None:
        self.allowed.discard(template)

    async def withdraw(self, address: Address, template: str) -> None:
        self.allowed.discard(template)

    async def lacks(self, _: Address, message_type: MessageType, errcode: int) -> None:
        self.lacking.add(message_type)


@pytest.fixture
def quota() -> MemoryQuota:
    return MemoryQuota()


@pytest.fixture
def forms() -> MessageTemplates:
    """No templates: whoever cannot be written to waits."""
    return MessageTemplates({}, "Asia/Shanghai")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> SharedCache:
    return SharedCache(clock)


@pytest.fixture
def platform(clock: Clock) -> WeChatPlatform:
    """A platform whose account has no server yet: pushes go nowhere."""
    nowhere = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, text="success")))
    return WeChatPlatform(
        appid="wx49f0ab532d5d035a",
        secret="app-secret",
        token="t0ken",
        aes_key="k" * 43,
        mode="safe",
        webhook_url="http://account.test/webhooks/wechat",
        http=nowhere,
        clock=clock,
    )


@pytest.fixture
async def http(platform: WeChatPlatform) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(api_router(platform))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        yield client


@pytest.fixture
def credentials() -> Credentials:
    return Credentials("wx49f0ab532d5d035a", "app-secret", "http://api.test")


@pytest.fixture
def client(credentials: Credentials, cache: SharedCache, http: httpx.AsyncClient) -> Client:
    return Client(credentials, cache, http)


@pytest.fixture
def channel(
    client: Client,
    cache: SharedCache,
    http: httpx.AsyncClient,
    clock: Clock,
    quota: MemoryQuota,
    forms: MessageTemplates,
) -> WeChatChannel:
    return WeChatChannel(client, cache, http, clock, quota, forms)
