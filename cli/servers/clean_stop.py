"""A web server that SIGTERM and Ctrl-C stop, and nothing else with it.

The rule: a stop that was asked for is no failure. uvicorn's own server raises the signal once more when
it has ended, which kills the process before its database is closed: what was erased would stay in the log.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

_STOPS = (signal.SIGTERM, signal.SIGINT)


class CleanStop(uvicorn.Server):
    """`serve` returns after a signal; whoever called it closes what is open, and the process ends with 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Until it has ended, signals are its own; a second Ctrl-C does not wait for what is open."""
        before = {name: signal.signal(name, self.handle_exit) for name in _STOPS}
        try:
            yield
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)
