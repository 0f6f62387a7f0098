"""A thing done again and again beside turns and deliveries. The rule: a fault waits for the next round."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from intake.model.ports import Unavailable
from storage.faults import caught, described

log = structlog.get_logger(__name__)


async def every(
    span: timedelta, once: Callable[[], Awaitable[object]], stop: asyncio.Event, name: str
) -> None:
    """Call `once` now and after each `span`, until `stop` is set. `name` stands in the log of a fault."""
    while not stop.is_set():
        fault = await caught(once())
        if isinstance(fault, Unavailable):
            log.warning("round waits", of=name, reason=fault.reason)
        elif isinstance(fault, Exception):
            log.error("round failed", of=name, fault=described(fault))
        await pause(stop, span.total_seconds())


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """So long, or until `stop`."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
