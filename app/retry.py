"""When to try again: exponential, with jitter, and given up after three days.

What its workers die of is given up sooner, where only a citizen's message or file is lost by it; an operator
sees it and may let it go again. What is for the backend or removes a file is tried on, slowly.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from storage.outbox import Claimed

FIRST = timedelta(seconds=2)
LONGEST = timedelta(hours=1)
LONGEST_HELD_UP = timedelta(minutes=5)
"""Between tries of what a person may set right any moment."""

GIVE_UP = timedelta(hours=72)
FEWEST = 5

MOST_UNENDED = 4
"""So many claims in a row of which nobody wrote down the end: then an entry counts as what workers die of."""

_PUT_ASIDE = frozenset({"reply", "fetch"})


def next_try(
    attempts: int,
    now: datetime,
    retry_after: float | None,
    chance: Callable[[], float],
    longest: timedelta = LONGEST,
) -> datetime:
    """When an entry that failed `attempts` times falls due; a server's `Retry-After` is obeyed.

    `chance()` is in [0, 1): the delay is drawn between half and the whole of the step.
    """
    step = min(longest, FIRST * 2.0 ** min(attempts - 1, 12))
    delay = step * (0.5 + chance() / 2)
    return now + max(delay, timedelta(seconds=retry_after or 0))


def too_old(entry: Claimed, now: datetime) -> bool:
    """Three days, but never before a few tries: an operator may have let an old one go again."""
    return given_up(entry.queued_at, now) and entry.attempts >= FEWEST


def given_up(since: datetime, now: datetime) -> bool:
    """Whether it has been tried long enough, if nothing but the other side's absence hindered it `since`."""
    return now - since >= GIVE_UP


def kills(entry: Claimed) -> str | None:
    """The reason for operators, if its workers seem to die of it."""
    if entry.unended <= MOST_UNENDED:
        return None
    return f"claimed {entry.unended - 1} times, and no worker lived to say how it ended"


def put_aside(entry: Claimed) -> str | None:
    """The same, if it is given up for that."""
    return kills(entry) if entry.kind in _PUT_ASIDE else None
