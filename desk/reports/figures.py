"""All figures of a period's bulletin, counted in one transaction: the period, what it is compared
with, what was complained of, and how it came to this.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.statistics import queries
from desk.statistics.period import Period, PeriodKind, month_of
from desk.statistics.queries import Tally
from desk.statistics.rates import Counts, Intake
from desk.statistics.satisfaction import Ratings, ratings
from intake.city import CityProfile
from storage.db.sealed import Tx
from storage.surveys import survey_figures
from storage.surveys.survey_figures import Sendings

BACK = {PeriodKind.YEAR: 12, PeriodKind.QUARTER: 12, PeriodKind.MONTH: 13}
"""How many months a bulletin looks back on, its own included."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One period in numbers."""

    period: Period
    intake: Intake
    tally: Tally
    slowest_tenth: int | None  # office minutes in which nine of ten tickets are completed


@dataclass(frozen=True, slots=True)
class Composition:
    """Valid appeals of a period by what they are; keys are codes of the profile, most first."""

    types: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, int] = field(default_factory=dict)
    areas: Mapping[str, int] = field(default_factory=dict)
    categories: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the trend."""

    period: Period
    appeals: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything a bulletin is made of. `compared` holds a_year_before and, where there is one, before
    and whole_year_before.
    """

    city: CityProfile
    as_of: datetime
    now: Figures
    compared: Mapping[str, Figures]
    composition: Composition
    a_year_before: Composition
    praise: Mapping[str, int]
    exclusions: Mapping[str, int]
    trend: tuple[Month, ...]
    said: Ratings | None = None
    sent: Sendings | None = None  # None where the front door's tables lie elsewhere


async def collect(tx: Tx, city: CityProfile, period: Period, as_of: datetime) -> Collected:
    """Count it all. `as_of`: up to when deadlines count as passed."""
    compared = {name: await _figures(tx, city, other, as_of) for name, other in _others(period).items()}
    return Collected(
        city=city,
        as_of=as_of,
        now=await _figures(tx, city, period, as_of),
        compared=compared,
        composition=await _composition(tx, period),
        a_year_before=await _composition(tx, period.a_year_before),
        praise=await queries.praise_by_unit(tx, period),
        exclusions=await queries.exclusions(tx, period),
        trend=await _trend(tx, city, period, as_of),
        said=await ratings(tx, *period.span(ZoneInfo(city.timezone))),
        sent=await _sent(tx, city, period),
    )


async def _sent(tx: Tx, city: CityProfile, period: Period) -> Sendings | None:
    if not await survey_figures.kept_here(tx):
        return None
    zone = ZoneInfo(city.timezone)
    return await survey_figures.counted(tx, *period.span(zone), lambda at: at.astimezone(zone).date())


def _others(period: Period) -> dict[str, Period]:
    others = {"a_year_before": period.a_year_before}
    if period.kind is not PeriodKind.YEAR:
        others["before"] = period.before
    if period.kind is PeriodKind.QUARTER:
        others["whole_year_before"] = period.whole_year_before
    return others


async def _figures(tx: Tx, city: CityProfile, period: Period, as_of: datetime) -> Figures:
    tally = await queries.by_unit(tx, period, as_of, city.rates.evaluation)
    return Figures(period, await queries.intake(tx, period), tally, await queries.slowest_tenth(tx, period))


async def _composition(tx: Tx, period: Period) -> Composition:
    return Composition(
        types=await queries.came_by(tx, period, "appeal_type"),
        channels=await queries.came_by(tx, period, "channel"),
        areas=await queries.came_by(tx, period, "area_code"),
        categories=await queries.came_by_category(tx, period),
    )


async def _trend(tx: Tx, city: CityProfile, period: Period, as_of: datetime) -> tuple[Month, ...]:
    months = [month_of(period.last, period.month_starts_on)]
    while len(months) < BACK[period.kind]:
        months.insert(0, months[0].before)
    first, last = months[0].first, months[-1].last
    came = await queries.by_day(tx, "submitted", first, last)
    handled = await queries.counts_by_day(tx, first, last, as_of, city.rates.evaluation)
    return tuple(
        Month(
            month,
            sum(number for day, number in came.items() if month.first <= day <= month.last),
            sum((c for day, c in handled.items() if month.first <= day <= month.last), Counts()),
        )
        for month in months
    )
