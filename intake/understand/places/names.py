"""The names of places that a city knows, and those by which another city is meant."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from intake.city import CityProfile
from intake.model.reading import Found
from intake.model.ticket import Place
from intake.understand.lexicon import any_of, compiled, table

_BEGINNING = 2
"""Signs of a name by which it is looked up; no name is shorter."""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """A city's names by their beginnings, the longest first, and the area each lies in."""

    by_beginning: Mapping[str, tuple[str, ...]]
    areas: dict[str, str | None]
    area_names: dict[str, str]

    def kind_of(self, name: str) -> frozenset[str]:
        """An area alone says less than a road or an estate."""
        return frozenset({"area" if name in self.area_names else "known"})

    def within(self, text: str) -> Iterator[tuple[int, str]]:
        """The names in `text` with where they begin, the longest at each place, none inside another."""
        at = 0
        while at < len(text):
            those = self.by_beginning.get(text[at : at + _BEGINNING], ())
            name = next((name for name in those if text.startswith(name, at)), None)
            if name:
                yield at, name
            at += len(name) if name else 1


def is_elsewhere(text: str, found: Found[Place] | None, city: CityProfile) -> bool:
    """Whether `text`, or the place found in it, is clearly in another city and names none of this one."""
    said, start = _outside(city)
    elsewhere = said.search(text) or (found is not None and start.search(found.value.text))
    return bool(elsewhere) and not any(known_names(city).within(text))


def named_area(text: str, city: CityProfile) -> str | None:
    """The one area `text` names anywhere, or None."""
    codes = {code for name, code in known_names(city).area_names.items() if name in text}
    return codes.pop() if len(codes) == 1 else None


@lru_cache(maxsize=8)
def known_names(city: CityProfile) -> KnownNames:
    """The names of a city's areas and gazetteer."""
    area_names = {name: area.code for area in city.areas.values() for name in (area.name, *area.aliases)}
    entries = {name: e.area_code for e in city.gazetteer for name in (e.name, *e.aliases)}
    areas: dict[str, str | None] = {**entries, **area_names}
    return KnownNames(_by_beginning(areas), areas, area_names)


def _by_beginning(names: Mapping[str, str | None]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name in sorted(names, key=len, reverse=True):
        found[name[:_BEGINNING]] = (*found.get(name[:_BEGINNING], ()), name)
    return found


@lru_cache(maxsize=8)
def _outside(city: CityProfile) -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = table("place")
    others = [name for name in data["cities"] if name not in city.name]
    said, start = (
        data[key].replace("{c}", any_of(others)) for key in ("outside_pattern", "outside_start_pattern")
    )
    return compiled(said), compiled(start)
