"""When a ticket is due: fixed once, at dispatch, and again when a round begins.

Urgent and critical tickets run in hours of the clock, all others to the close of business
of the last of their working days, the day after the start being the first.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desk.states import Life
from intake.city import CityProfile
from intake.ticket import AppealType
from intake.workdays import add_workdays


def due_at(life: Life, start: datetime, city: CityProfile) -> datetime:
    """The deadline (aware, in the city's time) of a handling that starts at `start`."""
    hours = {"urgent": city.urgent_hours, "critical": city.critical_hours}.get(life.urgency)
    local = start.astimezone(ZoneInfo(city.timezone))
    if hours is not None:
        return local + timedelta(hours=hours)
    last = add_workdays(local, city.appeals[AppealType(life.appeal_type)].days, city)
    return datetime.combine(last.date(), city.hours.windows[-1][1], last.tzinfo)
