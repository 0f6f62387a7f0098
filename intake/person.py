"""Asking for a person: within office hours a conversation opens at the desk, outside a call-back is taken."""

from intake.conversation import AskForPerson, Turn
from intake.messages import Reply
from intake.moment import Moment
from intake.workdays import in_office_hours

ENDS = frozenset({"back", "cancel", "restart"})


def ask(moment: Moment) -> Turn:
    """The wish for a person, with what the citizen was at."""
    draft = moment.conversation.draft
    effect = AskForPerson(draft.content if draft else "", draft.phone if draft else None)
    if in_office_hours(moment.now, moment.city):
        return moment.turn(Reply(moment.say("person.open"), durable=True), effects=(effect,), handoff=True)
    return moment.turn(Reply(moment.say("person.closed"), durable=True), effects=(effect,))


def write_on(moment: Moment) -> Turn | None:
    """While a person listens, words go to them, until the citizen ends it."""
    if not moment.conversation.handoff:
        return None
    if moment.reading.command in ENDS:
        return moment.turn(Reply(moment.say("person.ended")), handoff=False)
    if (
        moment.reading.command is not None
        or moment.inbound.tap is not None
        or not moment.inbound.text.strip()
    ):
        return None
    return moment.turn(Reply(moment.say("person.more")), effects=(AskForPerson(moment.inbound.text.strip()),))
