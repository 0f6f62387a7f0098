"""Moving along a city's clocks: natural time, office time, working days. Pure.

Office time runs in the windows of a working day and stands still outside them. A span
of working days ends at the close of business of the last one, the day after the start
being the first. All moments are aware; what comes back is in the city's time.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from intake.city import CityProfile, ClockKind, Span, read_span
from intake.city.workdays import add_workdays, is_workday

Window = tuple[datetime, datetime]
_DAY = timedelta(days=1)
_DAYS_KEPT = 10_000
"""Days of years, of some cities: each is asked for with every ticket of its weeks, others hardly ever."""


def after(start: datetime, span: str, city: CityProfile) -> datetime | None:
    """When a span that begins at `start` is over; None for an empty one."""
    if not span:
        return None
    read = read_span(span)
    if read.pace is ClockKind.WORKDAYS:
        return close_of_business(add_workdays(_local(start, city), read.amount, city).date(), city)
    if read.pace is ClockKind.OFFICE:
        return opened_for(start, timedelta(minutes=read.amount), city)
    return _later(start, timedelta(minutes=read.amount), city)


def before(end: datetime, span: str, city: CityProfile) -> datetime:
    """The moment a span before `end`; working days keep the hour. An empty span: `end` itself."""
    read = read_span(span) if span else Span(ClockKind.CLOCK, 0)
    if read.pace is ClockKind.WORKDAYS:
        return _workdays_before(end, read.amount, city)
    if read.pace is ClockKind.OFFICE:
        return _opened_before(end, timedelta(minutes=read.amount), city)
    return _later(end, -timedelta(minutes=read.amount), city)


def office_time(start: datetime, end: datetime, city: CityProfile) -> timedelta:
    """How long the offices are open between two moments; nothing if `end` is not later."""
    total = timedelta()
    for opens, closes in _windows_from(start, city):
        if opens >= end:
            break
        total += min(closes, end) - max(opens, start)
    return total


def opened_for(start: datetime, length: timedelta, city: CityProfile) -> datetime:
    """When the offices have been open for `length` since `start`."""
    left = length
    for opens, closes in _windows_from(start, city):
        begin = max(opens, start)
        if closes - begin >= left:
            return _local(begin + left, city)
        left -= closes - begin
    raise AssertionError("working days have no end")


def resumed(due: datetime, paused: datetime, now: datetime, city: CityProfile, *, office: bool) -> datetime:
    """A deadline after its clock stood still from `paused` to `now`; what was late already stays so."""
    if due <= paused:
        return due
    if not office:
        return _later(due, now - paused, city)
    return opened_for(now, office_time(paused, due, city), city)


def next_opening(at: datetime, city: CityProfile) -> datetime:
    """When a working day's offices open next, later than `at`."""
    day = _local(at, city).date()
    while True:
        windows = _windows(day, city)
        if windows and windows[0][0] > at:
            return windows[0][0]
        day += _DAY


def close_of_business(day: date, city: CityProfile) -> datetime:
    """When the day's last window closes."""
    return datetime.combine(day, city.hours.windows[-1][1], ZoneInfo(city.timezone))


def _windows_from(start: datetime, city: CityProfile) -> Iterator[Window]:
    """All windows that close after `start`, in order, for ever."""
    day = _local(start, city).date()
    while True:
        yield from (window for window in _windows(day, city) if window[1] > start)
        day += _DAY


@lru_cache(_DAYS_KEPT)
def _windows(day: date, city: CityProfile) -> tuple[Window, ...]:
    """When the offices are open on this day, in order; none where nobody works."""
    zone = ZoneInfo(city.timezone)
    return tuple(
        (datetime.combine(day, opens, zone), datetime.combine(day, closes, zone))
        for opens, closes in (city.hours.windows if is_workday(day, city) else ())
    )


def _opened_before(end: datetime, length: timedelta, city: CityProfile) -> datetime:
    day, left = _local(end, city).date(), length
    while True:
        for opens, closes in reversed(_windows(day, city)):
            until = min(closes, end)
            if until - opens >= left:
                return _local(until - left, city)
            left -= max(until - opens, timedelta())
        day -= _DAY


def _workdays_before(end: datetime, days: int, city: CityProfile) -> datetime:
    local = _local(end, city)
    while days:
        local -= _DAY
        days -= is_workday(local.date(), city)
    return local


def _later(at: datetime, by: timedelta, city: CityProfile) -> datetime:
    # Reckoned in UTC: an hour is an hour also where a zone changes its clocks.
    return (at.astimezone(UTC) + by).astimezone(ZoneInfo(city.timezone))


def _local(at: datetime, city: CityProfile) -> datetime:
    return at.astimezone(ZoneInfo(city.timezone))
