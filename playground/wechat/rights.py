"""What the platform lets an account do: how often it may write, and with which token.

Quotas as WeChat states them: 5 messages in 48 hours after the citizen wrote, 3 in a minute
after a menu click, a follow or a scan.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

Trigger = Literal["message", "click", "follow", "scan"]

_RIGHTS: dict[Trigger, tuple[int, timedelta]] = {
    "message": (5, timedelta(hours=48)),
    "click": (3, timedelta(minutes=1)),
    "follow": (3, timedelta(minutes=1)),
    "scan": (3, timedelta(minutes=1)),
}
_LIFETIME = timedelta(hours=2)
_OVERLAP = timedelta(minutes=5)


@dataclass(slots=True)
class Window:
    """What may still be sent to one citizen."""

    _left: dict[Trigger, tuple[int, datetime]] = field(default_factory=dict)

    def grant(self, trigger: Trigger, now: datetime) -> None:
        """The citizen did something: its budget starts anew."""
        count, lasts = _RIGHTS[trigger]
        self._left[trigger] = (count, now + lasts)

    def take(self, now: datetime) -> int:
        """Use one message of the budget that ends first: 0, or the errcode of a refusal."""
        open_now = {trigger: left for trigger, left in self._left.items() if left[1] > now}
        if not open_now:
            return 45015
        usable = sorted((until, trigger) for trigger, (count, until) in open_now.items() if count)
        if not usable:
            return 45047
        until, trigger = usable[0]
        self._left[trigger] = (open_now[trigger][0] - 1, until)
        return 0

    def close(self) -> None:
        self._left.clear()


@dataclass(slots=True)
class Tokens:
    """Access tokens: stable ones, which everybody is given alike, and the old kind."""

    stable: str = ""
    stable_until: datetime | None = None
    plain: str = ""
    plain_until: datetime | None = None
    refused: set[str] = field(default_factory=set)

    def ask_stable(self, now: datetime, *, anew: bool = False) -> tuple[str, int]:
        """The same token until five minutes before its end; token and seconds to live."""
        if anew or not self.stable_until or now >= self.stable_until - _OVERLAP:
            self.stable, self.stable_until = f"stable-{uuid4().hex}", now + _LIFETIME
        return self.stable, int((self.stable_until - now).total_seconds())

    def ask_plain(self, now: datetime) -> tuple[str, int]:
        """Another token on every call; the one before dies."""
        self.plain, self.plain_until = f"plain-{uuid4().hex}", now + _LIFETIME
        return self.plain, int(_LIFETIME.total_seconds())

    def check(self, token: str, now: datetime) -> int:
        """0, or the errcode for this token."""
        known = {self.stable: self.stable_until, self.plain: self.plain_until}
        until = known.get(token) if token else None
        if not token:
            return 41001
        if until is None or token in self.refused:
            return 40001
        return 0 if now < until else 42001
