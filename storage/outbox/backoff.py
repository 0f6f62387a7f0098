"""When what failed is tried again, for every outbox: ever more slowly, and given up after three days.

What its workers die of may be given up sooner; until it is, it rests for long before each try.
"""

from collections.abc import Callable
from datetime import timedelta

FIRST = timedelta(seconds=1)
LONGEST = timedelta(hours=1)

GIVE_UP = timedelta(hours=72)
FEWEST = 5

MOST_UNENDED = 4
"""So many claims in a row of which nobody wrote down the end: then an entry counts as what workers die of."""
REST = timedelta(hours=1)


def pause(
    attempts: int, asked: float | None, chance: Callable[[], float], longest: timedelta = LONGEST
) -> timedelta:
    """How long an entry rests that failed `attempts` times; never less than the other side `asked` for.

    One, two, four … seconds up to `longest`, give or take a quarter; `chance()` is in [0, 1). `asked` is in
    seconds: of what a server may ask of us (`hotline.rest.retry_after`), or what we know of a quota.
    """
    step = min(longest, FIRST * 2.0 ** min(attempts - 1, 16))
    wanted = timedelta(seconds=min(max(asked or 0.0, 0.0), GIVE_UP.total_seconds()))
    return max(step * (0.75 + chance() / 2), wanted)


def over_term(age: timedelta, attempts: int) -> bool:
    """Three days, but never before a few tries: an operator may have let an old one go again."""
    return age >= GIVE_UP and attempts >= FEWEST


def kills(unended: int) -> str | None:
    """The reason for operators, if the workers seem to die of it that claimed it so often in a row."""
    if unended <= MOST_UNENDED:
        return None
    return f"claimed {unended - 1} times, and no worker lived to say how it ended"
