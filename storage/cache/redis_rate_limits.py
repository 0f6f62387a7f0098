"""The token buckets that several processes share.

The rule: Redis's own clock counts, and one script takes from all buckets or from none. While Redis
is away each process counts for itself: too fast rather than not at all, and the platform says so.
"""

import logging
from asyncio import timeout
from collections.abc import Awaitable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from storage.cache.rate_limits import Limit, LocalBuckets
from storage.cache.redis_cache import ANSWER_SECONDS, open_client

_log = logging.getLogger(__name__)

_TAKE = """
local pause = redis.call('pttl', KEYS[1])
if pause > 0 then return tostring(pause / 1000) end
local time = redis.call('time')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local levels, wait = {}, 0
for i = 2, #KEYS do
  local rate, size = tonumber(ARGV[2 * i - 3]), tonumber(ARGV[2 * i - 2])
  local kept = redis.call('hmget', KEYS[i], 'tokens', 'at')
  local tokens, at = tonumber(kept[1]) or size, tonumber(kept[2]) or now
  levels[i] = math.min(size, tokens + math.max(0, now - at) * rate)
  wait = math.max(wait, (1 - levels[i]) / rate)
end
if wait > 0 then return tostring(wait) end
for i = 2, #KEYS do
  local rate, size = tonumber(ARGV[2 * i - 3]), tonumber(ARGV[2 * i - 2])
  redis.call('hset', KEYS[i], 'tokens', tostring(levels[i] - 1), 'at', string.format('%.6f', now))
  redis.call('pexpire', KEYS[i], math.ceil(1000 * size / rate) + 1000)
end
return '0'
"""
_PAUSE = """
if redis.call('pttl', KEYS[1]) < tonumber(ARGV[1]) then redis.call('set', KEYS[1], '1', 'px', ARGV[1]) end
return 1
"""


class RedisBuckets:
    """`Buckets` on Redis; all keys begin with `prefix`. Raises ValueError on a URL that is none."""

    def __init__(self, url: str, prefix: str = "jiesu:") -> None:
        self._redis: Redis = open_client(url, None)  # one limit for the whole question costs less: see _ask
        self._prefix = prefix
        self._alone = LocalBuckets()
        self._away = False

    async def take(self, limits: Sequence[Limit], pause: str) -> float:
        """See `Buckets.take`."""
        keys = [self._pause(pause), *(f"{self._prefix}bucket:{name}" for name, _, _ in limits)]
        numbers = [number for _, rate, size in limits for number in (rate, size)]
        wait = await self._ask(self._redis.eval(_TAKE, len(keys), *keys, *numbers))
        return await self._alone.take(limits, pause) if wait is None else max(0.0, float(wait))

    async def pause(self, pause: str, seconds: float) -> None:
        """See `Buckets.pause`."""
        await self._alone.pause(pause, seconds)
        await self._ask(self._redis.eval(_PAUSE, 1, self._pause(pause), str(max(1, int(seconds * 1000)))))

    async def paused(self, pause: str) -> float:
        """See `Buckets.paused`."""
        left = await self._ask(self._redis.pttl(self._pause(pause)))
        return await self._alone.paused(pause) if left is None else max(0.0, left / 1000)

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()

    def _pause(self, name: str) -> str:
        return f"{self._prefix}pause:{name}"

    async def _ask(self, question: Awaitable[Any]) -> Any:
        try:
            async with timeout(2 * ANSWER_SECONDS):  # the client's own limit makes a task of each word sent
                answer = await question
        except (RedisError, OSError, TimeoutError) as error:
            if not self._away:
                _log.warning("redis gives no answer (%s): counting alone", type(error).__name__)
            self._away = True
            return None
        self._away = False
        return answer
