"""The city's clocks against a slow, obvious calendar that looks at every minute."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.workflow import calendar
from intake.city import CityProfile, OfficeHours, load
from intake.city.clocks import read_span
from intake.city.workdays import is_workday

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
CITY = load("jiayuguan")

FIRST = datetime(2022, 12, 20, tzinfo=ZONE)  # the State Council's years 2022 and 2023, New Year between them
moments = st.integers(0, 60 * 24 * 400).map(lambda minutes: FIRST + minutes * MINUTE)
windows = st.lists(st.integers(0, 1439), min_size=2, max_size=6, unique=True).map(
    lambda edges: tuple(
        (time(a // 60, a % 60), time(b // 60, b % 60))
        for a, b in zip(*[iter(sorted(edges[: len(edges) // 2 * 2]))] * 2, strict=True)
    )
)
cities = st.one_of(st.just(CITY.hours.windows), windows).map(
    lambda shown: replace(CITY, hours=OfficeHours(shown, time(21), time(8)))
)


@cache
def worked(day: date) -> bool:
    return is_workday(day, CITY)


def slow_open(at: datetime, city: CityProfile) -> bool:
    """Whether the minute that begins at `at` is office time."""
    local = at.astimezone(ZONE)
    return worked(local.date()) and any(
        opens <= local.time() < closes for opens, closes in city.hours.windows
    )


def slow_office(start: datetime, minutes: int, city: CityProfile) -> datetime:
    at = start
    while minutes:
        minutes -= slow_open(at, city)
        at += MINUTE
    return at


def slow_workdays(start: datetime, days: int, city: CityProfile) -> datetime:
    """Minute by minute to the last office minute of the last working day."""
    seen: list[object] = []
    at, last = start, start
    while len(seen) <= days:
        if at.date() > start.date() and slow_open(at, city):
            if at.date() not in seen:
                seen.append(at.date())
            if len(seen) <= days:
                last = at + MINUTE
        at += MINUTE
    return last


def slow_count(start: datetime, end: datetime, city: CityProfile) -> timedelta:
    total, at = timedelta(), start
    while at < end:
        total += MINUTE * slow_open(at, city)
        at += MINUTE
    return total


@settings(max_examples=60, deadline=None)
@given(moments, st.integers(1, 900), cities)
def test_office_time_runs_as_every_minute_says(start: datetime, minutes: int, city: CityProfile) -> None:
    assert calendar.after(start, f"{minutes} office minutes", city) == slow_office(start, minutes, city)


@settings(max_examples=30, deadline=None)
@given(moments, st.integers(1, 6))
def test_working_days_end_as_every_minute_says(start: datetime, days: int) -> None:
    assert calendar.after(start, f"{days} workdays", CITY) == slow_workdays(start, days, CITY)


@settings(max_examples=40, deadline=None)
@given(moments, st.integers(0, 60 * 24 * 6), cities)
def test_open_time_between_two_moments(start: datetime, minutes: int, city: CityProfile) -> None:
    end = start + minutes * MINUTE
    assert calendar.office_time(start, end, city) == slow_count(start, end, city)


@settings(max_examples=200, deadline=None)
@given(moments, st.integers(1, 3000), cities)
def test_back_from_an_end_the_same_time_lies_between(end: datetime, minutes: int, city: CityProfile) -> None:
    begin = calendar.before(end, f"{minutes} office minutes", city)
    assert calendar.office_time(begin, end, city) == minutes * MINUTE
    assert calendar.office_time(begin, begin + MINUTE, city) == MINUTE


@settings(max_examples=200, deadline=None)
@given(moments, st.integers(1, 20000), st.integers(0, 30000), st.booleans())
def test_a_pause_takes_nothing_from_what_was_left(
    paused: datetime, left: int, gone: int, office: bool
) -> None:
    due = calendar.opened_for(paused, left * MINUTE, CITY) if office else paused + left * MINUTE
    now = paused + gone * MINUTE
    moved = calendar.resumed(due, paused, now, CITY, office=office)
    still = calendar.office_time(now, moved, CITY) if office else moved - now
    assert still == left * MINUTE


@given(moments, st.booleans())
def test_what_is_late_is_not_mended_by_a_pause(paused: datetime, office: bool) -> None:
    for due in (paused, paused - MINUTE):
        assert calendar.resumed(due, paused, paused + 900 * MINUTE, CITY, office=office) == due


@settings(max_examples=60, deadline=None)
@given(moments)
def test_the_next_opening_is_the_first_minute_after_a_night(at: datetime) -> None:
    opens = calendar.next_opening(at, CITY)
    slow = at + MINUTE
    while not (slow_open(slow, CITY) and slow.time() == CITY.hours.windows[0][0]):
        slow += MINUTE
    assert opens == slow


@settings(max_examples=60, deadline=None)
@given(moments, st.integers(1, 500), st.sampled_from(["minutes", "hours", "days"]))
def test_the_natural_clock_never_stops(start: datetime, amount: int, word: str) -> None:
    assert calendar.after(start, f"{amount} {word}", CITY) == start + timedelta(**{word: amount})
    assert calendar.before(start, f"{amount} {word}", CITY) == start - timedelta(**{word: amount})


def test_the_may_holidays_and_their_worked_weekends() -> None:
    """2023: off from 29 April to 3 May, at work on Sunday 23 April and Saturday 6 May."""
    friday = datetime(2023, 4, 28, 17, 0, tzinfo=ZONE)
    assert calendar.after(friday, "2 office hours", CITY) == datetime(2023, 5, 4, 10, 0, tzinfo=ZONE)
    assert calendar.after(friday, "3 workdays", CITY) == datetime(2023, 5, 6, 18, 0, tzinfo=ZONE)
    due = datetime(2023, 5, 4, 18, 0, tzinfo=ZONE)
    assert calendar.before(due, "1 workday", CITY) == datetime(2023, 4, 28, 18, 0, tzinfo=ZONE)


def test_an_hour_is_an_hour_where_clocks_are_changed() -> None:
    abroad = replace(CITY, timezone="Europe/Berlin")
    start = datetime(2023, 3, 26, 0, 30, tzinfo=UTC)  # half an hour before the clocks go forward
    after = calendar.after(start, "2 hours", abroad)
    assert after is not None
    assert after.astimezone(UTC) == start + timedelta(hours=2)


def test_no_limit_is_no_moment() -> None:
    assert calendar.after(FIRST, "", CITY) is None
    assert calendar.before(FIRST, "", CITY) == FIRST


@pytest.mark.parametrize(
    "text", ["", "5", "0 days", "five days", "2 weeks", "-1 day", "1.5 hours", "2 office days"]
)
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no span"):
        read_span(text)
