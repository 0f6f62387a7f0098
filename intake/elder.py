"""Simple mode: at most four choices are shown; the rest is named, and taken when it is said."""

from dataclasses import replace

from intake.conversation import Turn
from intake.messages import Reply
from intake.moment import Moment

MOST = 4


def few_choices(turn: Turn, moment: Moment) -> Turn:
    """The turn as somebody in simple mode reads it."""
    if not turn.conversation.elder:
        return turn
    return replace(turn, replies=tuple(_few(reply, moment) for reply in turn.replies))


def _few(reply: Reply, moment: Moment) -> Reply:
    others = [choice.label for choice in reply.choices[MOST:]]
    if not others:
        return reply
    named = moment.say("hint.few_choices", others=moment.say("list.comma").join(others))
    return replace(reply, text=f"{reply.text}\n{named}", choices=reply.choices[:MOST])
