"""What a leader looks at every morning: today, the backlog by light, where it burns. Counted, never listed.

Every statement reads the last days of `facts`, or the open tickets, by an index.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

from desk.db.derived_tables import facts
from desk.db.tables import tickets
from desk.statistics import queries
from desk.statistics.hotspots import Hot, hot
from desk.workflow.states import OPEN, WITH_UNIT, State
from intake.city import CityProfile
from storage.db.sealed import Tx

DAYS = 30
_LONG = timedelta(days=28)
_DAY = timedelta(days=1)
_MATTER = 4  # digits of a category's code that name the matter

_f, _t = facts.c, tickets.c


@dataclass(frozen=True, slots=True)
class Overview:
    """`days` holds each day's appeals and completions, `areas` and `matters` the appeals of 30 days."""

    today: Mapping[str, int]
    yesterday: Mapping[str, int]
    lights: Mapping[str, int]
    days: tuple[tuple[date, int, int], ...]
    areas: Mapping[str, int]
    matters: Mapping[str, int]
    hot: tuple[Hot, ...]


@dataclass(frozen=True, slots=True)
class Overdue:
    """A ticket past its deadline, or in another round; times are the clock's own."""

    hotline_ref: str
    reference: str
    unit: str
    category: str
    area: str
    state: State
    round: int
    supervised: int
    due_at: datetime | None


async def overview(tx: Tx, city: CityProfile, now: datetime) -> Overview:
    """All of it."""
    today = now.astimezone(ZoneInfo(city.timezone)).date()
    first = today - (DAYS - 1) * _DAY
    by_day = {what: await queries.by_day(tx, what, first, today) for what in _WHAT}
    areas, matters = await _where_and_what(tx, first, today)
    return Overview(
        today={what: days.get(today, 0) for what, days in by_day.items()},
        yesterday={what: days.get(today - _DAY, 0) for what, days in by_day.items()},
        lights=await lights(tx, now),
        days=tuple(
            (day, by_day["submitted"].get(day, 0), by_day["completed"].get(day, 0))
            for day in (first + n * _DAY for n in range(DAYS))
        ),
        areas=areas,
        matters=matters,
        hot=await hot(tx, city, now),
    )


async def lights(tx: Tx, now: datetime) -> dict[str, int]:
    """How many open tickets are red, yellow and green, and how many have no deadline now."""
    light = case(
        (tickets.c.watch_due.is_(None), "none"),
        (tickets.c.watch_due <= now, "red"),
        (tickets.c.watch_warn <= now, "yellow"),
        else_="green",
    )
    query = select(light, func.count()).where(tickets.c.state.in_(sorted(OPEN))).group_by(light)
    return {row[0]: row[1] for row in await tx.execute(query)}


async def overdue(tx: Tx, now: datetime, limit: int) -> tuple[Overdue, ...]:
    """Tickets at a unit past their deadline, the longest first."""
    return await _listed(tx, [_t.due_at <= now], limit)


async def reworked(tx: Tx, limit: int) -> tuple[Overdue, ...]:
    """Tickets that are handled once more, the earliest deadline first."""
    return await _listed(tx, [_t.round > 1], limit)


async def held(tx: Tx, now: datetime) -> dict[str, tuple[int, int]]:
    """How many open tickets each unit leads, and how many of them are past the deadline they wait for."""
    late = func.sum(case((_t.watch_due <= now, 1), else_=0))
    open_ = _t.state.in_(sorted(OPEN))
    query = select(_t.lead_unit, func.count(), late).where(open_, _t.lead_unit.is_not(None))
    return {unit: (number, over) for unit, number, over in await tx.execute(query.group_by(_t.lead_unit))}


async def topics(tx: Tx, city: CityProfile, now: datetime) -> list[tuple[str, int, int]]:
    """Candidates for the topic of the month: categories, with the appeals of this and the last four weeks."""
    today = now.astimezone(ZoneInfo(city.timezone)).date()
    matter = func.substr(_f.category_code, 1, _MATTER)
    this = await _grouped(tx, matter, today - _LONG + _DAY, today)
    last = await _grouped(tx, matter, today - 2 * _LONG + _DAY, today - _LONG)
    return sorted(
        ((code, number, last.get(code, 0)) for code, number in this.items()),
        key=lambda row: -(row[1] + 2 * max(row[1] - row[2], 0)),
    )


_WHAT = ("submitted", "dispatched", "completed")


async def _where_and_what(tx: Tx, first: date, last: date) -> tuple[dict[str, int], dict[str, int]]:
    """The appeals of these days by area and by matter, out of one reading; most first."""
    query = select(_f.area_code, _f.category_code, func.count()).where(_f.submitted_on.between(first, last))
    areas: Counter[str] = Counter()
    matters: Counter[str] = Counter()
    for area, category, number in await tx.execute(query.group_by(_f.area_code, _f.category_code)):
        areas[area or ""] += number
        matters[category[:_MATTER]] += number
    return _most_first(areas), _most_first(matters)


async def _grouped(tx: Tx, column: Any, first: date, last: date) -> dict[str, int]:
    query = select(column, func.count()).where(_f.submitted_on.between(first, last)).group_by(column)
    return _most_first({key or "": number for key, number in await tx.execute(query)})


def _most_first(found: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


async def _listed(tx: Tx, conditions: Sequence[Any], limit: int) -> tuple[Overdue, ...]:
    query = (
        select(
            _t.hotline_ref,
            _t.reference,
            _t.lead_unit,
            _t.category_code,
            _t.area_code,
            _t.state,
            _t.round,
            _t.supervise_level,
            _t.due_at,
        )
        .where(_t.state.in_(sorted(WITH_UNIT)), *conditions)
        .order_by(_t.due_at, _t.id)
        .limit(limit)
    )
    return tuple(
        Overdue(
            row.hotline_ref,
            row.reference,
            row.lead_unit or "",
            row.category_code,
            row.area_code or "",
            State(row.state),
            row.round,
            row.supervise_level,
            row.due_at,
        )
        for row in await tx.execute(query)
    )
