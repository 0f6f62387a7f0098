"""What a talk can be about, and what a message can do to it: the two sides of the dialog's table."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from intake.model.reading import Reading


class Focus(StrEnum):
    """What is talked about. Several at once make a stack; the declared order is the one in the docs."""

    PERSON = "person"  # a person at the desk listens
    CANCELLING = "cancelling"  # shall the draft be thrown away?
    RESUMING = "resuming"  # shall we go on with the draft?
    ERRAND = "errand"  # something is being done with a filed ticket
    SURVEY = "survey"  # a survey's question was shown last, or its button pressed
    NEED_INFO = "need_info"  # the centre asked about a filed ticket
    NEWS = "news"  # the citizen was told something of a filed ticket a short while ago
    RATING = "rating"  # a survey is planned, put off or left
    CONSENT = "consent"  # the notice is to be agreed to
    LYING = "lying"  # a draft was left lying
    SUMMARY = "summary"  # everything is said and shown for checking
    QUESTION = "question"  # the form waits for an answer
    TICKETS = "tickets"  # the citizen has tickets that are not at an end
    IDLE = "idle"  # nothing waits


class Act(StrEnum):
    """What a message does. The first ones are certain; the rest are read from words."""

    LEAVES = "leaves"
    REACTS = "reacts"  # the platform tells a reaction as a change of the message
    FILE_NEWS = "file_news"
    ENDANGERED = "endangered"
    MAY_BE_ENDANGERED = "may_be_endangered"
    STARTS = "starts"
    UNREADABLE = "unreadable"
    EDITS = "edits"
    INSULTS = "insults"
    STALE_BUTTON = "stale_button"
    MENU = "menu"
    LATE_FILE = "late_file"
    COMMANDS = "commands"
    DISPUTES = "disputes"
    RATES = "rates"
    ASKS_PROGRESS = "asks_progress"
    GIVES_UP = "gives_up"
    CORRECTS = "corrects"
    WANTS_PRIVACY = "wants_privacy"
    ASKS_WHY = "asks_why"
    ENQUIRES = "enquires"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Heard:
    """One act with the words it rests on ("" where it rests on none)."""

    act: Act
    words: str = ""
    confidence: float = 1.0


class ActReader(Protocol):
    """A learned reader of acts. It is asked only about words in which the rules read no act."""

    def __call__(self, focuses: Sequence[Focus], reading: Reading, /) -> tuple[Heard, ...]: ...


def no_reader(_focuses: Sequence[Focus], _reading: Reading, /) -> tuple[Heard, ...]:
    """Where no model is loaded, words that no rule knows answer what waits."""
    return ()
