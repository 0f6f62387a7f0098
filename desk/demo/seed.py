"""The fixture city: stories whose bulletin gives the figures of the speech, by `seed.toml`'s numbers.

The numbers are exact, only who and when is left to chance, and chance begins the same every time.
"""

import random
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from desk.demo.story import DemoAnswer, Round, Story
from desk.workflow import calendar
from intake.city import CityProfile

_FILE = Path(__file__).parent / "seed.toml"
_DAY = timedelta(days=1)


class NotThisCity(Exception):
    """The profile lacks units the fixture names."""


def stories(city: CityProfile) -> list[Story]:
    """All tickets of the fixture city, by time. Raises NotThisCity."""
    plan = tomllib.loads(_FILE.read_text("utf-8"))
    years = plan["years"].values()
    missing = {unit for year in years for unit in year.get("units", ())} - city.units.keys()
    if missing:
        raise NotThisCity(f"the fixture city needs the units {', '.join(sorted(missing))}")
    made = chain.from_iterable(_Year(city, year, plan["shape"]).stories() for year in years)
    ordered = sorted(made, key=lambda story: story.submitted_at)
    return [replace(story, number=number) for number, story in enumerate(ordered, start=1)]


def apportion(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """`total` split by weight into whole numbers, by the largest remainders."""
    weighed = sum(weights.values())
    exact = {name: total * weight / weighed for name, weight in weights.items()}
    parts = {name: int(share) for name, share in exact.items()}
    for name in sorted(exact, key=lambda one: (parts[one] - exact[one], one))[: total - sum(parts.values())]:
        parts[name] += 1
    return parts


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How one ticket ended."""

    unit: str
    satisfied: str | None
    open: bool
    late: bool
    signed_late: bool


class _Weighed:
    """Names of which one is drawn, each as often as it weighs."""

    def __init__(self, weights: Mapping[str, int]) -> None:
        self._names = tuple(weights)
        self._sums = tuple(accumulate(weights.values()))

    def one(self, chance: random.Random) -> str:
        return chance.choices(self._names, cum_weights=self._sums)[0]


class _Year:
    def __init__(self, city: CityProfile, plan: Mapping[str, Any], shape: Mapping[str, Any]) -> None:
        self.city = city
        self.plan = plan
        self.shape = shape
        self.chance = random.Random(plan["first"].year)  # noqa: S311  # a fixture, not a secret
        self.zone = ZoneInfo(city.timezone)
        self.due = _due(city)
        self.sign_due = _sign_due(city)
        self.categories = {unit: _categories(city, unit) for unit in city.units}
        self.any_category = tuple(self.categories.values())
        self.areas = tuple(city.areas)
        self.types, self.channels = _Weighed(shape["types"]), _Weighed(shape["channels"])

    def stories(self) -> Iterator[Story]:
        moments = self._moments(self.plan["appeals"])
        outcomes = self._outcomes()
        self.chance.shuffle(outcomes)
        kinds: list[_Outcome | None] = [*outcomes]
        kinds.extend([None] * (len(moments) - len(outcomes)))
        self.chance.shuffle(kinds)
        praise = set(self.chance.sample(range(len(kinds)), self.plan["praise"]))
        for number, (at, outcome) in enumerate(zip(moments, kinds, strict=True)):
            appeal = "BY" if number in praise else self.types.one(self.chance)
            yield self._ticket(at, appeal, outcome) if outcome else self._direct(at, appeal)

    def _direct(self, at: datetime, appeal: str) -> Story:
        return Story(
            0,
            self.channels.one(self.chance),
            appeal,
            self.chance.choice(self.chance.choice(self.any_category)),
            at,
            area=self.chance.choice((*self.areas, None)),
            direct=True,
            accepted_at=at + timedelta(minutes=self.chance.randint(1, 20)),
        )

    def _ticket(self, at: datetime, appeal: str, outcome: _Outcome) -> Story:
        dispatched = at + timedelta(minutes=self.chance.randint(5, 60))
        due, sign_due = self.due(dispatched), self.sign_due(dispatched)
        signed = (
            sign_due + timedelta(minutes=30) if outcome.signed_late else dispatched + _minutes(self.chance)
        )
        completed = self._completed(signed, due, outcome)
        said = DemoAnswer(outcome.satisfied, _solved(outcome.satisfied)) if outcome.satisfied else None
        return Story(
            0,
            self.channels.one(self.chance),
            appeal,
            self.chance.choice(self.categories[outcome.unit]),
            at,
            area=self.chance.choice(self.areas),
            accepted_at=at + timedelta(minutes=3),
            unit=outcome.unit,
            dispatched_at=dispatched,
            sign_due=sign_due,
            signed_at=signed,
            contacted_at=signed + timedelta(minutes=40),
            rounds=(Round(due, completed, said),),
        )

    def _completed(self, signed: datetime, due: datetime, outcome: _Outcome) -> datetime | None:
        if outcome.open:
            return None
        if outcome.late:
            return due + timedelta(hours=self.chance.randint(15, 90))
        return signed + (due - signed) * self.chance.uniform(0.15, 0.95)

    def _outcomes(self) -> list[_Outcome]:
        """One per ticket; who was late or unhappy is spread over the units that may be."""
        tickets = self._tickets_by_unit()
        blamed = self.plan.get("blamed") or [u for u in tickets if u not in self.plan.get("spotless", ())]
        faulty = {unit: float(tickets[unit]) for unit in blamed}
        parts = {
            "dissatisfied": apportion(self.plan["dissatisfied"], faulty),
            "open": apportion(self.plan.get("open", 0), faulty),
            "late": apportion(self.plan.get("late", 0), faulty),
            "signed_late": apportion(self.plan.get("signed_late", 0), faulty),
        }
        happy = self._happy(tickets, parts)
        return [
            one for unit, number in tickets.items() for one in self._of_unit(unit, number, happy[unit], parts)
        ]

    def _happy(
        self, tickets: Mapping[str, int], parts: Mapping[str, Mapping[str, int]]
    ) -> dict[str, tuple[int, int]]:
        free = {u: n - sum(parts[p].get(u, 0) for p in ("dissatisfied", "open")) for u, n in tickets.items()}
        rated = apportion(self.plan["satisfied"] + self.plan["basically"], free)
        basically = apportion(self.plan["basically"], rated)
        return {unit: (rated[unit] - basically[unit], basically[unit]) for unit in tickets}

    def _of_unit(
        self, unit: str, number: int, happy: tuple[int, int], parts: Mapping[str, Mapping[str, int]]
    ) -> list[_Outcome]:
        part = {name: by_unit.get(unit, 0) for name, by_unit in parts.items()}
        answers: list[str | None] = ["dissatisfied"] * part["dissatisfied"]
        answers += ["satisfied"] * happy[0] + ["basically"] * happy[1]
        answers.extend([None] * (number - len(answers)))
        # the last ones said nothing: those still open are among them
        return [
            _Outcome(
                unit,
                answer,
                open=place >= number - part["open"],
                late=place < part["late"],
                signed_late=place < part["signed_late"],
            )
            for place, answer in enumerate(answers)
        ]

    def _tickets_by_unit(self) -> dict[str, int]:
        fixed: dict[str, int] = dict(self.plan.get("units", {}))
        others = {unit: 1.0 + n % 5 for n, unit in enumerate(self.city.units) if unit not in fixed}
        return fixed | apportion(self.plan["tickets"] - sum(fixed.values()), others)

    def _moments(self, number: int) -> list[datetime]:
        """So many moments of the day, the months weighing as the shape has it."""
        days = _days(self.plan["first"], self.plan["last"])
        weights = [self.shape["months"][day.month - 1] / (3 if day.weekday() > 4 else 2) for day in days]
        chosen = self.chance.choices(days, weights, k=number)
        return [datetime.combine(day, self._hour(), self.zone) for day in chosen]

    def _hour(self) -> time:
        return time(self.chance.randint(8, 20), self.chance.randint(0, 59), self.chance.randint(0, 59))


def _due(city: CityProfile) -> Callable[[datetime], datetime]:
    """Five working days on; the day decides, so each is reckoned once."""

    @cache
    def due(day: date) -> datetime:
        found = calendar.after(datetime.combine(day, time(12), ZoneInfo(city.timezone)), "5 workdays", city)
        assert found is not None, "a span is given"  # noqa: S101
        return found

    return lambda at: due(at.date())


def _sign_due(city: CityProfile) -> Callable[[datetime], datetime]:
    """Two hours of office time on, reckoned once for each minute."""
    span = city.clocks.of("normal").sign

    @cache
    def due(minute: datetime) -> datetime:
        return calendar.after(minute, span or "2 office hours", city) or minute

    return lambda at: due(at.replace(second=0, microsecond=0))


def _categories(city: CityProfile, unit: str) -> Sequence[str]:
    """The categories a unit leads in, or helps in; else the one for everything."""
    leads = [code for code, one in city.categories.items() if one.lead_unit == unit and len(code) > 2]
    helps = [code for code, one in city.categories.items() if unit in one.co_units]
    by_area = [code for code, one in city.categories.items() if one.lead_by_area]
    of_street = by_area if city.units[unit].kind == "street" else []
    return leads or of_street or helps or [city.fallback_category]


def _days(first: date, last: date) -> list[date]:
    return [first + n * _DAY for n in range((last - first).days + 1)]


def _minutes(chance: random.Random) -> timedelta:
    return timedelta(minutes=chance.randint(2, 25))


def _solved(satisfied: str) -> str:
    return {"satisfied": "yes", "basically": "partly"}.get(satisfied, "no")
