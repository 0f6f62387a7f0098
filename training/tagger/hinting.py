"""What rules find in the corpus's texts, as the tagger is told of it."""

from datetime import UTC, datetime
from functools import cache

from intake.city import CityProfile, load
from intake.understand.persons import learnt, personal
from intake.understand.reader import by_rules
from intake.understand.tagger.slots import Hint, Slot
from intake.understand.weighing import hints

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
    reading = by_rules(text, _city(), NOW)
    return tuple(hints.of_reading(reading)) if len(reading.text) == len(text) else ()


@cache
def _city() -> CityProfile:
    return load("xinghe")
