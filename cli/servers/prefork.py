"""Several processes from one: imported once, forked as often as wanted, and again when one dies.

The rule: the parent does nothing but wait. It has no event loop and no connection when it forks, and a stop
goes to every child, which finishes what it has in hand.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

PAUSE = 1.0  # seconds before a child that died is replaced, so that a broken one costs little


class Prefork:
    """`live` is a child's whole life."""

    def __init__(self, workers: int, live: Callable[[], None]) -> None:
        self._workers = workers
        self._live = live
        self._children: set[int] = set()
        self._stopping = False

    def run(self) -> None:
        """Until SIGTERM or Ctrl-C, and until every child has ended then."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        while self._children or not self._stopping:
            while not self._stopping and len(self._children) < self._workers:
                self._fork()
            pid, _ = os.wait()
            self._children.discard(pid)
            if not self._stopping:
                time.sleep(PAUSE)

    def _fork(self) -> None:
        pid = os.fork()
        if pid == 0:
            self._child()
        self._children.add(pid)
        if self._stopping:  # the signal came in between, and this one has not heard of it
            os.kill(pid, signal.SIGTERM)

    def _child(self) -> None:
        """Never returns into the parent's loop."""
        status = 1
        try:
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, signal.SIG_DFL)
            random.seed()
            self._live()
            status = 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True
        for pid in self._children:
            os.kill(pid, signal.SIGTERM)
