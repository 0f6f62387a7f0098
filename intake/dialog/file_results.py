"""What looking at a file showed, told to its citizen: where a photo was taken, or why it is not kept.

The rule: a place is offered before it is used, and no file goes missing without a word.
"""

from dataclasses import replace

from intake.context import Context
from intake.dialog import repeat_question
from intake.form import form
from intake.form.questions.photo_place import PHOTO_PLACE, offered
from intake.form.summary import STEP as SUMMARY
from intake.model.conversation import Turn
from intake.model.messages import FileNews, Location, Reply


def heard(context: Context) -> Turn | None:
    """The turn such news makes; None for every other message."""
    news = context.inbound.file
    if news is None:
        return None
    if news.refused:
        return _refused(news, context)
    return _placed(news.attachment, news.place, context) if news.place else context.turn()


def _refused(news: FileNews, context: Context) -> Turn:
    """It is no part of anything any more; the question that waits is put once more."""
    return repeat_question.again(
        _without(news.attachment, context), Reply(context.say(f"file.{news.refused}"))
    )


def _without(attachment: str, context: Context) -> Context:
    changes: dict[str, object] = {}
    for name in ("draft", "held", "errand"):
        part = getattr(context.conversation, name)
        if part is not None and attachment in part.attachments:
            left = tuple(one for one in part.attachments if one != attachment)
            changes[name] = replace(part, attachments=left)
    return context.changed(**changes)


def _placed(attachment: str, place: Location, context: Context) -> Turn:
    """Offered at once, or where something else is under way with the questions to come."""
    held, draft = context.conversation.held, context.conversation.draft
    if held is not None and attachment in held.attachments:
        return context.turn(held=replace(held, photo_place=place))
    if draft is None or attachment not in draft.attachments:
        return context.turn()
    known = offered(draft, place, context)
    if not PHOTO_PLACE.empty(known) or _is_busy(context):
        return context.turn(draft=known)
    return form.ask(PHOTO_PLACE, context.changed(draft=known, tries=0))


def _is_busy(context: Context) -> bool:
    conversation = context.conversation
    asks_other = conversation.asking not in ("", SUMMARY) and form.asked_now(context) is None
    return conversation.errand is not None or conversation.editing or conversation.handoff or asks_other
