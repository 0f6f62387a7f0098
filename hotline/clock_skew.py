"""How far our clock is from a backend's, by the `Date` of its answers.

Signatures hold for five minutes either way: beyond that every call is refused as if the key were wrong.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

_DATES_STEP = timedelta(seconds=1)


class ClockSkew:
    """`ahead`: how far ours is ahead, by the latest answer; None if that did not say."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.ahead: timedelta | None = None

    async def timed(self, call: Awaitable[httpx.Response]) -> httpx.Response:
        """Its answer, which was dated at some moment of the call. Raises as `call` does."""
        asked = self._clock()
        answer = await call
        self.ahead = _ahead(answer.headers, asked, self._clock())
        return answer


def http_date(value: str) -> datetime | None:
    """A date as HTTP writes it (RFC 9110 §5.6.7); None if it is none."""
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def told(ahead: timedelta) -> str:
    """The difference in words."""
    seconds = round(abs(ahead).total_seconds())
    return f"our clock is {seconds} s {'ahead of' if ahead > timedelta() else 'behind'} the backend's"


def _ahead(headers: httpx.Headers, asked: datetime, answered: datetime) -> timedelta | None:
    if "age" in headers:  # a cache answered, with the time of an answer that is old
        return None
    theirs = http_date(headers.get("date", ""))
    if theirs is None:
        return None
    if theirs + _DATES_STEP < asked:
        return asked - theirs
    return min(answered - theirs, timedelta())
