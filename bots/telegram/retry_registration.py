"""What Telegram is told when we start: where to bring updates, our commands, our description.

The rule: a start never fails because Telegram is away. Telling it is tried until it was heard; a
refusal is an operator's to mend and is only logged.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from intake.model.ports import Rejected, Unavailable

log = structlog.get_logger(__name__)

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 300.0  # seconds


async def until_heard(tell: Callable[[], Awaitable[None]], stop: asyncio.Event | None = None) -> None:
    """Tell it again until it is heard or refused, or `stop` is set. Raises Rejected where nobody stops it."""
    pause = FIRST_PAUSE
    while stop is None or not stop.is_set():
        try:
            await tell()
        except Unavailable as fault:
            log.warning("telegram is not set up yet", reason=fault.reason)
            await _rest(max(pause, fault.retry_after or 0), stop)
            pause = min(2 * pause, LONGEST_PAUSE)
        except (Rejected, ValueError) as refusal:
            if stop is None:
                raise
            log.error("telegram refuses to be set up", reason=str(refusal))  # noqa: TRY400  # no traceback helps
            return
        else:
            log.info("telegram is set up")
            return


async def _rest(seconds: float, stop: asyncio.Event | None) -> None:
    try:
        async with asyncio.timeout(seconds):
            await (stop or asyncio.Event()).wait()
    except TimeoutError:
        return
