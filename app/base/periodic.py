"""A thing done again and again beside the deliveries. The rule: a fault waits for the next round."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from storage.faults import caught, described

log = structlog.get_logger(__name__)


async def every(span: timedelta, once: Callable[[], Awaitable[None]], stop: asyncio.Event, name: str) -> None:
    """Call `once` now and after each `span`, until `stop` is set. `name` stands in the log of a fault."""
    while not stop.is_set():
        fault = await caught(once())
        if fault is not None:
            log.error("round failed", of=name, fault=described(fault))
        try:
            async with asyncio.timeout(span.total_seconds()):
                await stop.wait()
        except TimeoutError:
            continue
