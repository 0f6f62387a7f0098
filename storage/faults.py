"""Any fault as a value, for the two places that must outlive whatever breaks: a turn and the worker.

The rule: what is caught here is recorded by the caller, by its kind and place alone. The words of an
unexpected error may be a citizen's.
"""

from collections.abc import Awaitable
from pathlib import Path
from traceback import extract_tb
from typing import TypeVar

T = TypeVar("T")


async def caught(what: Awaitable[T]) -> T | Exception:
    """What `what` gives, or what it raises; only being cancelled goes through."""
    try:
        return await what
    except Exception as fault:  # noqa: BLE001  the one place; see above
        return fault


def described(fault: BaseException) -> str:
    """`KeyError at intake/form/form.py:31`: enough to find it, nothing of what was being handled."""
    frames = extract_tb(fault.__traceback__)
    if not frames:
        return type(fault).__name__
    place = Path(frames[-1].filename)
    return f"{type(fault).__name__} at {place.parent.name}/{place.name}:{frames[-1].lineno}"
