"""What suddenly many complain of: one matter in one place, against what is usual there, with its days.

The rule: the last day is looked at first; only where it burns are four weeks read.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select, tuple_

from desk.roll_ups import facts
from intake.city import CityProfile
from storage.documents import Tx

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
    today = now.astimezone(ZoneInfo(city.timezone)).date()
    before, by_day = await _weeks(tx, list(fresh), now)
    found = [
        Hot(area, matter, number, before[area, matter] / _LONG.days, _days(by_day[area, matter], today))
        for (area, matter), number in fresh.items()
    ]
    burning = [one for one in found if one.number >= TIMES * one.usual]
    return tuple(sorted(burning, key=lambda one: (-one.number, one.usual, one.area, one.category)))


async def _fresh(tx: Tx, now: datetime) -> list[tuple[str, str, int]]:
    query = (
        select(_f.area_code, _matter, func.count())
        .where(_f.submitted_at > now - _DAY, _f.submitted_at <= now, _f.area_code.is_not(None))
        .group_by(_f.area_code, _matter)
        .having(func.count() >= LEAST)
    )
    return [(area, matter, number) for area, matter, number in await tx.execute(query)]


_Key = tuple[str, str]


async def _weeks(
    tx: Tx, keys: list[_Key], now: datetime
) -> tuple[dict[_Key, int], dict[_Key, dict[date, int]]]:
    """Of each, how many there were before the last day, and on which days."""
    old = func.sum(case((_f.submitted_at <= now - _DAY, 1), else_=0))
    query = (
        select(_f.area_code, _matter, _f.submitted_on, func.count(), old)
        .where(_f.submitted_at > now - _LONG - _DAY, _f.submitted_at <= now)
        .where(tuple_(_f.area_code, _matter).in_(keys))
        .group_by(_f.area_code, _matter, _f.submitted_on)
    )
    before: dict[_Key, int] = defaultdict(int)
    by_day: dict[_Key, dict[date, int]] = defaultdict(dict)
    for area, matter, day, number, older in await tx.execute(query):
        before[area, matter] += older
        by_day[area, matter][day] = number
    return before, by_day


def _days(by_day: dict[date, int], today: date) -> tuple[int, ...]:
    return tuple(by_day.get(today - back * _DAY, 0) for back in range(DAYS - 1, -1, -1))
