"""What looking at a file showed, told to its citizen: where a photo was taken, or why it is not kept.

The rule: a place is offered before it is used, and no file goes missing without a word.
"""

from dataclasses import replace

from intake import form, waiting
from intake.conversation import Turn
from intake.messages import FileNews, Location, Reply
from intake.moment import Moment
from intake.questions.photo_place import PHOTO_PLACE, offered
from intake.summary import STEP as SUMMARY


def heard(moment: Moment) -> Turn | None:
    """The turn such news makes; None for every other message."""
    news = moment.inbound.file
    if news is None:
        return None
    if news.refused:
        return _refused(news, moment)
    return _placed(news.attachment, news.place, moment) if news.place else moment.turn()


def _refused(news: FileNews, moment: Moment) -> Turn:
    """It is no part of anything any more; the question that waits is put once more."""
    return waiting.again(_without(news.attachment, moment), Reply(moment.say(f"file.{news.refused}")))


def _without(attachment: str, moment: Moment) -> Moment:
    changes: dict[str, object] = {}
    for name in ("draft", "held", "errand"):
        part = getattr(moment.conversation, name)
        if part is not None and attachment in part.attachments:
            left = tuple(one for one in part.attachments if one != attachment)
            changes[name] = replace(part, attachments=left)
    return moment.changed(**changes)


def _placed(attachment: str, place: Location, moment: Moment) -> Turn:
    """Offered at once, or where something else is under way with the questions to come."""
    held, draft = moment.conversation.held, moment.conversation.draft
    if held is not None and attachment in held.attachments:
        return moment.turn(held=replace(held, photo_place=place))
    if draft is None or attachment not in draft.attachments:
        return moment.turn()
    known = offered(draft, place, moment)
    if not PHOTO_PLACE.empty(known) or _is_busy(moment):
        return moment.turn(draft=known)
    return form.ask(PHOTO_PLACE, moment.changed(draft=known, tries=0))


def _is_busy(moment: Moment) -> bool:
    conversation = moment.conversation
    asks_other = conversation.asking not in ("", SUMMARY) and form.asked_now(moment) is None
    return conversation.errand is not None or conversation.editing or conversation.handoff or asks_other
