"""Whether two appeals are about one event: they name the same place, and say it in similar words.

The rule: a look-up by a name finds candidates, the words decide. It is only offered to the citizen, who
says whether it is the same.
"""

import math
import re
from dataclasses import dataclass

from intake.city import CityProfile
from intake.understand import place
from intake.understand.lexicon import compiled, table
from intake.understand.normalise import normalise

SAME = 0.12
"""Share of common pairs of characters from which two texts that name one place are about one event."""
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


def matter_of(where: str, city: CityProfile) -> str | None:
    """The name by which an appeal is found: an estate or a house before a road; None without any."""
    said = normalise(where)
    named = sorted(place.named(said, city), key=lambda one: one.is_road)
    return next((head for one in named if (head := _head(one.text))), None)


def names_in(text: str, city: CityProfile) -> tuple[str, ...]:
    """The names in a text by which other appeals may be found."""
    heads = (_head(one.text) for one in place.named(normalise(text[:READ]), city))
    return tuple(dict.fromkeys(head for head in heads if head))[:MOST]


def likeness(one: str, other: str) -> float:
    """0 to 1: how many pairs of characters two texts share."""
    a, b = _pairs(one), _pairs(other)
    return len(a & b) / math.sqrt(len(a) * len(b)) if a and b else 0.0


def _head(name: str) -> str:
    core = compiled(table("place")["common_tail_pattern"]).sub("", name)
    return core[:HEAD] if len(core) > 1 else ""


def _pairs(text: str) -> frozenset[str]:
    runs = "".join(_SIGNS.findall(normalise(text[:READ])))
    return frozenset(runs[at : at + 2] for at in range(len(runs) - 1))
