"""What one message says: each value with its span in the text and a confidence."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from intake.model.ticket import AppealType, CategoryGuess, Occurred, Place, Urgency

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value read from `text[start:end]` with confidence 0-1.

    At or above `SURE` it is taken, below it is confirmed.
    """

    value: T
    start: int
    end: int
    confidence: float = 1.0


SURE = 0.8
LIKELY = 0.5
"""From here on it is worth asking whether it is meant."""


class Secrecy(StrEnum):
    """How far who writes wants to stay unknown."""

    NONE = ""
    CONFIDENTIAL = "confidential"  # not told to those it is about
    ANONYMOUS = "anonymous"  # gives no name


@dataclass(frozen=True, slots=True)
class SafetySignal:
    """A red sign: `level` is emergency (E1), self_harm (SH) or threat (YY); `number` the one to call first.

    `rule` is its kind, as staff know it: the lexicon's id where a rule has it.
    """

    level: str
    rule: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class DangerDoubt:
    """What may be a danger, and too little of a sign to stop for: `asks` whether it is worth a question."""

    signal: SafetySignal
    asks: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """One message, read. `text` is what was read after normalising (full width, traditional)."""

    text: str = ""
    # 13812345678 or 0937-6312345 for mainland numbers, E.164 for others
    phone: Found[str] | None = None
    bad_phone: bool = False  # something meant as a phone, but not a valid one
    name: Found[str] | None = None
    place: Found[Place] | None = None
    occurred: Found[Occurred] | None = None
    subject: Found[str] | None = None
    wish: Found[str] | None = None
    enterprise: Found[str] | None = None
    appeal_type: Found[AppealType] | None = None
    category: CategoryGuess | None = None
    urgency: Urgency = Urgency()
    safety: SafetySignal | None = None
    doubt: DangerDoubt | None = None  # none beside a red sign
    # a global word: back, change, cancel, restart, skip, person, help, progress, supplement, urge, ...
    command: str | None = None
    command_rest: str = ""  # what followed it: "change" + "place"
    number: int | None = None  # the whole message is a choice number
    greeting: bool = False
    under_14: bool = False  # who writes says that they are, or may be: by age, year of birth or school
    outside_city: bool = False  # the place is clearly in another city
    secrecy: Secrecy = Secrecy.NONE
    bad_time: bool = False  # a date that does not exist, e.g. 30 February

    @property
    def sure_name(self) -> Found[str] | None:
        """The name, where it is surely one: a doubtful one is no reason to pass over an answer."""
        return self.name if self.name is not None and self.name.confidence >= SURE else None
