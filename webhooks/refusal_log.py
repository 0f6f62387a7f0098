"""A line in the log for a request that was refused, and no more than a few a minute for one caller.

The rule: the line names the path's pattern and never what was asked for. What is left out is counted, and
said with the next line of the same caller's; whoever knocks from everywhere fills no disk either.
"""

import time
from collections.abc import Callable
from typing import Any

import structlog
from starlette.types import Scope

REFUSED = frozenset({401, 403, 405, 413, 429})
OF_ONE, OF_ALL = 5, 300
"""Lines a minute."""
MINUTE = 60.0

log = structlog.get_logger(__name__)


class RefusalLog:
    """Of one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = float("-inf")
        self._lines: dict[str, int] = {}  # of this minute, by caller; their number is bounded by OF_ALL
        self._all = self._left_out = 0

    def note(self, scope: Scope, status: int) -> None:
        """The request of this scope was answered with this status."""
        if status not in REFUSED:
            return
        if not self._has_room(_caller(scope)):
            self._left_out += 1
            return
        left_out, self._left_out = self._left_out, 0
        more: dict[str, Any] = {"left_out": left_out} if left_out else {}
        pattern = getattr(scope.get("route"), "path", "none of ours")
        log.warning("refused", status=status, method=scope["method"], path=pattern, **more)

    def _has_room(self, caller: str) -> bool:
        if self._clock() >= self._since + MINUTE:
            self._since, self._lines, self._all = self._clock(), {}, 0
        if self._all >= OF_ALL or self._lines.get(caller, 0) >= OF_ONE:
            return False
        self._lines[caller] = self._lines.get(caller, 0) + 1
        self._all += 1
        return True


def _caller(scope: Scope) -> str:
    """The address it came from; never logged."""
    client = scope.get("client")
    return str(client[0]) if client else ""
