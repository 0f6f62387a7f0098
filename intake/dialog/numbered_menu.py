"""The menu shown last may be taken by number, as every list with numbers before it.

The rule: a number means the list that was shown last. A menu is no question's, so its options are
remembered here until another list is shown, or a question waits that a number could answer.
"""

from dataclasses import replace

from intake.dialog.live_steps import MENU
from intake.model.conversation import Conversation, Side, Turn
from intake.model.messages import Inbound, Reply
from intake.model.reading import Reading
from intake.survey.questions import PREFIX


def taken(conversation: Conversation, inbound: Inbound, reading: Reading) -> str | None:
    """The option of the menu shown last whose number was written."""
    number = reading.number
    if inbound.tap is not None or number is None:
        return None
    if conversation.asking.startswith(PREFIX):  # a survey was sent meanwhile: the number is its answer
        return None
    options = conversation.offered
    return options[number - 1] if 0 < number <= len(options) else None


def remembered(turn: Turn) -> Turn:
    """The turn with what its last list offers."""
    conversation = turn.conversation
    lists = [reply for reply in turn.replies if reply.choices]
    offered = of(lists[-1]) if lists else () if _waits(conversation) else conversation.offered
    return replace(turn, conversation=replace(conversation, offered=offered))


def pushed(conversation: Conversation, reply: Reply) -> Conversation:
    """The conversation once this came of its own accord; whoever is in the middle of something goes on."""
    if not reply.choices or _waits(conversation):
        return conversation
    return replace(conversation, offered=of(reply))


def of(reply: Reply) -> tuple[str, ...]:
    """What a menu offers, in the order of its numbers; nothing for a question's own list."""
    return tuple(choice.option for choice in reply.choices) if reply.step == MENU else ()


def _waits(conversation: Conversation) -> bool:
    errand = conversation.errand
    return bool(conversation.asking) or (errand is not None and errand.side is not Side.PROGRESS)
