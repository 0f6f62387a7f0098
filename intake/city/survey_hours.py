"""When a survey may be brought up: inside the profile's hours, in the city's time. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from intake.city import CityProfile


def is_open(at: datetime, city: CityProfile) -> bool:
    """Whether somebody may be asked at this moment."""
    opens, closes = city.survey.opens, city.survey.closes
    return opens == closes or opens <= _local(at, city).time() < closes


def next_open(at: datetime, city: CityProfile) -> datetime:
    """This moment, or the next at which somebody may be asked."""
    if is_open(at, city):
        return at
    local = _local(at, city)
    day = local.date() if local.time() < city.survey.opens else local.date() + timedelta(days=1)
    return datetime.combine(day, city.survey.opens, ZoneInfo(city.timezone)).astimezone(at.tzinfo)


def ask_at(completed_at: datetime | None, now: datetime, city: CityProfile) -> datetime:
    """When to ask about what was completed then."""
    wished = (completed_at or now) + timedelta(minutes=city.survey.delay_minutes)
    return next_open(max(wished, now), city)


def closes_at(asked_at: datetime, city: CityProfile) -> datetime:
    """The end of the window of who is asked now."""
    return asked_at + timedelta(days=city.survey.window_days)


def next_reminder(asked_at: datetime, reminders: int, city: CityProfile) -> datetime:
    """The next reminder after so many, or the window's end: spread evenly, inside the hours."""
    end = closes_at(asked_at, city)
    if reminders >= city.survey.reminders:
        return end
    step = timedelta(days=city.survey.window_days) / (city.survey.reminders + 1)
    return min(next_open(asked_at + step * (reminders + 1), city), end)


def half_day(at: datetime, city: CityProfile) -> str:
    """The half of a working day in which a telephone call is counted."""
    local = _local(at, city)
    return f"{local:%Y-%m-%d} {'am' if local.time() < time(12) else 'pm'}"


def _local(at: datetime, city: CityProfile) -> datetime:
    return at.astimezone(ZoneInfo(city.timezone))
