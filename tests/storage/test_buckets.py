"""Token buckets, counted in one process and over Redis: the same promises."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest

from storage.cache.rate_limits import Buckets, LocalBuckets
from storage.cache.redis_rate_limits import RedisBuckets

CHAT, BOT = ("chat", 1.0, 3), ("bot", 30.0, 30)


@pytest.fixture(params=["local", "redis", "sentinel", "cluster"])
async def buckets(request: pytest.FixtureRequest, fresh: str) -> AsyncIterator[Buckets]:
    opened: Buckets
    if request.param == "local":
        opened = LocalBuckets()
    else:
        opened = RedisBuckets(request.getfixturevalue(f"{request.param}_url"), fresh)
    yield opened
    await opened.aclose()


async def test_a_burst_passes_and_then_one_a_second(buckets: Buckets) -> None:
    waits = [await buckets.take([CHAT, BOT], "bot") for _ in range(4)]
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert 0.5 < waits[3] <= 1.0


async def test_a_token_is_taken_from_each_or_from_none(buckets: Buckets) -> None:
    narrow = ("narrow", 0.001, 1)
    assert await buckets.take([narrow], "bot") == 0.0
    for _ in range(5):
        assert await buckets.take([narrow, CHAT], "bot") > 1
    assert [await buckets.take([CHAT], "bot") for _ in range(3)] == [0.0] * 3


async def test_a_pause_holds_everything_under_its_name_and_the_longest_counts(buckets: Buckets) -> None:
    await buckets.pause("bot", 30)
    await buckets.pause("bot", 5)
    assert 29 < await buckets.take([CHAT], "bot") <= 30
    assert 29 < await buckets.paused("bot") <= 30
    assert await buckets.take([CHAT], "other bot") == 0.0
    assert await buckets.paused("other bot") == 0.0


async def test_processes_share_what_redis_counts(any_redis_url: str, fresh: str) -> None:
    one, other = RedisBuckets(any_redis_url, fresh), RedisBuckets(any_redis_url, fresh)
    taken = [await each.take([("shared", 0.001, 4)], "p") == 0.0 for each in (one, other) * 4]
    assert taken.count(True) == 4
    await one.aclose()
    await other.aclose()


async def test_a_rush_of_processes_gets_no_more_than_there_is(redis_url: str) -> None:
    many = [RedisBuckets(redis_url) for _ in range(4)]
    waits = await asyncio.gather(*(each.take([("rush", 0.001, 20)], "p") for each in many for _ in range(20)))
    assert waits.count(0.0) == 20
    for each in many:
        await each.aclose()


async def test_without_redis_each_counts_for_itself(unused_tcp_port_factory: Callable[[], int]) -> None:
    alone = RedisBuckets(f"redis://127.0.0.1:{unused_tcp_port_factory()}/0")
    assert [await alone.take([CHAT], "bot") == 0.0 for _ in range(5)] == [True] * 3 + [False] * 2
    await alone.pause("bot", 9)
    assert 8 < await alone.paused("bot") <= 9
    await alone.aclose()


async def test_full_buckets_are_not_kept_for_ever() -> None:
    now = time.monotonic()
    clock = iter([now] * 10_001 + [now + 120] * 3)
    buckets = LocalBuckets(lambda: next(clock))
    for number in range(10_001):
        await buckets.take([(f"chat {number}", 1.0, 3)], "p")
    await buckets.take([("one more", 1.0, 3)], "p")
    assert len(buckets._levels) == 1
