"""The cache that several processes share.

The rule: an answer within a second or none. If Redis is away, `get` finds nothing, `lock`
holds in this process only (slower: two processes may both fetch a token; never wrong, since
the database alone decides what is true), `wait` waits its time out. That it went and that it
came back is logged, by the kind of the error: a Redis URL may hold a password.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from storage.cache.cache import LocalFirsts, LocalLocks

ANSWER_SECONDS = 1.0
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
_log = logging.getLogger(__name__)


class RedisCache:
    """A `Cache` on Redis; all keys begin with `prefix`. Raises ValueError on a URL that is none."""

    def __init__(self, url: str, prefix: str = "jiesu:") -> None:
        self._redis = open_client(url, ANSWER_SECONDS)
        self._waiting = open_client(url, None)  # its answers may take as long as they like
        self._prefix = prefix
        self._locks = LocalLocks()
        self._firsts = LocalFirsts()
        self._away = False

    async def get(self, key: str) -> str | None:
        """See `Cache.get`."""
        value: str | None = await self._ask(self._redis.get(self._prefix + key), None)
        return value

    async def set(self, key: str, value: str, ttl: float) -> None:
        """See `Cache.set`."""
        await self._ask(self._redis.set(self._prefix + key, value, px=_milliseconds(ttl)), None)

    async def delete(self, key: str) -> None:
        """See `Cache.delete`."""
        await self._ask(self._redis.delete(self._prefix + key), 0)

    async def first(self, key: str, value: str, ttl: float) -> str:
        """See `Cache.first`. What Redis says is remembered here too, for when it is away."""
        asked = self._redis.eval(_FIRST, 1, f"{self._prefix}first:{key}", value, _milliseconds(ttl))
        return self._firsts.first(key, await self._ask(asked, value), ttl)

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
                await self._ask(self._redis.eval(_RELEASE, 1, name, token), 0)

    async def publish(self, topic: str) -> None:
        """See `Cache.publish`."""
        name = f"{self._prefix}call:{topic}"
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.lpush(name, "1")
            pipe.ltrim(name, 0, 0)  # one call is enough, however often it is made
            pipe.expire(name, CALL_SECONDS)
            await self._ask(pipe.execute(), [])

    async def wait(self, topic: str, timeout: float) -> bool:  # noqa: ASYNC109 - waiting out is an answer
        """See `Cache.wait`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout
        call = self._waiting.blpop(f"{self._prefix}call:{topic}", timeout=max(timeout, SHORTEST_WAIT))
        if await self._ask(call, None, within=timeout + ANSWER_SECONDS) is not None:
            return True
        await asyncio.sleep(max(0.0, until - loop.time()))  # away: do not ask again at once
        return False

    async def ping(self) -> bool:
        """See `Cache.ping`."""
        return bool(await self._ask(self._redis.ping(), False))

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()
        await self._waiting.aclose()

    async def _take(self, name: str, token: str, ttl: float) -> bool:
        """Whether the lock is ours now; also if Redis is away, and this process is all we see."""
        return bool(await self._ask(self._redis.set(name, token, nx=True, px=_milliseconds(ttl)), True))

    async def _ask(self, question: Awaitable[Any], otherwise: Any, within: float = 2 * ANSWER_SECONDS) -> Any:
        try:
            async with asyncio.timeout(within):
                answer = await question
        except (RedisError, OSError, TimeoutError) as error:
            if not self._away:
                _log.warning("redis gives no answer (%s): going on without", type(error).__name__)
            self._away = True
            return otherwise
        if self._away:
            _log.warning("redis answers again")
        self._away = False
        return answer


def open_client(url: str, answer_seconds: float | None) -> Redis:
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=answer_seconds,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
