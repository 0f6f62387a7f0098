"""Redis shares between processes, and may go away at any time: slower, never wrong."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from storage.cache.breaker import ANSWER_SECONDS
from storage.cache.redis_cache import RedisCache

LONG = 30.0


@pytest.fixture
async def here(any_redis_url: str, fresh: str) -> AsyncIterator[RedisCache]:
    cache = RedisCache(any_redis_url, fresh)
    yield cache
    await cache.aclose()


@pytest.fixture
async def there(any_redis_url: str, fresh: str) -> AsyncIterator[RedisCache]:
    """Another process's cache."""
    cache = RedisCache(any_redis_url, fresh)
    yield cache
    await cache.aclose()


@pytest.fixture
async def away(unused_tcp_port: int) -> AsyncIterator[RedisCache]:
    cache = RedisCache(f"redis://:s3cret@127.0.0.1:{unused_tcp_port}/0")
    yield cache
    await cache.aclose()


async def test_without_redis_everything_goes_on_and_no_password_is_logged(
    away: RedisCache, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        await away.set("token", "x", LONG)
        assert await away.get("token") is None
        await away.delete("token")
        await away.publish("outbox")
        assert not await away.wait("outbox", 0.01)
        assert not await away.ping()
    assert [record.getMessage() for record in caplog.records] == [
        "redis gives no answer (ConnectionError): going on without"
    ]
    assert "s3cret" not in caplog.text


async def test_without_redis_a_lock_still_holds_in_this_process(away: RedisCache) -> None:
    order: list[str] = []

    async def hold(name: str) -> None:
        async with away.lock("token", LONG):
            order.append(name)
            await asyncio.sleep(0.01)
            order.append(name)

    await asyncio.gather(hold("a"), hold("b"))
    assert order in (["a", "a", "b", "b"], ["b", "b", "a", "a"])


async def test_values_and_calls_reach_the_other_process(here: RedisCache, there: RedisCache) -> None:
    await here.set("token", "x", LONG)
    assert await there.get("token") == "x"
    waiting = asyncio.create_task(there.wait("outbox", LONG))
    await here.publish("outbox")
    assert await waiting


async def test_the_other_process_waits_for_our_lock(
    here: RedisCache, there: RedisCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()
    take = there._take

    async def note(name: str, token: str, ttl: float) -> bool:
        taken = await take(name, token, ttl)
        asked.set()
        return taken

    async def wants() -> str:
        async with there.lock("token", LONG):
            return "got it"

    monkeypatch.setattr(there, "_take", note)
    async with here.lock("token", LONG):
        other = asyncio.create_task(wants())
        await asked.wait()
        assert not other.done()
    assert await other == "got it"


async def test_a_dead_holders_lock_is_free_after_its_time(here: RedisCache, there: RedisCache) -> None:
    dead = here.lock("token", 0.05)
    await dead.__aenter__()
    async with asyncio.timeout(LONG), there.lock("token", LONG):
        # whoever woke up late must not give back what is another's by now
        await dead.__aexit__(None, None, None)
        assert not await here._take(f"{here._prefix}lock:token", "third", LONG)


async def test_waiting_longer_than_an_answer_may_take_is_no_fault(
    here: RedisCache, caplog: pytest.LogCaptureFixture
) -> None:
    assert not await here.wait("outbox", ANSWER_SECONDS + 0.2)
    assert caplog.records == []


async def test_the_first_value_holds_for_all_processes(here: RedisCache, there: RedisCache) -> None:
    assert await here.first("push", "a", LONG) == "a"
    assert await there.first("push", "b", LONG) == "a"
    assert await there.first("push", "a", LONG) == "a"
    assert await here.first("push", "b", LONG) == "a"
    assert await here.first("other", "b", LONG) == "b"


async def test_a_first_value_that_is_over_makes_room(here: RedisCache, there: RedisCache) -> None:
    await here.first("brief", "a", 0.01)
    await asyncio.sleep(0.05)
    assert await there.first("brief", "b", LONG) == "b"
    assert await here.first("brief", "c", LONG) == "b"


async def test_without_redis_the_first_value_holds_in_this_process(away: RedisCache) -> None:
    assert await away.first("push", "a", LONG) == "a"
    assert await away.first("push", "b", LONG) == "a"
