"""What a leader should know this morning, on one screen: counted from the day's rows and the open tickets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, false, func, or_, select

from desk.db.tables import surveys, tickets
from desk.statistics import dashboard, queries
from desk.statistics.hotspots import Hot, hot
from desk.statistics.period import month_of
from desk.statistics.rates import Ratio, rates
from desk.workflow.states import OPEN, State
from intake.city import CityProfile
from storage.db.sealed import Tx

_t = tickets.c
_DAY = timedelta(days=1)
_WHAT = ("submitted", "dispatched", "completed")


@dataclass(frozen=True, slots=True)
class Digest:
    """`came` counts the day before `day`, `so_far` the day itself up to now; `late` names units, worst first.

    `waiting` counts what the centre or a leader has to decide, `special` what is supervised.
    `month` holds the three rates of the month that `day` lies in.
    """

    day: date
    came: Mapping[str, int]
    so_far: Mapping[str, int]
    lights: Mapping[str, int]
    late: tuple[tuple[str, int], ...]
    special: Mapping[str, int]
    waiting: Mapping[str, int]
    unhappy: int
    rated: int
    hot: tuple[Hot, ...]
    month: Mapping[str, Ratio]


async def digest(tx: Tx, city: CityProfile, now: datetime) -> Digest:
    """The digest as of now."""
    zone = ZoneInfo(city.timezone)
    day = now.astimezone(zone).date()
    by_day = {what: await queries.by_day(tx, what, day - _DAY, day) for what in _WHAT}
    special = await _special(tx)
    unhappy, rated = await _said(tx, datetime.combine(day - _DAY, time(), zone))
    return Digest(
        day=day,
        came={what: days.get(day - _DAY, 0) for what, days in by_day.items()},
        so_far={what: days.get(day, 0) for what, days in by_day.items()},
        lights=await dashboard.lights(tx, now),
        late=await _late(tx, now),
        special={name: special[name] for name in ("supervised", "instructed", "problem", "rework")},
        waiting={name: special[name] for name in ("asked", "returns", "answers")},
        unhappy=unhappy,
        rated=rated,
        hot=await hot(tx, city, now),
        month=await _month(tx, city, now, day),
    )


async def _late(tx: Tx, now: datetime) -> tuple[tuple[str, int], ...]:
    held = await dashboard.held(tx, now)
    return tuple(sorted(((unit, late) for unit, (_, late) in held.items() if late), key=lambda one: -one[1]))


async def _special(tx: Tx) -> dict[str, int]:
    conditions = {
        "supervised": _t.supervise_level >= 2,
        "instructed": _t.supervise_level >= 4,
        "problem": _t.problem,
        "rework": _t.round > 1,
        "asked": or_(_t.pending.is_not(None), _t.exclusion == "requested"),
        "returns": _t.state == State.RETURN_REVIEW,
        "answers": _t.state == State.REPLY_REVIEW,
    }
    sums = (func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in conditions.values())
    row = (await tx.execute(select(*sums).where(_t.state.in_(sorted(OPEN))))).one()
    return dict(zip(conditions, row, strict=True))


async def _said(tx: Tx, start: datetime) -> tuple[int, int]:
    """How many of a day's ratings were unhappy, and how many there were."""
    s = surveys.c
    unhappy = or_(s.satisfied == "dissatisfied", s.solved == "no")
    query = select(func.coalesce(func.sum(case((unhappy, 1), else_=0)), 0), func.count()).where(
        and_(s.received_at >= start, s.received_at < start + _DAY), s.answered, s.late == false()
    )
    row = (await tx.execute(query)).one()
    return row[0], row[1]


async def _month(tx: Tx, city: CityProfile, now: datetime, day: date) -> Mapping[str, Ratio]:
    formula = city.rates.formula
    tally = await queries.by_unit(tx, month_of(day, city.rates.month_starts_on), now, city.rates.evaluation)
    all_rates = rates(tally.all(assessed=True), formula)
    return {name: all_rates[name] for name in formula.three}
