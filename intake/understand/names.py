"""The names of places that a city knows, and those by which another city is meant."""

import re
from dataclasses import dataclass
from functools import lru_cache

from intake.city import CityProfile
from intake.ticket import Place
from intake.understand.lexicon import any_of, compiled, table
from intake.understand.reading import Found


@dataclass(frozen=True, slots=True)
class KnownNames:
    """A city's names in one pattern, and the area each lies in."""

    pattern: re.Pattern[str]
    areas: dict[str, str | None]
    area_names: dict[str, str]

    def kind_of(self, name: str) -> frozenset[str]:
        """An area alone says less than a road or an estate."""
        return frozenset({"area" if name in self.area_names else "known"})


def is_elsewhere(text: str, found: Found[Place] | None, city: CityProfile) -> bool:
    """Whether `text`, or the place found in it, is clearly in another city and names none of this one."""
    said, start = _outside(city)
    elsewhere = said.search(text) or (found is not None and start.search(found.value.text))
    return bool(elsewhere) and not known_names(city).pattern.search(text)


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
    return KnownNames(re.compile(any_of(areas) if areas else r"(?!)"), areas, area_names)


@lru_cache(maxsize=8)
def _outside(city: CityProfile) -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = table("place")
    others = [name for name in data["cities"] if name not in city.name]
    said, start = (
        data[key].replace("{c}", any_of(others)) for key in ("outside_pattern", "outside_start_pattern")
    )
    return compiled(said), compiled(start)
