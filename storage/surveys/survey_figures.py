"""What became of the surveys of a time: sent, delivered, answered and all that is not, counted.

The rule: a survey counts in the time in which it was asked; one that was never asked, in that in which it
was requested.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, inspect, select

from storage.db.sealed import Tx
from storage.db.tables import surveys

NOBODY = ""
"""The channel of those no chat leads to."""


@dataclass(frozen=True, slots=True)
class SurveyCounts:
    """`planned` wait for their turn, `waiting` for an answer; the others add up to all that is over."""

    planned: int = 0
    sent: int = 0
    delivered: int = 0
    answered: int = 0
    refused: int = 0
    unreachable: int = 0
    no_answer: int = 0
    waiting: int = 0

    def __add__(self, other: "SurveyCounts") -> "SurveyCounts":
        both = ((getattr(self, name), getattr(other, name)) for name in SurveyCounts.__slots__)
        return SurveyCounts(*(one + another for one, another in both))


@dataclass(frozen=True, slots=True)
class Reminded:
    """Of those who got so many reminders: how many there were, and how many answered after the last."""

    reminders: int
    reached: int
    answered: int


@dataclass(frozen=True, slots=True)
class Sendings:
    """A time's surveys."""

    by_channel: dict[str, SurveyCounts]
    by_unit: dict[str, SurveyCounts]
    by_day: dict[date, SurveyCounts]
    by_reminder: tuple[Reminded, ...]

    @property
    def all(self) -> SurveyCounts:
        return sum(self.by_channel.values(), SurveyCounts())


async def kept_here(tx: Tx) -> bool:
    """Whether this database has the front door's tables; a desk alone may have its own."""
    return await tx.run_sync(lambda connection: inspect(connection).has_table(surveys.name))


async def counted(tx: Tx, first: datetime, end: datetime, day: Callable[[datetime], date]) -> Sendings:
    """All that was asked from `first` to before `end`; `day` says to which day a moment belongs."""
    by_channel: dict[str, SurveyCounts] = {}
    by_unit: dict[str, SurveyCounts] = {}
    columns = (surveys.c.channel, surveys.c.unit)
    for row in await tx.execute(select(*columns, *_SUMS).where(_in(first, end)).group_by(*columns)):
        found = SurveyCounts(*(int(number or 0) for number in row[2:]))
        by_channel[row.channel or NOBODY] = by_channel.get(row.channel or NOBODY, SurveyCounts()) + found
        by_unit[row.unit] = by_unit.get(row.unit, SurveyCounts()) + found
    return Sendings(by_channel, by_unit, await _by_day(tx, first, end, day), await _reminded(tx, first, end))


async def _by_day(
    tx: Tx, first: datetime, end: datetime, day: Callable[[datetime], date]
) -> dict[date, SurveyCounts]:
    found: dict[date, SurveyCounts] = {}
    asked = select(surveys.c.asked_at, *_STATES).where(_in(first, end), surveys.c.asked_at.is_not(None))
    async for row in await tx.stream(asked):
        at = day(row.asked_at)
        found[at] = found.get(at, SurveyCounts()) + SurveyCounts(*(int(number or 0) for number in row[1:]))
    return dict(sorted(found.items()))


async def _reminded(tx: Tx, first: datetime, end: datetime) -> tuple[Reminded, ...]:
    answered = func.sum(case((surveys.c.state == "answered", 1), else_=0))
    statement = select(surveys.c.reminders, func.count(), answered).where(
        _in(first, end), surveys.c.asked_at.is_not(None), _delivered()
    )
    rows = {
        row.reminders: (row[1], int(row[2]))
        for row in await tx.execute(statement.group_by(surveys.c.reminders))
    }
    most = max(rows, default=0)
    return tuple(
        Reminded(
            number, sum(count for r, (count, _) in rows.items() if r >= number), rows.get(number, (0, 0))[1]
        )
        for number in range(most + 1)
    )


def _in(first: datetime, end: datetime) -> ColumnElement[bool]:
    at = func.coalesce(surveys.c.asked_at, surveys.c.requested_at, type_=surveys.c.asked_at.type)
    return (at >= first) & (at < end)


def _delivered() -> ColumnElement[bool]:
    return (surveys.c.state == "answered") | (surveys.c.delivery == "done")


def _conditions() -> tuple[ColumnElement[bool], ...]:
    asked = surveys.c.asked_at.is_not(None)
    states = (
        surveys.c.state == name for name in ("answered", "refused", "unreachable", "no_answer", "asked")
    )
    return (surveys.c.state.in_(("listed", "planned")), asked, asked & _delivered(), *states)


_STATES = tuple(case((condition, 1), else_=0) for condition in _conditions())
_SUMS = tuple(func.sum(one) for one in _STATES)
