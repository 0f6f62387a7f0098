"""Calls that are only pleasant to have: their failure costs nobody a word."""

import asyncio
from collections.abc import Awaitable

import structlog

from intake.model.ports import Rejected, Unavailable, Unsure

log = structlog.get_logger(__name__)

PATIENCE = 3.0
"""Seconds for what is only pleasant."""


async def if_possible(call: Awaitable[None], what: str) -> None:
    """Await what is only pleasant to have: its failure is logged and goes no further."""
    try:
        async with asyncio.timeout(PATIENCE):
            await call
    except (Unavailable, Rejected, Unsure) as error:
        log.info("telegram nicety failed", what=what, reason=error.reason)
    except TimeoutError:
        log.info("telegram nicety failed", what=what, reason="took too long")
