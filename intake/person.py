"""Asking for a person: within office hours a conversation opens at the desk, outside a call-back is taken.

While a person listens, words go to them; it ends by a word, or when nothing was said for long.
"""

from dataclasses import replace
from datetime import timedelta

from intake import waiting
from intake.conversation import AskForPerson, RaiseAlert, Side, Turn
from intake.messages import Reply
from intake.moment import Moment
from intake.workdays import in_office_hours

ENDS = frozenset({"back", "cancel", "restart"})
SMALL_WORDS = frozenset({"yes", "no", "agree", "decline", "submit", "skip", "thanks", "change"})
"""Words that mean the form elsewhere, and are meant for the person here."""
LISTENS = timedelta(hours=12)


def ask(moment: Moment) -> Turn:
    """The wish for a person, with what the citizen was at."""
    draft = moment.conversation.draft
    effect = AskForPerson(draft.content if draft else "", draft.phone if draft else None)
    if in_office_hours(moment.now, moment.city):
        opened = Reply(moment.say("person.open"), durable=True)
        return moment.turn(opened, effects=(effect,), handoff=True, handoff_at=moment.now)
    turn = waiting.again(moment, Reply(moment.say("person.closed"), durable=True))
    return Turn(turn.conversation, turn.replies, (effect,))


def write_on(moment: Moment) -> Turn | None:
    """While a person listens, words go to them, until the citizen ends it."""
    if not listens(moment) or moment.inbound.tap is not None or _on_an_errand(moment):
        return None
    command = moment.reading.command
    if command in ENDS:
        return waiting.again(moment.changed(handoff=False), Reply(moment.say("person.ended")))
    if command is not None and command not in SMALL_WORDS:
        return None
    if not moment.inbound.text.strip():
        return _cannot_be_told(moment)
    effect = AskForPerson(moment.inbound.text.strip())
    return moment.turn(Reply(moment.say("person.more")), effects=(effect,), handoff_at=moment.now)


def noted(turn: Turn) -> Turn:
    """The turn, with a note that staff were called: whoever is forgotten is forgotten there, too."""
    if not any(isinstance(effect, AskForPerson | RaiseAlert) for effect in turn.effects):
        return turn
    return replace(turn, conversation=replace(turn.conversation, called=True))


def listens(moment: Moment) -> bool:
    """Whether what they say now is said to a person at the desk."""
    conversation = moment.conversation
    at = conversation.handoff_at
    return conversation.handoff and at is not None and moment.now - at < LISTENS


def _on_an_errand(moment: Moment) -> bool:
    errand = moment.conversation.errand
    return errand is not None and errand.side is not Side.PROGRESS


def _cannot_be_told(moment: Moment) -> Turn | None:
    """Files and pins go to the form if there is one; the desk takes words only."""
    if moment.conversation.draft is not None:
        return None
    return moment.turn(Reply(moment.say("person.text_only")))
