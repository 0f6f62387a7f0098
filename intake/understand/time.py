"""When it happened: the citizen's words, the instant if they fix one, and whether it goes on.

An instant needs a day *and* an hour; a day alone stays words, for a made-up hour would be
read as a fact. Dates that do not exist are refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from intake.city import CityProfile
from intake.ticket import Occurred
from intake.understand.lexicon import any_of, compiled, is_span, number_of, signs, table
from intake.understand.reading import Found

_ANSWER = 60
"""In a longer story a slip in one date is not worth asking about."""
_GAP = 2
"""Characters that may stand between two parts of one time, such as a blank or a comma."""


@dataclass(frozen=True, slots=True)
class _Words:
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    ongoing: re.Pattern[str]
    over: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str
    match: re.Match[str]


class _NoSuchTime(Exception):
    """The words name a date or an hour that does not exist."""


def find(text: str, city: CityProfile, now: datetime) -> tuple[Found[Occurred] | None, bool]:
    """What is said of the time, and whether it names a date that does not exist."""
    parts = _parts(text)
    if not parts:
        return _only_ongoing(text), False
    local = now.astimezone(ZoneInfo(city.timezone))
    group = max(_groups(parts), key=lambda g: (_weight(g), -g[0].match.start()))
    start, end = group[0].match.start(), group[-1].match.end()
    try:
        at = _instant(group, local)
    except _NoSuchTime:
        return None, len(text) <= _ANSWER
    said = text[start:end].strip(signs())
    confidence = 0.9 if _weight(group) >= 2 or len(text) <= 30 else 0.8
    return Found(Occurred(said, at, _goes_on(text, group)), start, end, confidence), False


def _only_ongoing(text: str) -> Found[Occurred] | None:
    goes_on = _goes_on(text, [])
    match = _words().ongoing.search(text) if goes_on else None
    return Found(Occurred(match[0], None, True), *match.span(), 0.6) if match else None


def _parts(text: str) -> list[_Part]:
    """All words of time, the earlier pattern winning where two overlap, in the order of the text."""
    taken: list[_Part] = []
    for kind, pattern in _words().patterns:
        for match in pattern.finditer(text):
            if all(match.end() <= p.match.start() or p.match.end() <= match.start() for p in taken):
                taken.append(_Part(kind, match))
    return sorted(taken, key=lambda part: part.match.start())


def _groups(parts: list[_Part]) -> Iterator[list[_Part]]:
    group = [parts[0]]
    for part in parts[1:]:
        if part.match.start() - group[-1].match.end() > _GAP:
            yield group
            group = []
        group.append(part)
    yield group


_WEIGHTS = {
    "ago": 3,
    "date": 3,
    "signdate": 3,
    "day": 3,
    "weekday": 2,
    "monthday": 2,
    "now": 2,
    "since": 2,
    "duration": 2,
    "month": 2,
}


def _weight(group: list[_Part]) -> int:
    """How much a group says about when; an hour or a habit alone says little."""
    return sum(1 if _is_bare(part) else _WEIGHTS.get(part.kind, 1) for part in group)


def _is_bare(part: _Part) -> bool:
    """A length of time that is not said to have passed, as in "24 hours a day"."""
    return part.kind == "duration" and not part.match[0].endswith(tuple(table("time")["done"]))


def _goes_on(text: str, group: list[_Part]) -> bool | None:
    words = _words()
    if words.over.search(text):
        return False
    if words.ongoing.search(text) or any(part.kind in {"since", "habit"} for part in group):
        return True
    if any(
        part.kind == "duration" and part.match[0].endswith(tuple(table("time")["done"])) for part in group
    ):
        return True
    return (
        False
        if any(part.kind in {"day", "date", "signdate", "ago"} for part in group) and _once(text)
        else None
    )


def _once(text: str) -> bool:
    return bool(compiled(table("time")["once_pattern"]).search(text))


def _instant(group: list[_Part], now: datetime) -> datetime | None:
    by_kind = {part.kind: part.match for part in reversed(group)}
    if "now" in by_kind:
        return now
    if "ago" in by_kind:
        return _ago(by_kind["ago"], now)
    day = _day(by_kind, now.date())
    if "clock" not in by_kind:
        return None
    clock = _clock(by_kind["clock"], _shift(by_kind))
    if day is None or clock is None:
        return None
    at = datetime.combine(day, time(), now.tzinfo) + clock
    return at if at <= now + timedelta(days=1) else None


def _ago(match: re.Match[str], now: datetime) -> datetime:
    minutes = 1 if match["unit"] == table("time")["minute"] else 60
    number = 0.5 if match["n"] == table("time")["half"] else number_of(match["n"])
    return now - timedelta(minutes=minutes * number)


def _day(by_kind: dict[str, re.Match[str]], today: date) -> date | None:
    data = table("time")
    if "date" in by_kind:
        return _date(by_kind["date"], today)
    if "signdate" in by_kind:
        return _sign_date(by_kind["signdate"], today)
    if "day" in by_kind:
        return today + timedelta(days=data["day_words"][by_kind["day"][0]])
    if "monthday" in by_kind:
        return _latest(today, today.month, int(by_kind["monthday"]["day"]))
    if "weekday" in by_kind:
        match = by_kind["weekday"]
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(
            weeks=data["week_words"].get(match["which"], 0), days=_weekday(match["day"])
        )
    return None


def _weekday(sign: str) -> int:
    return min(int(table("time")["weekdays"].index(sign)), 6)


def _date(match: re.Match[str], today: date) -> date:
    month, day = number_of(match["month"]), number_of(match["day"])
    if match["year"]:
        return _real(int(match["year"]), month, day)
    if match["relyear"]:
        return _real(today.year + int(table("time")["year_words"][match["relyear"]]), month, day)
    _real(2000, month, day)  # a leap year: is there such a day at all?
    return _latest(today, month, day)


def _sign_date(match: re.Match[str], today: date) -> date:
    if match["year"]:
        return _real(int(match["year"]), int(match["month"]), int(match["day"]))
    return _latest(today, int(match["month2"]), int(match["day2"]))


def _latest(today: date, month: int, day: int) -> date:
    """The last such day that is not in the future."""
    year = today.year if (month, day) <= (today.month, today.day) else today.year - 1
    return _real(year, month, day)


def _real(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise _NoSuchTime from None


def _clock(match: re.Match[str], shift: int) -> timedelta | None:
    """The time of day; None for "six or seven o'clock"."""
    if is_span(match["hour"]) or is_span(match["minutes"] or ""):
        return None
    hour, minute = number_of(match["hour"]), 0
    if match["minute"] or match["minutes"]:
        minute = number_of(match["minute"] or match["minutes"])
    elif match["half"]:
        minute = 30
    elif match["quarter"]:
        minute = 15 * number_of(match["quarter"])
    if hour > 24 or minute > 59:
        raise _NoSuchTime
    return timedelta(hours=_of_day(hour, shift), minutes=minute)


def _of_day(hour: int, shift: int) -> int:
    """The hour of 24. At night, twelve to five o'clock are the small hours of the next day."""
    night = shift == table("time")["night_shift"]
    if night and (hour == 12 or hour < 6):
        return 24 + hour % 12
    if shift and hour < 12 and hour != 11 * (shift == 11):
        return hour + 12
    return hour


def _shift(by_kind: dict[str, re.Match[str]]) -> int:
    data = table("time")
    if "part" in by_kind:
        return int(data["parts"][by_kind["part"][0]])
    day = by_kind.get("day")
    return int(data["night_shift"]) if day and day[0] in data["evening_words"] else 0


@cache
def _words() -> _Words:
    data = table("time")
    patterns = {
        "ago": data["ago_pattern"],
        "since": data["since_pattern"],
        "date": data["date_pattern"],
        "signdate": data["sign_date_pattern"],
        "day": any_of(data["day_words"]),
        "weekday": data["weekday_pattern"],
        "monthday": data["monthday_pattern"],
        "clock": data["clock_pattern"],
        "month": data["month_pattern"],
        "duration": data["duration_pattern"],
        "part": any_of(data["parts"]),
        "habit": data["habit_pattern"],
        "now": data["now_pattern"],
    }
    return _Words(
        patterns=tuple((kind, compiled(pattern)) for kind, pattern in patterns.items()),
        ongoing=compiled(data["ongoing_pattern"]),
        over=compiled(data["over_pattern"]),
    )
