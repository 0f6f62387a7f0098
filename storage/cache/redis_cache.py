"""The cache that several processes share.

The rule: an answer within two seconds or none (`storage.cache.breaker`). If Redis is away, `get` finds
nothing, `lock` holds in this process only (slower: two processes may both fetch a token; never wrong,
since the database alone decides what is true), `wait` waits its time out.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from storage.cache.breaker import ANSWER_SECONDS, Breaker
from storage.cache.cache import LocalFirsts, LocalLocks
from storage.cache.redis_client import open_client, prefixed

LOCK_PAUSE = 0.05
SHORTEST_WAIT = 0.01  # to Redis, 0 means for ever
CALL_SECONDS = 60  # a wake-up call nobody heard is stale by then

_RELEASE = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
"""
_FIRST = """
if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return ARGV[1] end
return redis.call('get', KEYS[1])
"""
_CALL = """
redis.call('lpush', KEYS[1], '1')
redis.call('ltrim', KEYS[1], 0, 0)
redis.call('expire', KEYS[1], ARGV[1])
return 1
"""
"""One call is enough, however often it is made."""


class RedisCache:
    """A `Cache` on Redis; all keys begin with `prefix`. Raises ValueError on a URL that is none."""

    def __init__(self, url: str, prefix: str = "jiesu:", breaker: Breaker | None = None) -> None:
        """`breaker`: shared with whoever else asks this Redis."""
        self._redis = open_client(url)
        self._prefix = prefixed(self._redis, prefix)
        self._breaker = breaker or Breaker()
        self._locks = LocalLocks()
        self._firsts = LocalFirsts()

    async def get(self, key: str) -> str | None:
        """See `Cache.get`."""
        value: str | None = await self._ask(lambda: self._redis.get(self._prefix + key), None)
        return value

    async def set(self, key: str, value: str, ttl: float) -> None:
        """See `Cache.set`."""
        await self._ask(lambda: self._redis.set(self._prefix + key, value, px=_milliseconds(ttl)), None)

    async def delete(self, key: str) -> None:
        """See `Cache.delete`."""
        await self._ask(lambda: self._redis.delete(self._prefix + key), 0)

    async def first(self, key: str, value: str, ttl: float) -> str:
        """See `Cache.first`. What Redis says is remembered here too, for when it is away."""
        asked = (f"{self._prefix}first:{key}", value, _milliseconds(ttl))
        first = await self._ask(lambda: self._redis.eval(_FIRST, 1, *asked), value)
        return self._firsts.first(key, first, ttl)

    @asynccontextmanager
    async def lock(self, key: str, ttl: float) -> AsyncIterator[None]:
        """See `Cache.lock`. Within this process it holds even if Redis is away."""
        name, token = f"{self._prefix}lock:{key}", secrets.token_hex(16)
        async with self._locks.hold(key):
            # Redis cannot tell us when a lock expires, so we ask.
            while not await self._take(name, token, ttl):  # noqa: ASYNC110
                await asyncio.sleep(LOCK_PAUSE)
            try:
                yield
            finally:
                await self._ask(lambda: self._redis.eval(_RELEASE, 1, name, token), 0)

    async def publish(self, topic: str) -> None:
        """See `Cache.publish`."""
        name = f"{self._prefix}call:{topic}"
        await self._ask(lambda: self._redis.eval(_CALL, 1, name, CALL_SECONDS), 0)

    async def wait(self, topic: str, timeout: float) -> bool:  # noqa: ASYNC109 - waiting out is an answer
        """See `Cache.wait`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout
        name, longest = f"{self._prefix}call:{topic}", max(timeout, SHORTEST_WAIT)
        called = await self._ask(
            lambda: self._redis.blpop(name, timeout=longest), None, within=timeout + ANSWER_SECONDS
        )
        if called is not None:
            return True
        await asyncio.sleep(max(0.0, until - loop.time()))  # away: do not ask again at once
        return False

    async def ping(self) -> bool:
        """See `Cache.ping`."""
        return bool(await self._ask(self._alive, False))

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._breaker.aclose()
        await self._redis.aclose()

    async def _take(self, name: str, token: str, ttl: float) -> bool:
        """Whether the lock is ours now; also if Redis is away, and this process is all we see."""
        taken = await self._ask(lambda: self._redis.set(name, token, nx=True, px=_milliseconds(ttl)), True)
        return bool(taken)

    async def _ask(
        self, question: Callable[[], Awaitable[Any]], otherwise: Any, within: float = ANSWER_SECONDS
    ) -> Any:
        return await self._breaker.ask(question, otherwise, self._alive, within)

    async def _alive(self) -> bool:
        """By a key of ours, which on a Cluster asks the node that all of them are on."""
        await self._redis.get(f"{self._prefix}alive")
        return True


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
