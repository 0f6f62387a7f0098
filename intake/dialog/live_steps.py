"""The steps whose buttons may still be pressed, and those that a message has settled."""

from intake.dialog.consent import privacy_notice
from intake.dialog.danger import doubt
from intake.model.conversation import Conversation
from intake.model.survey import next_slot
from intake.survey.questions import PREFIX, SLOTS
from intake.survey.questions import step as survey_step

MENU = "menu"
"""The menu's buttons are no question's: they can be pressed at any time."""


def live(conversation: Conversation) -> frozenset[str]:
    """The steps a press may name now."""
    steps = {MENU, conversation.asking}
    if conversation.errand is not None:
        steps |= {conversation.errand.step}
    if conversation.doubted is not None and conversation.doubted.text:
        steps |= {doubt.STEP}
    if conversation.refused:
        steps |= set(privacy_notice.STEPS)  # minds change
    steps |= {survey_step(slot, s) for s in conversation.surveys if not s.done for slot in SLOTS}
    return frozenset(steps)


def settled(before: Conversation, after: Conversation) -> tuple[str, ...]:
    """The steps asked before that are answered or given up now: their buttons may go."""
    gone = live(before) - live(after)
    if before.asking != after.asking:
        gone |= {before.asking}
    return tuple(sorted(gone - {"", MENU} - _put_aside(after)))


def still_asks(conversation: Conversation, step: str) -> bool:
    """Whether a survey's question with this step still waits; True for a step of no survey."""
    return not step.startswith(PREFIX) or step in _put_aside(conversation)


def _put_aside(conversation: Conversation) -> set[str]:
    """A survey's question that still waits, though something else is asked now."""
    waiting = (s for s in conversation.surveys if not s.done)
    return {survey_step(slot, s) for s in waiting if (slot := next_slot(s)) is not None}
