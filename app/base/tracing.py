"""One message's way through the logs: from the turn to the ticket and each delivery that came of it.

The rule: a trace is drawn, never derived from an id of the platform's, which may name the citizen.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

KEY = "trace"


@contextmanager
def traced(trace: str | None = None) -> Iterator[str]:
    """Every log line in this block carries `trace`, or a new one."""
    trace = trace or secrets.token_hex(6)
    with structlog.contextvars.bound_contextvars(**{KEY: trace}):
        yield trace


def current() -> str | None:
    """The trace of the message in hand."""
    found = structlog.contextvars.get_contextvars().get(KEY)
    return found if isinstance(found, str) else None
