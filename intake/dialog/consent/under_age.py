"""Whoever says that they are under 14: a guardian agrees first (PIPL 31).

The rule: until then nothing of what they say is kept, whatever they agreed to or wrote before they said it. A
danger is answered at once all the same.
"""

from intake.context import Context
from intake.dialog.consent import given_up_files


def noted(context: Context) -> Context:
    """The moment as it stands once this message's age is known."""
    if not context.reading.under_14 or context.conversation.under_14:
        return context
    return context.changed(**given_up_files.changes(context, consent=None, abroad=None, under_14=True))
