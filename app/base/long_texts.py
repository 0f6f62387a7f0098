"""Long texts are read beside the event loop, on threads of their own: nobody waits for one to be read.

The rule: only what is pure goes there. The turn's transaction stays open meanwhile, its conversation stays
locked, and whatever is raised is raised in the turn.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

LONG = 600
"""Characters; shorter texts are read faster than they are handed over."""

_THREADS = ThreadPoolExecutor(2, thread_name_prefix="reading")

P = ParamSpec("P")
T = TypeVar("T")


async def thought_about(length: int, think: Callable[P, T], *given: P.args, **more: P.kwargs) -> T:
    """What `think` makes of texts of this length in all."""
    if length <= LONG:
        return think(*given, **more)
    within = copy_context()
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, lambda: within.run(think, *given, **more))
