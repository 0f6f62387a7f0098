"""Periods as they are written, and the days they hold."""

import itertools
from datetime import date

import pytest

from desk.statistics.period import BadPeriod, month_of, read_period


@pytest.mark.parametrize(
    "text", ["", "2022Q5", "2022Q0", "2022-13", "2022-00", "22", "2022-3", "1999", "2022-01-01", "２０２２x"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadPeriod, match="2022, 2023Q1 or 2023-03"):
        read_period(text)


@pytest.mark.parametrize(
    ("text", "first", "last", "days"),
    [
        ("2022", date(2022, 1, 1), date(2022, 12, 31), 365),
        ("2024", date(2024, 1, 1), date(2024, 12, 31), 366),
        ("2023Q1", date(2023, 1, 1), date(2023, 3, 31), 90),
        ("2023q4", date(2023, 10, 1), date(2023, 12, 31), 92),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), 29),
        (" 2023-12 ", date(2023, 12, 1), date(2023, 12, 31), 31),
    ],
)
def test_a_period_holds_its_days(text: str, first: date, last: date, days: int) -> None:
    period = read_period(text)
    assert (period.first, period.last, period.days) == (first, last, days)
    assert str(period) == text.strip().upper()


def test_a_month_may_begin_on_the_nineteenth_of_the_one_before() -> None:
    march, first_quarter, year = (read_period(text, 19) for text in ("2023-03", "2023Q1", "2023"))
    assert (march.first, march.last) == (date(2023, 2, 19), date(2023, 3, 18))
    assert (first_quarter.first, first_quarter.last) == (date(2022, 12, 19), date(2023, 3, 18))
    assert (year.first, year.last) == (date(2022, 12, 19), date(2023, 12, 18))
    assert month_of(date(2023, 2, 19), 19) == march == month_of(date(2023, 3, 18), 19)
    assert month_of(date(2022, 12, 19), 19) == read_period("2023-01", 19)


def test_what_comes_before() -> None:
    assert str(read_period("2023-01").before) == "2022-12"
    assert str(read_period("2023Q1").before) == "2022Q4"
    assert str(read_period("2023Q3").before) == "2023Q2"
    assert str(read_period("2023").before) == "2022"
    assert str(read_period("2023Q1").a_year_before) == "2022Q1"
    assert str(read_period("2023-03").whole_year_before) == "2022"


def test_the_months_of_a_period_follow_one_another_without_a_gap() -> None:
    for starts_on in (1, 19):
        months = read_period("2023", starts_on).months()
        assert [str(month) for month in months] == [f"2023-{n:02}" for n in range(1, 13)]
        assert all((b.first - a.last).days == 1 for a, b in itertools.pairwise(months))
    assert [str(month) for month in read_period("2023Q2").months()] == ["2023-04", "2023-05", "2023-06"]
