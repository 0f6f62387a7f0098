"""Counting a period: sums over `facts`, each one a statement that reads only that period's rows.

The rules: tickets belong to the day their present lead unit got them (its last dispatch) and to
that unit; what was withdrawn or merged is no ticket. What came in belongs to the day it was submitted.
`as_of` says up to when deadlines count as passed and completions as done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, not_, or_, select, true

from desk.db.derived_tables import facts
from desk.statistics.period import Period
from desk.statistics.rates import Counts, Intake
from desk.workflow.states import State
from storage.db.sealed import Tx

Condition = ColumnElement[bool]

_f = facts.c
_GONE = (State.WITHDRAWN, State.MERGED)
_ENDED = (
    State.WITHDRAWN,
    State.MERGED,
    State.NOT_ACCEPTED,
    State.EMERGENCY_REDIRECTED,
    State.CLOSED_INCOMPLETE,
)
VOID = "QT"


@dataclass(frozen=True, slots=True)
class Tally:
    """A period's counts by unit: `full` is 全口径, `assessed` 考核口径 (without what was excluded)."""

    full: dict[str, Counts]
    assessed: dict[str, Counts]

    def all(self, *, assessed: bool) -> Counts:
        """All units together."""
        return sum((self.assessed if assessed else self.full).values(), Counts())


async def by_unit(tx: Tx, period: Period, as_of: datetime, evaluation: str) -> Tally:
    """The dispatched tickets' counts; `evaluation` is last_round or first_round."""
    full: dict[str, Counts] = {}
    assessed: dict[str, Counts] = {}
    keys = (_f.lead_unit, _f.excluded)
    for (unit, excluded), counts in await _counted(tx, keys, _dispatched(period), as_of, evaluation):
        full[unit or ""] = full.get(unit or "", Counts()) + counts
        if not excluded:
            assessed[unit or ""] = counts
    return Tally(full, assessed)


async def together(tx: Tx, period: Period, as_of: datetime, evaluation: str) -> Counts:
    """All units' dispatched tickets as one, 考核口径: `by_unit`'s sum where nobody asks for the units."""
    where = and_(_dispatched(period), not_(_f.excluded))
    return (await _counted(tx, (), where, as_of, evaluation))[0][1]


async def counts_by_day(
    tx: Tx, first: date, last: date, as_of: datetime, evaluation: str
) -> dict[date, Counts]:
    """The counts of the tickets dispatched on each day, without what was excluded."""
    where = and_(_f.dispatched_on.between(first, last), _f.state.not_in(_GONE), not_(_f.excluded))
    found = await _counted(tx, (_f.dispatched_on,), where, as_of, evaluation)
    return {day: counts for (day,), counts in found}


async def intake(tx: Tx, period: Period) -> Intake:
    """What came in."""
    forwarded = _f.dispatched_on.is_not(None)
    over = and_(_f.state.in_(_ENDED), not_(forwarded))
    wanted = {
        "submitted": true(),
        "void": _f.appeal_type == VOID,
        "recalled": _recalled(),
        "accepted": _f.accepted,
        "direct": and_(_f.accepted, _f.direct),
        "forwarded": and_(_f.accepted, forwarded),
        "ended": and_(_f.accepted, not_(_f.direct), over),
        "praise": _f.appeal_type == "BY",
    }
    query = select(*(_sum(condition) for condition in wanted.values())).where(_came(period))
    row = (await tx.execute(query)).one()
    return Intake(**dict(zip(wanted, row, strict=True)))


async def came_by(tx: Tx, period: Period, column: str) -> dict[str, int]:
    """Valid appeals of the period by channel, appeal_type or area_code; most first."""
    return await _grouped(tx, facts.c[column], _came(period), _valid())


async def came_by_category(tx: Tx, period: Period, digits: int = 4) -> dict[str, int]:
    """Valid appeals of the period by category, its code cut to `digits`; most first."""
    return await _grouped(tx, func.substr(_f.category_code, 1, digits), _came(period), _valid())


async def praise_by_unit(tx: Tx, period: Period) -> dict[str, int]:
    """Commendations that came in, by the unit they were sent to; most first."""
    return await _grouped(tx, _f.lead_unit, _came(period), _f.appeal_type == "BY")


async def exclusions(tx: Tx, period: Period) -> dict[str, int]:
    """Excluded tickets of the period by reason; most first."""
    return await _grouped(tx, _f.exclusion_code, _dispatched(period), _f.excluded)


async def by_day(tx: Tx, what: str, first: date, last: date) -> dict[date, int]:
    """How many were submitted (valid appeals only), dispatched or completed (`what`) on each day with any."""
    day = facts.c[f"{what}_on"]
    query = select(day, func.count()).where(day.between(first, last)).group_by(day).order_by(day)
    query = query.where(_valid()) if what == "submitted" else query
    return {row[0]: row[1] for row in await tx.execute(query)}


async def slowest_tenth(tx: Tx, period: Period) -> int | None:
    """P90 of the office minutes from dispatch to completion; what was excluded does not count."""
    done = (_dispatched(period), not_(_f.excluded), _f.minutes.is_not(None))
    number = (await tx.execute(select(func.count()).select_from(facts).where(*done))).scalar_one()
    query: Select[Any] = select(_f.minutes).where(*done).order_by(_f.minutes)
    found: int | None = (await tx.execute(query.limit(1).offset(max(-(-number * 9 // 10) - 1, 0)))).scalar()
    return found


def _conditions(as_of: datetime, evaluation: str) -> dict[str, Condition]:
    prefix = evaluation.removesuffix("_round")
    satisfied, solved = facts.c[f"{prefix}_satisfied"], facts.c[f"{prefix}_solved"]
    done = and_(_f.completed_at.is_not(None), _f.completed_at <= as_of)
    signed = and_(_f.signed_at.is_not(None), _f.signed_at <= as_of)
    passed = and_(_f.due_at.is_not(None), _f.due_at <= as_of)
    over = or_(_f.late_before, and_(done, _f.completed_at > _f.due_at))
    return {
        "tickets": true(),
        "judged_signing": and_(_f.sign_due.is_not(None), or_(signed, _f.sign_due <= as_of)),
        "signed_in_time": and_(signed, _f.signed_at <= _f.sign_due),
        "completed": done,
        "judged_handling": or_(done, passed, _f.late_before),
        "done_in_time": and_(done, not_(_f.late_before), _f.completed_at <= _f.due_at),
        "done_late": and_(done, over),
        "open_late": and_(not_(done), or_(passed, _f.late_before)),
        "attempted": _f.attempted,
        "called_back": and_(done, _f.attempted),
        "answered": _f.answered,
        "contacted": and_(_f.answered, facts.c[f"{prefix}_contacted"] == true()),
        "satisfied": satisfied == literal("satisfied"),
        "basically": satisfied == literal("basically"),
        "dissatisfied": satisfied == literal("dissatisfied"),
        "solved": solved == literal("yes"),
        "partly": solved == literal("partly"),
        "unsolved": solved == literal("no"),
        "returned": _f.returns > 0,
        "extended": _f.extended,
        "reworked": and_(done, _f.round > 1),
        "supervised": _f.supervised > 1,
        "repeated": _f.repeats > 0,
    }


async def _counted(
    tx: Tx, keys: tuple[ColumnElement[Any], ...], where: Condition, as_of: datetime, evaluation: str
) -> list[tuple[tuple[Any, ...], Counts]]:
    conditions = {name: _sum(one) for name, one in _conditions(as_of, evaluation).items()}
    measured = {
        "moved": func.coalesce(func.sum(case((_f.dispatches > 1, _f.dispatches - 1), else_=0)), 0),
        "minutes": func.coalesce(func.sum(_f.minutes), 0),
    }
    wanted = conditions | measured
    rows = await tx.execute(select(*keys, *wanted.values()).where(where).group_by(*keys))
    return [
        (tuple(row[: len(keys)]), Counts(**dict(zip(wanted, row[len(keys) :], strict=True)))) for row in rows
    ]


def _dispatched(period: Period) -> Condition:
    return and_(_f.dispatched_on.between(period.first, period.last), _f.state.not_in(_GONE))


def _sum(condition: Condition) -> ColumnElement[int]:
    return func.count().filter(condition)


def _came(period: Period) -> Condition:
    return _f.submitted_on.between(period.first, period.last)


def _recalled() -> Condition:
    return and_(_f.state == State.WITHDRAWN, not_(_f.accepted))


def _valid() -> Condition:
    return and_(_f.appeal_type != VOID, not_(_recalled()))


async def _grouped(tx: Tx, column: ColumnElement[Any], *where: Condition) -> dict[str, int]:
    query = select(column, func.count()).where(*where).group_by(column)
    rows: Sequence[Any] = (await tx.execute(query)).all()
    return {key or "": number for key, number in sorted(rows, key=lambda row: (-row[1], row[0] or ""))}
