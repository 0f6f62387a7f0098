"""Token buckets: how fast something may be done, counted over everybody who does it.

The rule: a token is taken from every bucket named or from none. What is counted may be lost;
then a bucket is full again, and the platform itself says when it was too much.
"""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

Limit = tuple[str, float, int]
"""A bucket's name, its tokens a second, and how many it holds."""

FORGET_ABOVE = 10_000  # buckets; full ones are dropped then


class Buckets(Protocol):
    """All times in seconds; a pause and a bucket may share a name."""

    async def take(self, limits: Sequence[Limit], pause: str) -> float:
        """Take a token from each or none; 0 if taken, else the seconds after which to ask again."""
        ...

    async def pause(self, pause: str, seconds: float) -> None:
        """Give out nothing under this pause for so long; a longer one already set stays."""
        ...

    async def paused(self, pause: str) -> float:
        """The seconds that are left of the pause."""
        ...

    async def aclose(self) -> None: ...


class LocalBuckets:
    """For one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}  # tokens, and when there were so many
        self._pauses: dict[str, float] = {}

    async def take(self, limits: Sequence[Limit], pause: str) -> float:
        """See `Buckets.take`."""
        now = self._clock()
        if (still := self._pauses.get(pause, now) - now) > 0:
            return still
        levels = {name: self._level(name, rate, size, now) for name, rate, size in limits}
        wait = max((1 - levels[name]) / rate for name, rate, _ in limits)
        if wait > 0:
            return wait
        self._make_room(now)
        self._levels.update({name: (level - 1, now) for name, level in levels.items()})
        return 0.0

    async def pause(self, pause: str, seconds: float) -> None:
        """See `Buckets.pause`."""
        self._pauses[pause] = max(self._pauses.get(pause, 0.0), self._clock() + seconds)

    async def paused(self, pause: str) -> float:
        """See `Buckets.paused`."""
        return max(0.0, self._pauses.get(pause, 0.0) - self._clock())

    async def aclose(self) -> None:
        """Nothing is open."""

    def _level(self, name: str, rate: float, size: int, now: float) -> float:
        tokens, at = self._levels.get(name, (float(size), now))
        return min(float(size), tokens + (now - at) * rate)

    def _make_room(self, now: float) -> None:
        """Buckets nobody took from for a minute are as good as full."""
        if len(self._levels) > FORGET_ABOVE:
            self._levels = {name: (n, at) for name, (n, at) in self._levels.items() if now - at < 60}
