"""What the reading's rules found, as the tagger is told of it."""

from collections.abc import Iterator

from intake.model.reading import Reading
from intake.understand.tagger.slots import Hint

KINDS = {
    "place": "place",
    "time": "occurred",
    "called": "name",
    "phone": "phone",
    "subject": "subject",
    "wish": "wish",
    "enterprise": "enterprise",
}
"""The tagger's words, and the readings'."""


def of_reading(reading: Reading) -> Iterator[Hint]:
    """A hint for each slot that is filled."""
    for kind, slot in KINDS.items():
        found = getattr(reading, slot)
        if found is not None:
            yield Hint(kind, found.start, found.end)
