"""What rules find in the corpus's texts, as the tagger is told of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

from intake.city import CityProfile, load
from intake.model.reading import Reading
from intake.understand.persons import learnt, personal
from intake.understand.reader import read
from intake.understand.tagger.slots import Hint, Slot

NOW = datetime(2026, 11, 30, 4, tzinfo=UTC)
"""When the corpus's messages are read: a rule for times asks."""
SLOTS = {
    "place": Slot.PLACE,
    "time": Slot.ONSET,
    "called": Slot.NAME,
    "phone": Slot.PHONE,
    "subject": Slot.SUBJECT,
    "wish": Slot.WISH,
    "enterprise": Slot.ENTERPRISE,
}
"""What each of a reading's finds is in the corpus."""


def of_people(text: str) -> tuple[Hint, ...]:
    """What the persons' rules find."""
    return learnt.hints(personal.by_rules(text))


def of_reading(text: str) -> tuple[Hint, ...]:
    """What the reading's rules find; nothing where the text was shortened, so that places are others."""
    reading = read(text, _city(), NOW)
    return tuple(_finds(reading)) if len(reading.text) == len(text) else ()


def _finds(reading: Reading) -> Iterator[Hint]:
    found = {
        "place": reading.place,
        "time": reading.occurred,
        "called": reading.name,
        "phone": reading.phone,
        "subject": reading.subject,
        "wish": reading.wish,
        "enterprise": reading.enterprise,
    }
    for kind, one in found.items():
        if one is not None:
            yield Hint(kind, one.start, one.end)


@cache
def _city() -> CityProfile:
    return load("xinghe")
