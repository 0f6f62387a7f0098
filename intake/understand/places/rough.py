"""A place told as far as its street or estate, and words without the doors in them.

The rule: of a place only what reads like the name of a street, an estate, a village or an institution is
told; a name, a number or a word that nobody knows is not.
"""

import re
from collections.abc import Iterator
from functools import cache

from intake.understand.lexicon import compiled, table
from intake.understand.places.place import public_names

_APART = " "
_SHORTEST = 2
"""Digits by which a door is told wherever they stand alone."""


def rough(text: str) -> str:
    """The names of streets and estates in a text, in its order; "" where it has none."""
    return _APART.join(dict.fromkeys((*public_names(text), *_in_english(text))))


def without_doors(text: str, hidden: str) -> str:
    """The text with every building, floor, room and house number hidden."""
    for pattern in _doors():
        text = pattern.sub(hidden, text)
    return text


def details(place: str) -> tuple[str, ...]:
    """The numbers of a place that point to a door, as they may stand alone in other words."""
    return tuple(dict.fromkeys(one for one in re.findall(r"\d+[A-Za-z]?", place) if len(one) > _SHORTEST))


def _in_english(text: str) -> Iterator[str]:
    yield from (match[0].strip() for match in _words()["street"].finditer(text))


@cache
def _doors() -> tuple[re.Pattern[str], ...]:
    data = table("rough")
    return tuple(compiled(one) for one in data["doors"])


@cache
def _words() -> dict[str, re.Pattern[str]]:
    return {"street": re.compile(table("rough")["english_street"])}
