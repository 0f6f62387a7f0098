"""What may be lost: access tokens, locks that save double work, wake-up calls for workers.

The rule: slower, never wrong. Nothing that matters depends on it; without Redis a value
is fetched anew, a lock holds in this process only, a worker wakes by its own clock.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol


class Cache(Protocol):
    """Keys and topics are ours, never a citizen's words. All times in seconds."""

    async def get(self, key: str) -> str | None:
        """The value, or None: unset, expired, or the cache is away."""
        ...

    async def set(self, key: str, value: str, ttl: float) -> None:
        """Keep the value for `ttl`."""
        ...

    async def delete(self, key: str) -> None:
        """Forget the value."""
        ...

    async def first(self, key: str, value: str, ttl: float) -> str:
        """The value that came first under the key within `ttl`: this one, or an earlier one.

        What one process was told it remembers itself, so that it holds there while the cache is away. The
        keys are never read by `get`, and all have the same `ttl`.
        """
        ...

    def lock(self, key: str, ttl: float) -> AbstractAsyncContextManager[None]:
        """Hold `key`, waiting for it; if its holder dies, it is free after `ttl`."""
        ...

    async def publish(self, topic: str) -> None:
        """Wake one who waits for `topic`, or else the next who does."""
        ...

    async def wait(self, topic: str, timeout: float) -> bool:  # noqa: ASYNC109 - waiting out is an answer
        """Wait for `publish`, at most `timeout`; True if it came."""
        ...

    async def ping(self) -> bool:
        """Whether it can be reached."""
        ...

    async def aclose(self) -> None: ...


class MemoryCache:
    """For one process: it dies with its holder, and so do its locks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._values: dict[str, tuple[str, float]] = {}
        self._firsts = LocalFirsts(clock)
        self._locks = LocalLocks()
        self._calls: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def get(self, key: str) -> str | None:
        value, until = self._values.get(key, (None, 0.0))
        if until > self._clock():
            return value
        self._values.pop(key, None)
        return None

    async def set(self, key: str, value: str, ttl: float) -> None:
        self._values[key] = (value, self._clock() + ttl)

    async def delete(self, key: str) -> None:
        self._values.pop(key, None)

    async def first(self, key: str, value: str, ttl: float) -> str:
        return self._firsts.first(key, value, ttl)

    def lock(self, key: str, ttl: float) -> AbstractAsyncContextManager[None]:  # noqa: ARG002 - it cannot outlive us
        return self._locks.hold(key)

    async def publish(self, topic: str) -> None:
        self._calls[topic].set()

    async def wait(self, topic: str, timeout: float) -> bool:  # noqa: ASYNC109 - waiting out is an answer, not an error
        try:
            async with asyncio.timeout(timeout):
                await self._calls[topic].wait()
        except TimeoutError:
            return False
        self._calls[topic].clear()
        return True

    async def ping(self) -> bool:
        return True

    async def aclose(self) -> None:
        self._values.clear()


class LocalFirsts:
    """The first value of each key that this process was told, each for the same time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[str, float]] = {}  # the oldest first

    def first(self, key: str, value: str, ttl: float) -> str:
        """The first value told under `key`; what is over is forgotten on the way."""
        now = self._clock()
        while self._kept and next(iter(self._kept.values()))[1] <= now:
            del self._kept[next(iter(self._kept))]
        return self._kept.setdefault(key, (value, now + ttl))[0]


class LocalLocks:
    """Locks of this process by name; a name costs memory only while someone holds or wants it."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Hold `key` within this process."""
        lock, wanted = self._held.get(key, (asyncio.Lock(), 0))
        self._held[key] = (lock, wanted + 1)
        try:
            async with lock:
                yield
        finally:
            self._leave(key)

    def _leave(self, key: str) -> None:
        lock, wanted = self._held.pop(key)
        if wanted > 1:
            self._held[key] = (lock, wanted - 1)
