"""What was declined, cancelled or withdrawn takes its files along, also those that come after that word.

The rule: a file sent before it belongs to what was given up, until another matter is handed in (then see
`intake.albums`). Platforms push files one by one, and presses overtake them.
"""

from typing import Any

from intake.conversation import NO_DRAFT, Turn
from intake.messages import Reply
from intake.moment import Moment


def changes(moment: Moment, **more: Any) -> dict[str, Any]:
    """What is remembered once nothing is left of what was being written."""
    at = moment.inbound.at.replace(microsecond=0)  # platforms tell a message's time in whole seconds
    return {**NO_DRAFT, "given_up": at, **more}


def latecomer(moment: Moment) -> Turn | None:
    """A file of what was given up: it is not kept, and its citizen is told so."""
    return moment.turn(Reply(moment.say("file.given_up"))) if _is_late(moment) else None


def _is_late(moment: Moment) -> bool:
    at, inbound = moment.conversation.given_up, moment.inbound
    files = moment.situation.attachments and inbound.tap is None
    return at is not None and bool(files) and inbound.at < at
