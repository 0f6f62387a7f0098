"""What goes on to its end whoever waits for it, and how long somebody does wait."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

from storage.faults import described

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Tasks:
    """Work that is never cancelled; asyncio itself would forget a task that nobody holds."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, what: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin it; a fault that nobody looks at is said in the log."""
        task = asyncio.create_task(what)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def within(self, deadline: float | None, what: Coroutine[Any, Any, Any]) -> bool:
        """Do something by the deadline if it can be done, and afterwards if not; whether it is done."""
        task = self.start(what)
        await asyncio.wait({task}, timeout=left(deadline))
        return task.done() and task.exception() is None

    async def settle(self, seconds: float) -> None:
        """Before a stop: give what still runs the time to end."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault is not None:
            log.error("could not be done", fault=described(fault))


def left(deadline: float | None) -> float | None:
    """Seconds until a time of the loop's clock; None = as long as it takes."""
    return None if deadline is None else max(deadline - asyncio.get_running_loop().time(), 0.0)
