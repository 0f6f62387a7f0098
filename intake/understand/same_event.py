"""Whether two appeals are about one event: they say it in similar words, of the same place if they name one.

The rule: a look-up by a name or a telling pair of characters finds candidates, all the words decide. It is
only offered to the citizen, who says whether it is the same.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from intake.city import CityProfile
from intake.understand.lexicon import compiled, table
from intake.understand.normalise import normalise
from intake.understand.pair_weights import READ, Rarity, pairs_of
from intake.understand.places import place

SAME = 0.08
"""The likeness from which two texts are about one event."""
HEAD = 3
"""The signs of a name that are compared: what follows varies (an estate, its second phase, its gate)."""
MOST = 8
"""Names of one text that are looked for."""


@dataclass(frozen=True, slots=True)
class SimilarReport:
    """Another citizen's appeal that may be about the same. `citizen` only tells one from another."""

    reference: str
    citizen: int
    content: str
    related_to: str | None = None
    where: str = ""


Doors = Mapping[str, frozenset[int]]
"""House numbers by their road."""


@dataclass(frozen=True, slots=True)
class ComparedText:
    """What of an appeal is compared with others: pairs of characters by how much they tell, names aside."""

    weights: Mapping[str, float]
    rarity: Rarity
    names: frozenset[str]
    doors: Doors
    filed_under: str | None
    heads: tuple[str, ...]


def matter_of(where: str, city: CityProfile) -> str | None:
    """The name by which an appeal is found: an estate or a house before a road; None without any."""
    said = normalise(where)
    named = sorted(place.named(said, city), key=lambda one: one.is_road)
    return next((head for one in named if (head := _head(one.text))), None)


def names_in(text: str, city: CityProfile) -> tuple[str, ...]:
    """The names in a text by which other appeals may be found."""
    heads = (_head(one.text) for one in place.named(normalise(text[:READ]), city))
    return tuple(dict.fromkeys(head for head in heads if head))[:MOST]


def said_of(content: str, where: str, city: CityProfile, rarity: Rarity) -> ComparedText:
    """What is compared of an appeal; `where` is the place it is filed under, if known."""
    text = _compared(content, where)
    names = frozenset[str]().union(*(pairs_of(name.text) for name in place.named(text, city)))
    return ComparedText(
        weights=_weights(content, names, rarity),
        rarity=rarity,
        names=names,
        doors=place.doors(text, city),
        filed_under=matter_of(where, city),
        heads=names_in(text, city),
    )


def likeness(one: ComparedText, other: str) -> float:
    """0 to 1: how much two appeals share of what tells them from the rest, but for the names of places."""
    here, there = one.weights, _weights(other, one.names, one.rarity)
    common = sum(here[pair] * there[pair] for pair in here.keys() & there.keys())
    return common / math.hypot(*here.values()) / math.hypot(*there.values()) if common else 0.0


def is_same(one: ComparedText, echo: SimilarReport, city: CityProfile) -> bool:
    """Whether they are about one event; two places are two, and so are two houses of one road."""
    if likeness(one, echo.content) < SAME:
        return False
    text = _compared(echo.content, echo.where)
    return not (_elsewhere(one, text, matter_of(echo.where, city), city) or _next_door(one, text, city))


def _elsewhere(one: ComparedText, text: str, filed_under: str | None, city: CityProfile) -> bool:
    """Both are filed under a name, and neither names the other's."""
    if one.filed_under is None or filed_under is None or filed_under in one.heads:
        return False
    return one.filed_under not in names_in(text, city)


def _next_door(one: ComparedText, text: str, city: CityProfile) -> bool:
    if not any(road in text for road in one.doors):  # most appeals are spared the reading of their numbers
        return False
    return _apart(one.doors, place.doors(text, city))


def _compared(content: str, where: str) -> str:
    return normalise(f"{where}\n{content}"[: READ + len(where)])


def _apart(here: Doors, there: Doors) -> bool:
    roads = here.keys() & there.keys()
    return bool(roads) and not any(here[road] & there[road] for road in roads)


def _head(name: str) -> str:
    core = compiled(table("place")["common_tail_pattern"]).sub("", name)
    return core[:HEAD] if len(core) > 1 else ""


def _weights(content: str, names: frozenset[str], rarity: Rarity) -> dict[str, float]:
    return {pair: weight for pair, weight in rarity.weigh(content).items() if pair not in names}
