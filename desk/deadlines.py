"""When a ticket is due: fixed once, at dispatch, and again when a round begins.

Urgent and critical tickets run in hours of the clock, all others to the close of business
of the last of their working days, the day after the start being the first.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from desk.states import Life
from intake.city import CityProfile
from intake.ticket import AppealType


def due_at(life: Life, start: datetime, city: CityProfile) -> datetime:
    """The deadline (aware, in the city's time) of a handling that starts at `start`."""
    hours = {"urgent": city.urgent_hours, "critical": city.critical_hours}.get(life.urgency)
    local = start.astimezone(ZoneInfo(city.timezone))
    if hours is not None:
        return local + timedelta(hours=hours)
    rule = city.appeals.get(AppealType(life.appeal_type))
    last = _workdays_on(local.date(), rule.days if rule else 5, city)
    return datetime.combine(last, city.hours.windows[-1][1], local.tzinfo)


def _workdays_on(day: date, count: int, city: CityProfile) -> date:
    while count:
        day += timedelta(days=1)
        count -= _is_workday(day, city)
    return day


def _is_workday(day: date, city: CityProfile) -> bool:
    table = city.years.get(day.year)
    if table is not None and (day in table.holidays or day in table.workdays):
        return day in table.workdays
    return day.weekday() < 5
