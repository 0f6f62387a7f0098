"""Asking for a person: within office hours a conversation opens at the desk, outside a call-back is taken.

While a person listens, words go to them; it ends by a word, or when nothing was said for long.
"""

from dataclasses import replace
from datetime import timedelta

from intake.city.workdays import in_office_hours
from intake.context import Context
from intake.dialog import repeat_question
from intake.model.conversation import AskForPerson, RaiseAlert, Side, Turn
from intake.model.messages import Reply

ENDS = frozenset({"back", "cancel", "restart"})
SMALL_WORDS = frozenset({"yes", "no", "agree", "decline", "submit", "skip", "thanks", "change"})
"""Words that mean the form elsewhere, and are meant for the person here."""
LISTENS = timedelta(hours=12)


def ask(context: Context) -> Turn:
    """The wish for a person, with what the citizen was at."""
    draft = context.conversation.draft
    effect = AskForPerson(draft.content if draft else "", draft.phone if draft else None)
    if in_office_hours(context.now, context.city):
        opened = Reply(context.say("person.open"), durable=True)
        return context.turn(opened, effects=(effect,), handoff=True, handoff_at=context.now)
    turn = repeat_question.again(context, Reply(context.say("person.closed"), durable=True))
    return Turn(turn.conversation, turn.replies, (effect,))


def write_on(context: Context) -> Turn | None:
    """While a person listens, words go to them, until the citizen ends it."""
    if not listens(context) or context.inbound.tap is not None or _on_an_errand(context):
        return None
    command = context.reading.command
    if command in ENDS:
        return repeat_question.again(context.changed(handoff=False), Reply(context.say("person.ended")))
    if command is not None and command not in SMALL_WORDS:
        return None
    if not context.inbound.text.strip():
        return _cannot_be_told(context)
    effect = AskForPerson(context.inbound.text.strip())
    return context.turn(Reply(context.say("person.more")), effects=(effect,), handoff_at=context.now)


def noted(turn: Turn) -> Turn:
    """The turn, with a note that staff were called: whoever is forgotten is forgotten there, too."""
    if not any(isinstance(effect, AskForPerson | RaiseAlert) for effect in turn.effects):
        return turn
    return replace(turn, conversation=replace(turn.conversation, called=True))


def listens(context: Context) -> bool:
    """Whether what they say now is said to a person at the desk."""
    conversation = context.conversation
    at = conversation.handoff_at
    return conversation.handoff and at is not None and context.now - at < LISTENS


def _on_an_errand(context: Context) -> bool:
    errand = context.conversation.errand
    return errand is not None and errand.side is not Side.PROGRESS


def _cannot_be_told(context: Context) -> Turn | None:
    """Files and pins go to the form if there is one; the desk takes words only."""
    if context.conversation.draft is not None:
        return None
    return context.turn(Reply(context.say("person.text_only")))
