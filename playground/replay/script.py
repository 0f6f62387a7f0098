"""What the scripted citizen answers: by the choice a question offers, else in words of their own."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from intake.city import CityProfile
from intake.phrases import FALLBACK

CHOICES: Mapping[str, str] = {
    "notice": "notice.agree",
    "abroad": "notice.agree_abroad",
    "summary": "choice.submit",
    "confirm": "choice.confirmed",
    "same": "same.supplement",
    "crowd": "crowd.together",
    "resume": "choice.restart",
    "cancel": "choice.cancel_no",
    "withdraw": "errand.withdraw_no",
}
"""The choice taken at a step, by its phrase."""

FIRST = ("category", "pick", "extra")
"""Where the first choice will do."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes: invented, and another one for each number."""

    name: str
    phone: str
    area: str


class Script:
    """The answers, in the city's words where the city has words for them."""

    def __init__(self, city: CityProfile) -> None:
        self._wording = city.wording[FALLBACK]
        self._areas = sorted(area.name for area in city.areas.values()) or [city.name]

    def person(self, number: int) -> Person:
        names = _answers().names
        phone = _answers().phone.format(number=number % 10_000)
        return Person(names[number % len(names)], phone, self._areas[number % len(self._areas)])

    def choice(self, step: str) -> str | None:
        """The label to take at this step, where it has one that is always the same."""
        return self._wording[CHOICES[step]] if step in CHOICES else None

    def words(self, step: str, times: int, person: Person) -> str | None:
        """The answer when this was asked `times` before; None if the citizen has nothing to say to it."""
        known = _answers().say.get(step.partition(":")[0])
        if not known:
            return None
        return known[min(times, len(known) - 1)].format(
            name=person.name, phone=person.phone, area=person.area
        )


@dataclass(frozen=True, slots=True)
class _Answers:
    names: tuple[str, ...]
    phone: str
    say: Mapping[str, tuple[str, ...]]


@cache
def _answers() -> _Answers:
    raw = files("playground").joinpath("replay", "answers.toml").read_text("utf-8")
    return TypeAdapter(_Answers).validate_python(tomllib.loads(raw))
