"""The city's answer to a question is offered before a ticket is filed: with its source and its date.

Only an enquiry is answered: who complains wants somebody to come.
"""

from intake.city import Answer
from intake.context import Context
from intake.model.messages import Choice, Reply
from intake.model.ticket import AppealType, Draft
from intake.phrases import TRADITIONAL, traditional
from intake.understand import answer as known
from intake.understand.appeal import type_of
from intake.understand.normalise import normalise

STEP = "answer"


def found(draft: Draft, context: Context) -> Answer | None:
    """The answer to what the draft asks, unless one was offered before."""
    if draft.told is not None or not context.city.answers or not _asks(draft):
        return None
    return known.best(draft.content, context.city)


def _asks(draft: Draft) -> bool:
    """Whether it is an enquiry: by its type, or by how it is put."""
    if draft.appeal_type is not None:
        return draft.appeal_type is AppealType.ENQUIRY
    kind = type_of(normalise(draft.content))
    return kind is not None and kind.value is AppealType.ENQUIRY


def ask(answer: Answer, context: Context) -> Reply:
    """The answer, and whether that solves it."""
    text = f"{_told(answer, context)}\n{context.say('answer.is_it_solved')}"
    return Reply(text, choices(context), step=STEP, durable=True)


def tell(answer: Answer, context: Context) -> Reply:
    """The answer alone: nothing goes on from here."""
    return Reply(_told(answer, context))


def _told(answer: Answer, context: Context) -> str:
    return context.say(
        "answer.offer",
        question=_own(answer.question, context),
        text=_own(answer.text, context),
        source=_own(answer.source, context),
        date=answer.date.isoformat(),
    )


def _own(text: str, context: Context) -> str:
    return traditional(text) if context.situation.language == TRADITIONAL else text


def choices(context: Context) -> tuple[Choice, ...]:
    """Whether it is solved."""
    return context.choices(yes="answer.solved", no="answer.not_solved")
