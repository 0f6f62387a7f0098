"""Whether two appeals are about one event: they name the same place, and say it in similar words.

The rule: a look-up by a name finds candidates, the words decide. It is only offered to the citizen, who
says whether it is the same.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from intake.city import CityProfile
from intake.understand import place
from intake.understand.lexicon import compiled, table
from intake.understand.normalise import normalise

SAME = 0.065
"""Share of common pairs of characters, names aside, from which two texts on one place are about one event."""
HEAD = 3
"""The signs of a name that are compared: what follows varies ("…小区", "…二期", "…门口")."""
READ = 400
"""Characters of an appeal that are compared; what follows seldom names the matter."""
MOST = 8
"""Names of one text that are looked for."""

_SIGNS = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Echo:
    """Another citizen's appeal that names the same place. `citizen` only tells one from another."""

    reference: str
    citizen: int
    content: str
    related_to: str | None = None
    where: str = ""


Doors = Mapping[str, frozenset[int]]
"""House numbers by their road."""


@dataclass(frozen=True, slots=True)
class Said:
    """What of an appeal is compared with others."""

    pairs: frozenset[str]
    names: frozenset[str]
    doors: Doors


def matter_of(where: str, city: CityProfile) -> str | None:
    """The name by which an appeal is found: an estate or a house before a road; None without any."""
    said = normalise(where)
    named = sorted(place.named(said, city), key=lambda one: one.is_road)
    return next((head for one in named if (head := _head(one.text))), None)


def names_in(text: str, city: CityProfile) -> tuple[str, ...]:
    """The names in a text by which other appeals may be found."""
    heads = (_head(one.text) for one in place.named(normalise(text[:READ]), city))
    return tuple(dict.fromkeys(head for head in heads if head))[:MOST]


def said_of(content: str, where: str, city: CityProfile) -> Said:
    """What is compared of an appeal; `where` is the place it is filed under, if known."""
    text = _compared(content, where)
    names = frozenset[str]().union(*(_pairs(name.text) for name in place.named(text, city)))
    return Said(_pairs(normalise(content[:READ])) - names, names, place.doors(text, city))


def likeness(one: Said, other: str) -> float:
    """0 to 1: how many pairs of characters two appeals share, but for the names of places."""
    here, there = one.pairs, _pairs(normalise(other[:READ])) - one.names
    return len(here & there) / math.sqrt(len(here) * len(there)) if here and there else 0.0


def is_same(one: Said, echo: Echo, city: CityProfile) -> bool:
    """Whether they are about one event; two houses of one road are two, however alike the words."""
    if likeness(one, echo.content) < SAME:
        return False
    text = _compared(echo.content, echo.where)
    if not any(road in text for road in one.doors):  # most appeals are spared the reading of their places
        return True
    return not _apart(one.doors, place.doors(text, city))


def _compared(content: str, where: str) -> str:
    return normalise(f"{where}\n{content}"[: READ + len(where)])


def _apart(here: Doors, there: Doors) -> bool:
    roads = here.keys() & there.keys()
    return bool(roads) and not any(here[road] & there[road] for road in roads)


def _head(name: str) -> str:
    core = compiled(table("place")["common_tail_pattern"]).sub("", name)
    return core[:HEAD] if len(core) > 1 else ""


def _pairs(text: str) -> frozenset[str]:
    runs = "".join(_SIGNS.findall(text))
    return frozenset(runs[at : at + 2] for at in range(len(runs) - 1))
