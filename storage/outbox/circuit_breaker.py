"""A destination that does not answer is left alone for a while, and then asked by one entry, not by all.

The rule: while the circuit is open nothing is claimed for the destination, so nothing is tried in vain and
no attempt is counted; each failed probe doubles the pause, the first answer of any kind closes it.
"""

from collections.abc import Callable

from intake.model.ports import Paused, Postponed, Unavailable, Unsure
from storage.db.errors import DatabaseDown
from storage.outbox import outbox_metrics
from storage.outbox.engine import LookAgain, TakenOver

FAILURES = 5
"""So many deliveries without an answer, one after the other, open it."""

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 60.0
"""Seconds."""


class CircuitBreaker:
    """One destination's, in one process. `now` gives seconds that only grow."""

    def __init__(self, destination: str, now: Callable[[], float]) -> None:
        self._destination = destination
        self._now = now
        self._failures = 0
        self._pause = FIRST_PAUSE
        self._until: float | None = None
        self._probing = False

    @property
    def open(self) -> bool:
        return self._until is not None

    def rest(self) -> float:
        """Seconds for which nothing should be tried."""
        return max(self._until - self._now(), 0.0) if self._until is not None else 0.0

    def places(self, wanted: int) -> int:
        """How many may be tried now: as many as wanted, or one to see whether it answers again."""
        if self._until is None:
            return wanted
        return 0 if self._probing or self.rest() else min(wanted, 1)

    def begun(self, count: int) -> None:
        """So many are being tried."""
        if count and self._until is not None:
            self._probing = True

    def ended(self, fault: Exception | None) -> None:
        """What one delivery raised."""
        self._probing = False
        if isinstance(
            fault, TakenOver | LookAgain | Paused | DatabaseDown
        ):  # nothing was asked there, or it answered
            return
        if isinstance(fault, Unavailable | Unsure) and not isinstance(fault, Postponed):
            self._failed(fault)
        else:
            self._close()

    def _failed(self, fault: Unavailable | Unsure) -> None:
        self._failures += 1
        if self._failures < FAILURES:
            return
        asked = fault.retry_after if isinstance(fault, Unavailable) else None
        if self._until is None or not self.rest():
            self._until = self._now() + max(self._pause, min(asked or 0.0, LONGEST_PAUSE))
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            outbox_metrics.circuit_open.labels(self._destination).set(1)

    def _close(self) -> None:
        self._failures, self._pause, self._until = 0, FIRST_PAUSE, None
        outbox_metrics.circuit_open.labels(self._destination).set(0)
