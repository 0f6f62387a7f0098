"""The same promises in one process and in Redis, however a city runs it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.cache.cache import Cache, MemoryCache
from storage.cache.redis_cache import RedisCache

LONG = 30.0


@pytest.fixture(params=["memory", "redis", "sentinel", "cluster"])
async def cache(request: pytest.FixtureRequest, fresh: str) -> AsyncIterator[Cache]:
    opened: Cache
    if request.param == "memory":
        opened = MemoryCache()
    else:
        opened = RedisCache(request.getfixturevalue(f"{request.param}_url"), fresh)
    yield opened
    await opened.aclose()


async def test_what_was_not_set_is_not_there(cache: Cache) -> None:
    assert await cache.get("token") is None
    await cache.delete("token")


async def test_a_value_is_there_until_it_is_deleted(cache: Cache) -> None:
    await cache.set("token", "secret 字", LONG)
    assert await cache.get("token") == "secret 字"
    await cache.delete("token")
    assert await cache.get("token") is None


async def test_a_value_expires(cache: Cache) -> None:
    await cache.set("token", "old", 0.001)
    while await cache.get("token") is not None:
        await asyncio.sleep(0.001)


async def test_a_lock_has_one_holder_at_a_time(cache: Cache) -> None:
    inside = 0
    most = 0

    async def hold() -> None:
        nonlocal inside, most
        async with cache.lock("token", LONG):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(hold() for _ in range(5)))
    assert most == 1


async def test_a_lock_is_free_again_after_an_error(cache: Cache) -> None:
    with pytest.raises(ZeroDivisionError):
        async with cache.lock("token", LONG):
            raise ZeroDivisionError
    async with asyncio.timeout(LONG), cache.lock("token", LONG):
        pass


async def test_locks_of_other_names_do_not_wait(cache: Cache) -> None:
    async with cache.lock("one", LONG), asyncio.timeout(LONG), cache.lock("two", LONG):
        pass


async def test_nobody_calls_and_waiting_ends(cache: Cache) -> None:
    assert not await cache.wait("outbox", 0.02)


async def test_a_call_wakes_who_waits(cache: Cache) -> None:
    waiting = asyncio.create_task(cache.wait("outbox", LONG))
    await asyncio.sleep(0)
    await cache.publish("outbox")
    assert await waiting


async def test_a_call_before_the_wait_is_heard_once(cache: Cache) -> None:
    await cache.publish("outbox")
    await cache.publish("outbox")
    assert await cache.wait("outbox", LONG)
    assert not await cache.wait("outbox", 0.02)


async def test_topics_are_apart(cache: Cache) -> None:
    await cache.publish("desk")
    assert not await cache.wait("outbox", 0.02)


async def test_it_answers(cache: Cache) -> None:
    assert await cache.ping()
