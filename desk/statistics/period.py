"""A reporting period in the city's days: a year, a quarter or a month, and what it is compared with. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

_WRITTEN = re.compile(r"(20\d\d|21\d\d)(?:Q([1-4])|-(0[1-9]|1[0-2]))?")
_DAY = timedelta(days=1)


class PeriodKind(StrEnum):
    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"


_MONTHS = {PeriodKind.YEAR: 12, PeriodKind.QUARTER: 3, PeriodKind.MONTH: 1}


class BadPeriod(ValueError):
    """Not a period; the sentence says how one is written."""


@dataclass(frozen=True, slots=True)
class Period:
    """`number` is the quarter or month of the `year`, 1 for a year.

    `month_starts_on` is the day a month begins on: 19 makes March the 19th of February to the
    18th of March.
    """

    kind: PeriodKind
    year: int
    number: int = 1
    month_starts_on: int = 1

    @property
    def first(self) -> date:
        """The first day."""
        return self._opening(self._month)

    @property
    def last(self) -> date:
        """The last day."""
        return self._opening(self._month + _MONTHS[self.kind]) - _DAY

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def span(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Its first moment there, and the first after it."""
        first = datetime.combine(self.first, time.min, zone)
        end = datetime.combine(self.last + _DAY, time.min, zone)
        return first.astimezone(UTC), end.astimezone(UTC)

    @property
    def before(self) -> "Period":
        """The period of the same kind just before."""
        if self.kind is PeriodKind.YEAR:
            return self.a_year_before
        year, number = (self.year, self.number - 1) if self.number > 1 else (self.year - 1, 0)
        last = {PeriodKind.QUARTER: 4, PeriodKind.MONTH: 12}[self.kind]
        return Period(self.kind, year, number or last, self.month_starts_on)

    @property
    def a_year_before(self) -> "Period":
        return Period(self.kind, self.year - 1, self.number, self.month_starts_on)

    @property
    def whole_year_before(self) -> "Period":
        """All of the year before."""
        return Period(PeriodKind.YEAR, self.year - 1, 1, self.month_starts_on)

    def months(self) -> tuple["Period", ...]:
        """Its months, first to last."""
        count = range(self._month, self._month + _MONTHS[self.kind])
        return tuple(
            Period(PeriodKind.MONTH, month // 12, month % 12 + 1, self.month_starts_on) for month in count
        )

    def __str__(self) -> str:
        tail = {
            PeriodKind.YEAR: "",
            PeriodKind.QUARTER: f"Q{self.number}",
            PeriodKind.MONTH: f"-{self.number:02}",
        }
        return f"{self.year}{tail[self.kind]}"

    @property
    def _month(self) -> int:
        """Its first month, counted from the year 0."""
        return self.year * 12 + (self.number - 1) * _MONTHS[self.kind]

    def _opening(self, month: int) -> date:
        if self.month_starts_on > 1:
            month -= 1
        return date(month // 12, month % 12 + 1, self.month_starts_on)


def read_period(text: str, month_starts_on: int = 1) -> Period:
    """`2022`, `2023Q1` or `2023-03`. Raises BadPeriod."""
    found = _WRITTEN.fullmatch(text.strip().upper())
    if found is None:
        raise BadPeriod(f"{text!r} is no period; write 2022, 2023Q1 or 2023-03")
    year, quarter, month = found.groups()
    kind = PeriodKind.QUARTER if quarter else PeriodKind.MONTH if month else PeriodKind.YEAR
    return Period(kind, int(year), int(quarter or month or 1), month_starts_on)


def month_of(day: date, month_starts_on: int = 1) -> Period:
    """The month a day belongs to."""
    month = day.year * 12 + day.month - 1 + (1 if day.day >= month_starts_on > 1 else 0)
    return Period(PeriodKind.MONTH, month // 12, month % 12 + 1, month_starts_on)
