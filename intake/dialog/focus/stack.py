"""What the talk is about, made anew for each message from what is stored: the nearest first.

The question shown last is nearest, whatever else waits. News of a ticket and the form's question stand in the
order in which the citizen saw them.
"""

from collections.abc import Iterator

from intake.context import Context
from intake.dialog import draft_questions, handoff
from intake.dialog.consent import privacy_notice
from intake.filed import news
from intake.filed.actions import open_tickets
from intake.form import summary
from intake.model.acts import Focus
from intake.model.conversation import Side
from intake.survey import dialog


def focuses(context: Context) -> tuple[Focus, ...]:
    """The stack, never empty."""
    return (*_beside(context), *_matters(context))


def _beside(context: Context) -> Iterator[Focus]:
    """What stands beside the form and was asked after it."""
    errand, tap = context.conversation.errand, context.inbound.tap
    if handoff.listens(context):
        yield Focus.PERSON
    if errand is not None and errand.side is Side.CANCEL:
        yield Focus.CANCELLING
    if errand is not None and errand.side is Side.RESUME:
        yield Focus.RESUMING
    of_survey = tap is not None and tap.step.startswith(dialog.PREFIX)
    if errand is not None and not of_survey:
        yield Focus.ERRAND
    if of_survey or (tap is None and context.conversation.asking.startswith(dialog.PREFIX)):
        yield Focus.SURVEY


def _matters(context: Context) -> Iterator[Focus]:
    told = tuple(_told(context))
    if not _is_older(context):
        yield from told
    if not privacy_notice.given(context):
        yield Focus.CONSENT
    if draft_questions.is_idle(context):
        yield Focus.LYING
    if context.conversation.asking == summary.STEP:
        yield Focus.SUMMARY
    elif context.conversation.draft is not None:
        yield Focus.QUESTION
    if _is_older(context):
        yield from told
    if open_tickets(context):
        yield Focus.TICKETS
    yield Focus.IDLE


def _told(context: Context) -> Iterator[Focus]:
    """What the citizen heard of their tickets."""
    view = news.told_of(context)
    if view is not None and news.is_asked(view, context):
        yield Focus.NEED_INFO
    elif view is not None:
        yield Focus.NEWS
    if dialog.due(context.conversation, context.now) is not None:
        yield Focus.RATING


def _is_older(context: Context) -> bool:
    """Whether the form asked after the news came."""
    told, at = context.conversation.told, context.conversation.draft_at
    return told is not None and at is not None and context.conversation.draft is not None and at > told.at
