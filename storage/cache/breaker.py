"""Redis that hangs, or is away, costs one short wait: from then on nobody asks until it answers again.

The rule: who asks has an answer within two seconds, or does without. The first silence opens the breaker for
all who share it; whether Redis is back is found out beside the turns, by a question of our own, so that no
turn pays for it. A refusal is an answer: it opens nothing. What happened is logged by the kind of the error:
a URL may hold a password.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.exceptions import ClusterDownError, RedisClusterException, RedisError, ResponseError

T = TypeVar("T")

ANSWER_SECONDS = 2.0
"""Less, and a busy machine's Redis would count as gone."""

PROBE_EVERY = 1.0
PROBE_SECONDS = 3.0
"""Nobody waits for a probe: it may look for a new master meanwhile."""

REFUSED_EVERY = 60.0
"""Seconds between two lines about refusals: of a full Redis every writing is refused, and no reading."""

FAULTS = (RedisError, RedisClusterException, OSError, TimeoutError)
_log = logging.getLogger(__name__)


class Breaker:
    """One Redis's, for all who ask it in this process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._open = False
        self._probing: asyncio.Task[None] | None = None
        self._probe_at = 0.0
        self._told_refusal = float("-inf")

    async def ask(
        self,
        question: Callable[[], Awaitable[T]],
        otherwise: T,
        probe: Callable[[], Awaitable[object]],
        within: float = ANSWER_SECONDS,
    ) -> T:
        """The answer, or `otherwise`; `probe` is what finds out whether Redis is back."""
        if self._open:
            self._look(probe)
            return otherwise
        try:
            async with asyncio.timeout(within):
                return await question()
        except FAULTS as fault:
            if _is_an_answer(fault):
                self._refused(fault)
            else:
                self._opened(fault, probe)
            return otherwise

    async def aclose(self) -> None:
        """Ask no more."""
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.wait({self._probing})
        self._probing = None

    def _opened(self, fault: Exception, probe: Callable[[], Awaitable[object]]) -> None:
        if not self._open:  # else others were waiting for the same
            _log.warning("redis gives no answer (%s): going on without", type(fault).__name__)
            self._open = True
            self._look(probe)

    def _look(self, probe: Callable[[], Awaitable[object]]) -> None:
        """Beside who would have asked, if it is time to."""
        if (self._probing is None or self._probing.done()) and self._now() >= self._probe_at:
            self._probing = asyncio.create_task(self._back(probe))

    async def _back(self, probe: Callable[[], Awaitable[object]]) -> None:
        if await _answers(probe):
            self._open = False
            _log.warning("redis answers again")
        else:
            self._probe_at = self._now() + PROBE_EVERY

    def _refused(self, fault: Exception) -> None:
        if self._now() - self._told_refusal >= REFUSED_EVERY:
            _log.warning("redis refuses (%s): going on without", type(fault).__name__)
            self._told_refusal = self._now()


async def _answers(probe: Callable[[], Awaitable[object]]) -> bool:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await probe()
    except FAULTS as fault:
        return _is_an_answer(fault)
    return True


def _is_an_answer(fault: Exception) -> bool:
    return isinstance(fault, ResponseError) and not isinstance(fault, ClusterDownError)
