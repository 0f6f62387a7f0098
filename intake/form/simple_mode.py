"""Simple mode: at most four choices are shown; the rest is named, and taken when it is said."""

from dataclasses import replace

from intake.context import Context
from intake.model.conversation import Turn
from intake.model.messages import Reply

MOST = 4


def few_choices(turn: Turn, context: Context) -> Turn:
    """The turn as somebody in simple mode reads it."""
    if not turn.conversation.elder:
        return turn
    return replace(turn, replies=tuple(_few(reply, context) for reply in turn.replies))


def _few(reply: Reply, context: Context) -> Reply:
    others = [choice.label for choice in reply.choices[MOST:]]
    if not others:
        return reply
    named = context.say("hint.few_choices", others=context.say("list.comma").join(others))
    return replace(reply, text=f"{reply.text}\n{named}", choices=reply.choices[:MOST])
