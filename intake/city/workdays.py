"""Working days, office hours, and the date by which an answer may be expected.

A year's table in the city profile is the truth for that year. Other years come from
`chinese_calendar`, which knows what the State Council had announced when it was released. For a
year that neither knows, Monday to Friday are worked but for the days that the law itself fixes by
date, and `unannounced` says that a table is missing: a deadline never fails for want of one.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo

import chinese_calendar

from intake.city import CityProfile
from intake.model.ticket import AppealType, Urgency, UrgencyLevel

Day = TypeVar("Day", bound=date)

_KNOWN_YEARS = frozenset(day.year for day in chinese_calendar.constants.workdays)
_FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Month and day: the State Council's holiday rules, §2 (decree 795 of 2024). Others follow moon and sun."""

_ANNOUNCED_AHEAD = timedelta(days=60)
"""The State Council announces a year's days in October or November of the year before."""


class Source(StrEnum):
    """Where a year's working days are taken from."""

    PROFILE = "profile"
    LIBRARY = "library"
    LAW = "law"  # nothing is announced yet: Monday to Friday, without the days fixed by law


def source(year: int, city: CityProfile) -> Source:
    """Where this year's working days come from; `LAW` asks for a table in the profile."""
    if year in city.years:
        return Source.PROFILE
    return Source.LIBRARY if year in _KNOWN_YEARS else Source.LAW


def unannounced(today: date, city: CityProfile) -> tuple[int, ...]:
    """The years that deadlines reach by now, or soon will, and whose days nobody has told us."""
    reached = sorted({today.year, (today + _ANNOUNCED_AHEAD).year})
    return tuple(year for year in reached if source(year, city) is Source.LAW)


def is_workday(day: date, city: CityProfile) -> bool:
    """Whether the city's offices work on this day."""
    match source(day.year, city):
        case Source.PROFILE:
            table = city.years[day.year]
            return day in table.workdays or (day.weekday() < 5 and day not in table.holidays)
        case Source.LIBRARY:
            return _announced(day)
        case _:
            return day.weekday() < 5 and (day.month, day.day) not in _FIXED


@cache
def _announced(day: date) -> bool:
    """What the library says; it looks through all its years each time it is asked."""
    return bool(chinese_calendar.is_workday(day))


def add_workdays(start: Day, days: int, city: CityProfile) -> Day:
    """`start` moved on by `days` working days; the first day does not count, the hour stays.

    An aware `start` is counted in the city's time zone and comes back in it.
    """
    at = _local(start, city)
    for _ in range(days):
        at = _next_workday(at, city)
    return at


def expected_by(appeal_type: AppealType, urgency: Urgency, submitted_at: datetime, city: CityProfile) -> date:
    """The date the citizen is told: working days by type, hours by the clock when urgent."""
    if urgency.level is UrgencyLevel.NORMAL:
        return _day(add_workdays(submitted_at, city.appeals[appeal_type].days, city))
    critical = urgency.level is UrgencyLevel.CRITICAL
    hours = city.critical_hours if critical else city.urgent_hours
    return _day(_local(submitted_at + timedelta(hours=hours), city))


def in_office_hours(at: datetime, city: CityProfile) -> bool:
    """Whether staff answer at this moment."""
    local = at.astimezone(ZoneInfo(city.timezone))
    return is_workday(local.date(), city) and any(
        start <= local.time() < end for start, end in city.hours.windows
    )


def in_quiet_hours(at: datetime, city: CityProfile) -> bool:
    """Whether nobody is to be disturbed at this moment."""
    clock = at.astimezone(ZoneInfo(city.timezone)).time()
    return _between(clock, city.hours.quiet_from, city.hours.quiet_until)


def _between(clock: time, start: time, end: time) -> bool:
    """Whether `clock` lies in a span that may run over midnight."""
    return start <= clock < end if start < end else clock >= start or clock < end


def _next_workday(at: Day, city: CityProfile) -> Day:
    return next(day for day in _following(at) if is_workday(_day(day), city))


def _following(at: Day) -> Iterator[Day]:
    while True:
        at += timedelta(days=1)
        yield at


def _local(start: Day, city: CityProfile) -> Day:
    if isinstance(start, datetime) and start.tzinfo is not None:
        return start.astimezone(ZoneInfo(city.timezone))
    return start


def _day(at: date | datetime) -> date:
    return at.date() if isinstance(at, datetime) else at
