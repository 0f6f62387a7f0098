"""The city's answer to a question is offered before a ticket is filed: with its source and its date.

Only an enquiry is answered: who complains wants somebody to come.
"""

from intake.city import Answer
from intake.messages import Choice, Reply
from intake.moment import Moment
from intake.phrases import TRADITIONAL, traditional
from intake.ticket import AppealType, Draft
from intake.understand import answer as known
from intake.understand.appeal import type_of
from intake.understand.normalise import normalise

STEP = "answer"


def found(draft: Draft, moment: Moment) -> Answer | None:
    """The answer to what the draft asks, unless one was offered before."""
    if draft.told is not None or not moment.city.answers or not _asks(draft):
        return None
    return known.best(draft.content, moment.city)


def _asks(draft: Draft) -> bool:
    """Whether it is an enquiry: by its type, or by how it is put."""
    if draft.appeal_type is not None:
        return draft.appeal_type is AppealType.ENQUIRY
    kind = type_of(normalise(draft.content))
    return kind is not None and kind.value is AppealType.ENQUIRY


def ask(answer: Answer, moment: Moment) -> Reply:
    """The answer, and whether that solves it."""
    text = f"{_told(answer, moment)}\n{moment.say('answer.is_it_solved')}"
    return Reply(text, choices(moment), step=STEP, durable=True)


def tell(answer: Answer, moment: Moment) -> Reply:
    """The answer alone: nothing goes on from here."""
    return Reply(_told(answer, moment))


def _told(answer: Answer, moment: Moment) -> str:
    return moment.say(
        "answer.offer",
        question=_own(answer.question, moment),
        text=_own(answer.text, moment),
        source=_own(answer.source, moment),
        date=answer.date.isoformat(),
    )


def _own(text: str, moment: Moment) -> str:
    return traditional(text) if moment.situation.language == TRADITIONAL else text


def choices(moment: Moment) -> tuple[Choice, ...]:
    """Whether it is solved."""
    return moment.choices(yes="answer.solved", no="answer.not_solved")
