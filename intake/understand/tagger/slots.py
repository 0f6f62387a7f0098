"""What the tagger tells apart, and how it says so: apart from a reading, so that whoever weighs can."""

from dataclasses import dataclass
from enum import StrEnum


class Slot(StrEnum):
    """The marks of the corpus (`training/corpus/labelling.md`), by their letters."""

    PLACE = "P"
    ONSET = "O"
    HABIT = "R"
    DEADLINE = "D"
    HISTORY = "H"
    NAME = "N"  # the writer's
    PERSON = "X"  # anybody else's
    PHONE = "T"
    SUBJECT = "S"
    ENTERPRISE = "E"
    WISH = "W"


TAGS = ("", *(slot + part for slot in Slot for part in "bi"))
"""What one token is: nothing, a slot's beginning or its inside."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What a rule found. `kind` is the finder's word for it; the tagger has learnt what it is worth."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tagged:
    """The text from `start` up to `end` fills the slot, with this probability for its weakest token."""

    slot: Slot
    start: int
    end: int
    confidence: float
