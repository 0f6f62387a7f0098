"""The token buckets that several processes share.

The rule: Redis's own clock counts, and one script takes from all buckets or from none. While Redis
is away each process counts for itself: too fast rather than not at all, and the platform says so.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from storage.cache.breaker import Breaker
from storage.cache.rate_limits import Limit, LocalBuckets
from storage.cache.redis_client import open_client, prefixed

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

    def __init__(self, url: str, prefix: str = "jiesu:", breaker: Breaker | None = None) -> None:
        """`breaker`: shared with whoever else asks this Redis."""
        self._redis = open_client(url)
        self._prefix = prefixed(self._redis, prefix)
        self._breaker = breaker or Breaker()
        self._alone = LocalBuckets()

    async def take(self, limits: Sequence[Limit], pause: str) -> float:
        """See `Buckets.take`."""
        keys = [self._pause(pause), *(f"{self._prefix}bucket:{name}" for name, _, _ in limits)]
        numbers = [number for _, rate, size in limits for number in (rate, size)]
        wait = await self._ask(lambda: self._redis.eval(_TAKE, len(keys), *keys, *numbers))
        return await self._alone.take(limits, pause) if wait is None else max(0.0, float(wait))

    async def pause(self, pause: str, seconds: float) -> None:
        """See `Buckets.pause`."""
        await self._alone.pause(pause, seconds)
        lasts = str(max(1, int(seconds * 1000)))
        await self._ask(lambda: self._redis.eval(_PAUSE, 1, self._pause(pause), lasts))

    async def paused(self, pause: str) -> float:
        """See `Buckets.paused`."""
        left = await self._ask(lambda: self._redis.pttl(self._pause(pause)))
        return await self._alone.paused(pause) if left is None else max(0.0, left / 1000)

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._breaker.aclose()
        await self._redis.aclose()

    def _pause(self, name: str) -> str:
        return f"{self._prefix}pause:{name}"

    async def _ask(self, question: Callable[[], Awaitable[Any]]) -> Any:
        """The answer; None where each counts alone."""
        return await self._breaker.ask(question, None, self._alive)

    async def _alive(self) -> object:
        return await self._redis.get(f"{self._prefix}alive")
