"""Working days against a slow, obvious calendar; office and quiet hours; the date that is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.city import CityProfile, YearTable, load
from intake.city.workdays import (
    Source,
    add_workdays,
    expected_by,
    in_office_hours,
    in_quiet_hours,
    is_workday,
    source,
    unannounced,
)
from intake.model.ticket import AppealType, Urgency, UrgencyLevel

SHANGHAI = ZoneInfo("Asia/Shanghai")
CITY = load("jiayuguan")
HOLIDAYS = CITY.years[2026].holidays
EXTRA = CITY.years[2026].workdays


def slow_count(start: date, days: int) -> date:
    """Walk through 2026 with a pencil."""
    day = start
    while days:
        day = day + timedelta(1)
        weekend = day.isoweekday() in {6, 7}
        if day in EXTRA or (not weekend and day not in HOLIDAYS):
            days = days - 1
    return day


@settings(max_examples=200, deadline=None)
@given(start=st.dates(date(2026, 1, 1), date(2026, 11, 1)), days=st.integers(0, 25))
def test_counting_agrees_with_a_slow_calendar(start: date, days: int) -> None:
    assert add_workdays(start, days, CITY) == slow_count(start, days)


@settings(max_examples=100, deadline=None)
@given(
    start=st.dates(date(2026, 1, 1), date(2026, 10, 1)), first=st.integers(0, 15), second=st.integers(0, 15)
)
def test_counting_in_two_steps_is_counting_once(start: date, first: int, second: int) -> None:
    assert add_workdays(add_workdays(start, first, CITY), second, CITY) == add_workdays(
        start, first + second, CITY
    )


@settings(max_examples=150, deadline=None)
@given(day=st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_our_table_says_what_the_library_says(day: date) -> None:
    assert is_workday(day, CITY) == is_workday(day, replace(CITY, years={}))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-10-01", False),  # National Day, a Thursday
        ("2026-10-10", True),  # a Saturday worked for it
        ("2026-10-11", False),
        ("2026-02-14", True),
        ("2026-02-16", False),
        ("2023-05-06", True),
        ("2023-05-01", False),
    ],
)
def test_holidays_and_worked_weekends(day: str, worked: bool, city: CityProfile) -> None:
    assert is_workday(date.fromisoformat(day), city) is worked


def test_the_profile_wins_over_the_library(city: CityProfile) -> None:
    own = replace(city, years={2026: YearTable(holidays=frozenset({date(2026, 11, 24)}))})

    assert is_workday(date(2026, 11, 24), city)
    assert not is_workday(date(2026, 11, 24), own)


def test_where_the_days_come_from_is_said(city: CityProfile) -> None:
    assert source(2026, city) is Source.PROFILE
    assert source(2024, city) is Source.LIBRARY
    assert source(2060, city) is Source.LAW


# --- a year that nobody has announced yet: the library ends with 2026


@pytest.fixture
def next_year(city: CityProfile) -> CityProfile:
    """What a city that kept its file up to date in December 2026 writes for the year after."""
    new_year, spring = date(2027, 1, 4), date(2027, 2, 8)
    table = YearTable(
        holidays=frozenset({date(2027, 1, 1), new_year, spring}), workdays=frozenset({date(2027, 1, 9)})
    )
    return replace(city, years={**city.years, 2027: table})


@pytest.mark.parametrize(
    ("start", "days", "ends"),
    [
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # Friday the 1st is a holiday by law
        (date(2026, 12, 24), 5, date(2026, 12, 31)),
        (date(2026, 12, 24), 15, date(2027, 1, 15)),
        (date(2027, 4, 30), 1, date(2027, 5, 3)),  # 1 and 2 May are a weekend, and fixed by law
        (date(2027, 9, 30), 1, date(2027, 10, 4)),
    ],
)
def test_a_deadline_that_crosses_into_an_unannounced_year(
    start: date, days: int, ends: date, city: CityProfile
) -> None:
    assert add_workdays(start, days, city) == ends


@pytest.mark.parametrize(("month", "day"), [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)])
def test_no_unannounced_year_works_on_what_the_law_fixes(month: int, day: int, city: CityProfile) -> None:
    assert not any(is_workday(date(year, month, day), city) for year in range(2027, 2061))


def test_the_profiles_table_moves_the_same_deadline(next_year: CityProfile) -> None:
    assert add_workdays(date(2026, 12, 31), 1, next_year) == date(2027, 1, 5)
    assert add_workdays(date(2027, 1, 8), 1, next_year) == date(2027, 1, 9)  # a worked Saturday


def test_the_date_told_on_new_years_eve(city: CityProfile) -> None:
    eve = datetime(2026, 12, 31, 9, 0, tzinfo=UTC)

    told = {type_: expected_by(type_, Urgency(UrgencyLevel.NORMAL), eve, city) for type_ in AppealType}

    assert all(date(2027, 1, 4) <= day for day in told.values())
    assert not in_office_hours(datetime(2027, 1, 1, 2, 0, tzinfo=UTC), city)
    assert in_office_hours(datetime(2027, 1, 4, 2, 0, tzinfo=UTC), city)


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2026, 6, 1), ()),  # too early: nobody can know
        (date(2026, 11, 27), (2027,)),
        (date(2027, 1, 2), (2027,)),
        (date(2027, 12, 1), (2027, 2028)),
    ],
)
def test_a_missing_years_table_is_noticed_in_time(
    today: date, missing: tuple[int, ...], city: CityProfile, next_year: CityProfile
) -> None:
    assert unannounced(today, city) == missing
    assert 2027 not in unannounced(today, next_year)


def test_a_moment_keeps_its_hour_and_comes_back_in_the_citys_zone(city: CityProfile) -> None:
    late = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)  # Saturday 01:30 in the city

    assert add_workdays(late, 1, city) == datetime(2026, 11, 23, 1, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("appeal_type", "level", "expected"),
    [
        (AppealType.ENQUIRY, UrgencyLevel.NORMAL, date(2026, 10, 8)),
        (AppealType.HELP, UrgencyLevel.NORMAL, date(2026, 10, 13)),
        (AppealType.HELP, UrgencyLevel.URGENT, date(2026, 10, 2)),
        (AppealType.HELP, UrgencyLevel.CRITICAL, date(2026, 10, 1)),
    ],
)
def test_the_date_the_citizen_is_told(
    appeal_type: AppealType, level: UrgencyLevel, expected: date, city: CityProfile
) -> None:
    on_the_eve_of_the_holidays = datetime(2026, 9, 30, 4, 0, tzinfo=UTC)

    assert expected_by(appeal_type, Urgency(level), on_the_eve_of_the_holidays, city) == expected


@pytest.mark.parametrize(
    ("clock", "office", "quiet"),
    [
        ("2026-11-23T09:00", True, False),
        ("2026-11-23T11:59", True, False),
        ("2026-11-23T12:00", False, False),
        ("2026-11-23T14:30", True, False),
        ("2026-11-23T20:59", False, False),
        ("2026-11-23T21:00", False, True),
        ("2026-11-23T03:00", False, True),
        ("2026-11-23T08:00", False, False),
        ("2026-11-22T10:00", False, False),  # Sunday
        ("2026-10-10T10:00", True, False),  # worked Saturday
    ],
)
def test_office_and_quiet_hours(clock: str, office: bool, quiet: bool, city: CityProfile) -> None:
    at = datetime.fromisoformat(clock).replace(tzinfo=SHANGHAI).astimezone(UTC)

    assert (in_office_hours(at, city), in_quiet_hours(at, city)) == (office, quiet)


def test_quiet_hours_within_one_day(city: CityProfile) -> None:
    siesta = replace(
        city,
        hours=replace(city.hours, quiet_from=city.hours.windows[0][1], quiet_until=city.hours.windows[1][0]),
    )

    assert in_quiet_hours(datetime(2026, 11, 23, 13, 0, tzinfo=SHANGHAI), siesta)
    assert not in_quiet_hours(datetime(2026, 11, 23, 3, 0, tzinfo=SHANGHAI), siesta)
