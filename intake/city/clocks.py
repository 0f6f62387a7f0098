"""How long each step of handling may take: the city's table, and how such a span is written.

A span is a number and a word: `30 minutes`, `2 hours` (of the clock, night and day),
`2 office hours` (while the offices are open), `5 workdays` (to the close of business of
the last one, the day after the start being the first), `270 days`. An empty text means
that there is no such limit.
"""

import re
from dataclasses import dataclass, fields, replace
from enum import StrEnum

_STRICT = {"extra": "forbid"}
_WRITTEN = re.compile(r"([1-9]\d{0,3}) (minute|hour|day|office minute|office hour|workday)s?")
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60, "office minute": 1, "office hour": 60}


class ClockKind(StrEnum):
    """By which clock a span is counted."""

    CLOCK = "clock"
    OFFICE = "office"
    WORKDAYS = "workdays"


@dataclass(frozen=True, slots=True)
class Span:
    """`amount` counts minutes, or working days where that is the pace."""

    pace: ClockKind
    amount: int


def read_span(text: str) -> Span:
    """The span written. Raises ValueError."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no span such as '2 hours', '2 office hours' or '5 workdays'")
    number, word = int(found[1]), found[2]
    if word == "workday":
        return Span(ClockKind.WORKDAYS, number)
    pace = ClockKind.OFFICE if word.startswith("office") else ClockKind.CLOCK
    return Span(pace, number * _MINUTES[word])


@dataclass(frozen=True, slots=True)
class LevelClocks:
    """The limits of one urgency, each a span; None takes the default, "" means there is none.

    `accept` and `dispatch` bind the centre; `sign`, `contact` and `progress` the unit, from
    dispatch on; `give_back` ends the time to ask for a return; `extend` is the longest
    extension; `rework` a further round's time. A light turns yellow `warn` before the handling
    is due, `warn_early` before any earlier step is.
    """

    __pydantic_config__ = _STRICT

    accept: str | None = None
    dispatch: str | None = None
    sign: str | None = None
    contact: str | None = None
    progress: str | None = None
    give_back: str | None = None
    extend: str | None = None
    rework: str | None = None
    warn: str | None = None
    warn_early: str | None = None


NEEDED = ("accept", "dispatch", "sign", "contact", "rework", "warn", "warn_early")
"""Limits a city may set but not do without."""

DEFAULTS = {
    "critical": LevelClocks(
        accept="15 minutes",
        dispatch="1 hour",
        sign="30 minutes",
        contact="30 minutes",
        progress="2 hours",
        give_back="",
        extend="",
        rework="24 hours",
        warn="30 minutes",
        warn_early="10 minutes",
    ),
    "urgent": LevelClocks(
        accept="2 hours",
        dispatch="2 hours",
        sign="1 hour",
        contact="2 hours",
        progress="24 hours",
        give_back="2 hours",
        extend="2 workdays",
        rework="2 workdays",
        warn="4 hours",
        warn_early="20 minutes",
    ),
    "normal": LevelClocks(
        accept="2 office hours",
        dispatch="24 hours",
        sign="2 office hours",
        contact="1 workday",
        progress="",
        give_back="2 workdays",
        extend="10 workdays",
        rework="5 workdays",
        warn="1 workday",
        warn_early="30 minutes",
    ),
}


@dataclass(frozen=True, slots=True)
class ClockRules:
    """All limits. The time to an answer itself is `appeals.*.days`, `urgent_hours` and `critical_hours`.

    `need_info` is how long we wait for the citizen, `commitment` the longest promise,
    `bulletin` how long overdue until the leaders hear of it; the `designate_at`-th
    dispatch cannot be returned any more.
    """

    __pydantic_config__ = _STRICT

    critical: LevelClocks = LevelClocks()
    urgent: LevelClocks = LevelClocks()
    normal: LevelClocks = LevelClocks()
    need_info: str = "3 workdays"
    commitment: str = "270 days"
    bulletin: str = "5 workdays"
    designate_at: int = 3

    def of(self, urgency: str) -> LevelClocks:
        """The limits of this urgency, defaults filled in."""
        level = urgency if urgency in DEFAULTS else "normal"
        own: LevelClocks = getattr(self, level)
        given = {f.name: value for f in fields(own) if (value := getattr(own, f.name)) is not None}
        return replace(DEFAULTS[level], **given)
