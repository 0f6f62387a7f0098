"""What suddenly many complain of: one matter in one place, against what is usual there, with its days.

The rule: the last day is looked at first; only what is many then is compared with four weeks.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select

from desk.db.derived_tables import facts
from intake.city import CityProfile
from storage.db.sealed import Tx

DAYS = 14
"""Days that a sparkline shows."""
LEAST, TIMES = 5, 3
"""Hot: so many of one matter in one place within a day, and so many times the mean of four weeks."""
_LONG = timedelta(days=28)
_DAY = timedelta(days=1)

_f = facts.c
_matter = func.substr(_f.category_code, 1, 4)


@dataclass(frozen=True, slots=True)
class Hot:
    """One matter in one place. `usual` is the daily mean of the four weeks before; `days` end today."""

    area: str
    category: str
    number: int
    usual: float
    days: tuple[int, ...] = ()

    @property
    def growth(self) -> float | None:
        """How many times the usual; None where nobody ever complained of it before."""
        return self.number / self.usual if self.usual else None


async def hot(tx: Tx, city: CityProfile, now: datetime) -> tuple[Hot, ...]:
    """Ranked: the most first, of as many what grew most."""
    fresh = {(area, matter): number for area, matter, number in await _fresh(tx, now)}
    if not fresh:
        return ()
    before = await _before(tx, list(fresh), now)
    usual = {key: before.get(key, 0) / _LONG.days for key in fresh}
    burning = [key for key, number in fresh.items() if number >= TIMES * usual[key]]
    today = now.astimezone(ZoneInfo(city.timezone)).date()
    days = await _by_day(tx, burning, today) if burning else {}
    found = [Hot(*key, fresh[key], usual[key], _days(days.get(key, {}), today)) for key in burning]
    return tuple(sorted(found, key=lambda one: (-one.number, one.usual, one.area, one.category)))


async def _fresh(tx: Tx, now: datetime) -> list[tuple[str, str, int]]:
    query = (
        select(_f.area_code, _matter, func.count())
        .where(_f.submitted_at > now - _DAY, _f.submitted_at <= now, _f.area_code.is_not(None))
        .group_by(_f.area_code, _matter)
        .having(func.count() >= LEAST)
    )
    return [(area, matter, number) for area, matter, number in await tx.execute(query)]


_Key = tuple[str, str]


async def _before(tx: Tx, keys: list[_Key], now: datetime) -> dict[_Key, int]:
    """Of each, how many there were in the four weeks before the last day."""
    query = (
        select(_f.area_code, _matter, func.count())
        .where(_f.submitted_at > now - _LONG - _DAY, _f.submitted_at <= now - _DAY, _any_of(keys))
        .group_by(_f.area_code, _matter)
    )
    return {(area, matter): number for area, matter, number in await tx.execute(query)}


async def _by_day(tx: Tx, keys: list[_Key], today: date) -> dict[_Key, dict[date, int]]:
    """Of each, how many there were on the days that are shown."""
    query = (
        select(_f.area_code, _matter, _f.submitted_on, func.count())
        .where(_f.submitted_on > today - DAYS * _DAY, _f.submitted_on <= today, _any_of(keys))
        .group_by(_f.area_code, _matter, _f.submitted_on)
    )
    found: dict[_Key, dict[date, int]] = defaultdict(dict)
    for area, matter, day, number in await tx.execute(query):
        found[area, matter][day] = number
    return found


def _any_of(keys: list[_Key]) -> ColumnElement[bool]:
    return or_(*(_about(*key) for key in keys))


def _about(area: str, matter: str) -> ColumnElement[bool]:
    """One matter in one place. A prefix is compared and not cut out of every row of four weeks."""
    return and_(_f.area_code == area, _f.category_code.startswith(matter, autoescape=True))


def _days(by_day: dict[date, int], today: date) -> tuple[int, ...]:
    return tuple(by_day.get(today - back * _DAY, 0) for back in range(DAYS - 1, -1, -1))
