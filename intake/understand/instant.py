"""The instant that words of time fix, seen from now: days, dates, weekdays and the clock."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from intake.understand.lexicon import is_span, number_of, table


class NoSuchTime(Exception):
    """The words name a date or an hour that does not exist."""


def instant(by_kind: Mapping[str, re.Match[str]], now: datetime) -> datetime | None:
    """The instant the words fix, in `now`'s zone; None without a day or an hour, or in the future.

    `by_kind` holds the parts of one time: a day, a date, a clock. Raises NoSuchTime.
    """
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


def _day(by_kind: Mapping[str, re.Match[str]], today: date) -> date | None:
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
        raise NoSuchTime from None


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
        raise NoSuchTime
    return timedelta(hours=_of_day(hour, shift), minutes=minute)


def _of_day(hour: int, shift: int) -> int:
    """The hour of 24. At night, twelve to five o'clock are the small hours of the next day."""
    night = shift == table("time")["night_shift"]
    if night and (hour == 12 or hour < 6):
        return 24 + hour % 12
    if shift and hour < 12 and hour != 11 * (shift == 11):
        return hour + 12
    return hour


def _shift(by_kind: Mapping[str, re.Match[str]]) -> int:
    data = table("time")
    if "part" in by_kind:
        return int(data["parts"][by_kind["part"][0]])
    day = by_kind.get("day")
    return int(data["night_shift"]) if day and day[0] in data["evening_words"] else 0
