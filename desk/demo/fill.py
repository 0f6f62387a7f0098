"""A living city by chance: as many tickets as wanted, denser by day than by night, the latest still open.

How long a unit takes, how many people answer and how happy they are differs from unit to unit, so
that a bulletin has something to tell; in the last day one matter troubles one place.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from desk.demo.story import DemoAnswer, Round, Story
from desk.workflow import calendar
from intake.city import CityProfile
from intake.model.ticket import AppealType

_DAY = timedelta(days=1)
_HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 18, 14, 9, 10, 14, 16, 16, 14, 11, 10, 9, 7, 4, 2)
_TYPES = {"ZX": 30, "QZ": 28, "TS": 27, "JB": 7, "JY": 6, "BY": 2}
_CHANNELS = {"TEL": 70, "WX": 26, "TG": 4}
_OVERDUE = 0.012
_UNHAPPY = 0.05
_TROUBLED = 4
"""Of the last day's appeals every so many-th is of one matter in one place."""


@dataclass(frozen=True, slots=True)
class FillPlan:
    """`tickets` over the `days` up to `now`; `direct` is the part answered at once."""

    tickets: int
    now: datetime
    days: int = 365
    direct: float = 0.5


class Filler:
    """Makes up stories of one city."""

    def __init__(self, city: CityProfile, wanted: FillPlan, seed: int) -> None:
        self.city = city
        self.wanted = wanted
        self.chance = random.Random(seed)  # noqa: S311  # made up, not a secret
        self.zone = ZoneInfo(city.timezone)
        codes = [code for code in city.categories if len(code) > 2] or list(city.categories)
        self.codes = codes
        self.weights = [1 / (1 + n % 17) for n in range(len(codes))]
        self.areas = list(city.areas)
        self.ease = {unit: 0.5 + 0.5 * self.chance.random() for unit in city.units}

    def stories(self) -> Iterator[Story]:
        """All of them, by time."""
        end = self.wanted.now.astimezone(self.zone)
        days = [(end - n * _DAY).date() for n in range(self.wanted.days, -1, -1)]
        share = self.wanted.tickets / len(days)
        made, due = 0, 0.0
        for day in days:
            due += share
            number = min(round(due), self.wanted.tickets) - made
            if day == days[-1]:
                number = self.wanted.tickets - made
            for at in self._moments(day, number, end):
                made += 1
                yield self._story(made, at)

    def _moments(self, day: date, number: int, end: datetime) -> list[datetime]:
        hours = self.chance.choices(range(24), _HOURS, k=number)
        found = [datetime.combine(day, time(hour), self.zone) + self._minutes(0, 59) for hour in hours]
        return sorted(min(at, end - self._minutes(1, 30)) for at in found)

    def _story(self, number: int, at: datetime) -> Story:
        story = Story(
            number,
            self._one_of(_CHANNELS),
            self._one_of(_TYPES),
            self.chance.choices(self.codes, self.weights)[0],
            at,
            area=self.chance.choice(self.areas) if self.areas else None,
            urgency=self.chance.choices(("normal", "urgent", "critical"), (94, 5, 1))[0],
        )
        if self.wanted.now - at < _DAY and number % _TROUBLED == 0:
            story = replace(story, category=self.codes[0], area=self.areas[0] if self.areas else None)
        accepted = at + self._minutes(2, 90)
        if accepted >= self.wanted.now:
            return story
        story = replace(story, accepted_at=accepted)
        if self.chance.random() < self.wanted.direct:
            return replace(story, direct=True) if accepted + _DAY / 24 < self.wanted.now else story
        return self._dispatched(story, accepted + self._minutes(3, 240))

    def _dispatched(self, story: Story, at: datetime) -> Story:
        if at >= self.wanted.now:
            return story
        unit, co_units = self.city.responsible(story.category, story.area)
        sign_due = self._sign_due(at, story.urgency)
        signed = at + (sign_due - at) * self.chance.uniform(0.05, 1.04)
        contacted = signed + self._minutes(10, 400)
        story = replace(
            story,
            unit=unit,
            co_units=co_units,
            dispatched_at=at,
            sign_due=sign_due,
            signed_at=self._past(signed),
            contacted_at=self._past(contacted),
            urged=self.chance.choices((0, 1, 2, 3), (88, 8, 3, 1))[0],
        )
        return (
            replace(story, rounds=self._rounds(story, at, contacted))
            if self._past(contacted)
            else replace(story, rounds=(Round(self._due(at, story)),))
        )

    def _rounds(self, story: Story, at: datetime, contacted: datetime) -> tuple[Round, ...]:
        due = self._due(at, story)
        done = self._past(self._done(contacted, due))
        if done is None:
            return (Round(due),)
        said = self._said(story.unit or "")
        first = Round(due, done, said if done + _DAY < self.wanted.now else None)
        if said is None:
            return (replace(first, quiet_at=self._silence(done)),)
        if said.satisfied != "dissatisfied" or self.chance.random() < 0.5:
            return (first,)
        again = self._due(done, story)
        second = self._past(self._done(done + _DAY, again))
        spoke = self._said(story.unit or "") if second and second + _DAY < self.wanted.now else None
        quiet = self._silence(second) if second and spoke is None else None
        return (replace(first, said=said), Round(again, second, spoke, quiet))

    def _done(self, start: datetime, due: datetime) -> datetime:
        if self.chance.random() < _OVERDUE:
            return due + _DAY * self.chance.expovariate(0.25)
        return start + max(due - start, timedelta(hours=1)) * self.chance.uniform(0.1, 0.97)

    def _said(self, unit: str) -> DemoAnswer | None:
        if self.chance.random() < 0.25:
            return None
        if self.chance.random() < _UNHAPPY / self.ease.get(unit, 1):
            return DemoAnswer(
                "dissatisfied", self.chance.choice(("no", "partly")), self.chance.random() < 0.8
            )
        satisfied = "basically" if self.chance.random() < 0.15 else "satisfied"
        via = self.chance.choice(("TEL", "WX"))
        return DemoAnswer(satisfied, "yes" if self.chance.random() < 0.93 else "partly", True, via)

    def _due(self, at: datetime, story: Story) -> datetime:
        hours = {"urgent": self.city.urgent_hours, "critical": self.city.critical_hours}.get(story.urgency)
        if hours:
            return at + timedelta(hours=hours)
        return _due_on(self.city, at.date(), self.city.appeals[AppealType(story.appeal_type)].days)

    def _sign_due(self, at: datetime, urgency: str) -> datetime:
        return _later(self.city, at.replace(second=0, microsecond=0), self.city.clocks.of(urgency).sign or "")

    def _silence(self, done: datetime) -> datetime | None:
        """When the survey's window closed."""
        return self._past(done + _DAY * self.city.survey.window_days)

    def _past(self, at: datetime) -> datetime | None:
        return at if at < self.wanted.now else None

    def _minutes(self, least: int, most: int) -> timedelta:
        return timedelta(minutes=self.chance.randint(least, most), seconds=self.chance.randint(0, 59))

    def _one_of(self, weights: dict[str, int]) -> str:
        return self.chance.choices(list(weights), list(weights.values()))[0]


@cache
def _due_on(city: CityProfile, day: date, days: int) -> datetime:
    noon = datetime.combine(day, time(12), ZoneInfo(city.timezone))
    return calendar.after(noon, f"{days} workdays", city) or noon


@lru_cache(100_000)
def _later(city: CityProfile, at: datetime, span: str) -> datetime:
    return calendar.after(at, span, city) or at + timedelta(hours=2)
