"""The one function from what is stored and what was read to what the message does."""

from intake.context import Context
from intake.dialog.focus.deeds import DEEDS
from intake.dialog.focus.hearing import heard
from intake.dialog.focus.stack import focuses
from intake.dialog.focus.table import TABLE
from intake.model.conversation import Turn


def decide(context: Context) -> Turn:
    """The first act that fits the nearest focus, carried out."""
    stack = focuses(context)
    for one in heard(stack, context):
        for focus in stack:
            turn = DEEDS[TABLE[focus][one.act]](context)
            if turn is not None:
                return turn
    raise AssertionError("the form answers everything")
