"""What was declined, cancelled or withdrawn takes its files along, also those that come after that word.

The rule: a file sent before it belongs to what was given up, until another matter is handed in (then see
`intake.form.content.albums`). Platforms push files one by one, and presses overtake them.
"""

from typing import Any

from intake.context import Context
from intake.model.conversation import NO_DRAFT, Turn
from intake.model.messages import Reply


def changes(context: Context, **more: Any) -> dict[str, Any]:
    """What is remembered once nothing is left of what was being written."""
    at = context.inbound.at.replace(microsecond=0)  # platforms tell a message's time in whole seconds
    return {**NO_DRAFT, "given_up": at, **more}


def latecomer(context: Context) -> Turn | None:
    """A file of what was given up: it is not kept, and its citizen is told so."""
    return context.turn(Reply(context.say("file.given_up"))) if _is_late(context) else None


def _is_late(context: Context) -> bool:
    at, inbound = context.conversation.given_up, context.inbound
    files = context.situation.attachments and inbound.tap is None
    return at is not None and bool(files) and inbound.at < at
