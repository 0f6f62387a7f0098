"""What finding people in text means: the port between those who hide and the one who finds.

Whoever makes a mask (a push, a title, a unit's view, an export, an erasure, a reader outside) asks a
`Finder` and nobody else, so that a better one serves them all at once.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class PersonalKind(StrEnum):
    """The earlier one counts where two overlap."""

    IDENTITY = "identity"
    PHONE = "phone"
    CARD = "card"
    MAIL = "mail"
    ACCOUNT = "account"
    PLATE = "plate"
    DOOR = "door"
    NAME = "name"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Personal:
    """Text from `start` up to `end` is personal."""

    kind: PersonalKind
    start: int
    end: int


class Finder(Protocol):
    """Where people can be told from a text.

    The contract: spans in the order of the text, none empty, none overlapping another; places are those
    of the text as given, whatever is read as something else on the way (full width, blanks inside a name).
    A NAME is a full name and nothing around it; a FORM is a form of address (surname with a title) that a
    number beside it makes somebody. A place, a unit or a firm beside a number is nobody. It is a function
    of the text alone, raises nothing for any text, and takes time in proportion to its length.
    """

    def __call__(self, text: str) -> tuple[Personal, ...]:
        """Everything personal in the text."""
        ...
