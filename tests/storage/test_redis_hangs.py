"""A Redis that takes connections and says nothing costs one short wait; then nobody asks until it is back."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from bench.faults.proxy import Proxy, Trouble, always, fine, proxy
from storage.cache import breaker
from storage.cache.breaker import Breaker
from storage.cache.redis_cache import RedisCache
from storage.cache.redis_rate_limits import RedisBuckets
from tests.storage import redis_places

LONG = 30.0
ONE = ("one", 0.001, 1)


@pytest.fixture
async def line(redis_url: str) -> AsyncIterator[Proxy]:
    """Between us and Redis; it brings what we ask, and never an answer."""
    parts = urlsplit(redis_url)
    async with proxy((parts.hostname or "", parts.port or 0), always(Trouble.STALL)) as opened:
        yield opened


@pytest.fixture
async def both(line: Proxy) -> AsyncIterator[tuple[RedisCache, RedisBuckets]]:
    """As one process has them."""
    shared, url = Breaker(), f"redis://127.0.0.1:{line.port}/0"
    cache, buckets = RedisCache(url, breaker=shared), RedisBuckets(url, breaker=shared)
    yield cache, buckets
    await cache.aclose()
    await buckets.aclose()


@pytest.fixture
def _no_probe_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked whether it is back at once, and then not for an hour."""
    monkeypatch.setattr(breaker, "PROBE_EVERY", 3600.0)


@pytest.mark.usefixtures("_no_probe_yet")
async def test_after_one_silence_nobody_waits_for_it(
    both: tuple[RedisCache, RedisBuckets], line: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    cache, buckets = both
    assert await buckets.take([ONE], "p") == 0.0
    asked = line.count
    assert await buckets.take([ONE], "p") > 0  # counted in this process
    assert await buckets.paused("p") == 0.0
    await buckets.pause("p", 9)
    assert await cache.get("token") is None
    await cache.set("token", "x", LONG)
    await cache.delete("token")
    assert await cache.first("push", "a", LONG) == "a"
    assert await cache.first("push", "b", LONG) == "a"
    await cache.publish("outbox")
    assert not await cache.wait("outbox", 0.01)
    async with cache.lock("token", LONG):
        pass
    assert not await cache.ping()
    assert line.count <= asked + 1, "each question would have had a line of its own: one is the probe's"
    assert [record.getMessage() for record in caplog.records] == [
        "redis gives no answer (TimeoutError): going on without"
    ]


async def test_those_who_were_waiting_for_it_together_say_it_once(
    both: tuple[RedisCache, RedisBuckets], caplog: pytest.LogCaptureFixture
) -> None:
    cache, buckets = both
    await asyncio.gather(*(cache.get(f"{n}") for n in range(5)), *(buckets.paused(f"{n}") for n in range(5)))
    assert len(caplog.records) == 1


async def test_when_it_answers_again_all_ask_it_again(
    both: tuple[RedisCache, RedisBuckets],
    line: Proxy,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(breaker, "PROBE_EVERY", 0.05)
    cache, buckets = both
    await cache.set("token", "lost", LONG)
    line.plan = fine
    line.cut()
    async with asyncio.timeout(LONG):
        while not await cache.ping():
            await asyncio.sleep(0.05)
    await cache.set("token", "kept", LONG)
    assert await buckets.take([ONE], "p") == 0.0
    with closing(redis.Redis.from_url(redis_url, decode_responses=True)) as look:
        assert look.get("jiesu:token") == "kept"
        assert look.exists("jiesu:bucket:one") == 1
    assert [record.getMessage() for record in caplog.records][-1] == "redis answers again"


async def test_a_full_redis_refuses_and_costs_nobody_their_reading(
    tmp_path: Path, unused_tcp_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    with redis_places.server(tmp_path / "full", unused_tcp_port, "--maxmemory", "1"):
        cache = RedisCache(f"redis://127.0.0.1:{unused_tcp_port}/0")
        for _ in range(3):
            await cache.set("token", "x", LONG)
            assert await cache.ping()
        await cache.aclose()
    assert [record.getMessage() for record in caplog.records] == [
        "redis refuses (OutOfMemoryError): going on without"
    ]


async def test_a_sentinel_that_hangs_leaves_time_for_the_next(sentinel_url: str, fresh: str) -> None:
    alive = urlsplit(f"//{sentinel_url.rpartition(',')[2]}")
    async with proxy((alive.hostname or "", alive.port or 0), always(Trouble.STALL)) as hanging:
        cache = RedisCache(sentinel_url.replace("//", f"//127.0.0.1:{hanging.port},"), fresh)
        assert await cache.ping()
        assert hanging.count > 0
        await cache.aclose()


@pytest.mark.timeout(180)
async def test_the_master_that_takes_over_is_found(
    tmp_path: Path, fresh: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(breaker, "PROBE_EVERY", 0.1)
    caplog.set_level(logging.WARNING)
    with redis_places.watched(tmp_path) as there:
        cache = RedisCache(there.url, fresh)
        await cache.set("token", "x", LONG)
        there.master.kill()
        async with asyncio.timeout(120):
            while not await cache.ping():
                await asyncio.sleep(0.1)
        await cache.set("token", "y", LONG)
        assert await cache.get("token") == "y"
        await cache.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "http://there",
        "redis+sentinel://there:26379",
        "redis+sentinel://there/mymaster/first",
        "redis+cluster://",
        "redis+cluster://there:port",
        "redis+else://there",
        "memcached+cluster://s3cret@there",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"URL|port|Port") as refused:
        RedisCache(url)
    assert "s3cret" not in str(refused.value)
