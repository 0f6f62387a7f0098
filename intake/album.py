"""The pictures of one album come as messages of their own: they are acknowledged once."""

from dataclasses import replace

from intake.conversation import Turn
from intake.messages import Reply
from intake.moment import Moment
from intake.questions.words import has_words

_FULL = "#full"


def acknowledged_once(turn: Turn, moment: Moment) -> Turn:
    """The turn without an answer, if the album it belongs to has had one; a full draft is told once too."""
    group, last = moment.inbound.group, moment.conversation.last_group
    if not group:
        return turn
    full = last == group + _FULL or any(_is_too_many(reply, moment) for reply in turn.replies)
    noted = replace(turn, conversation=replace(turn.conversation, last_group=group + _FULL * full))
    if has_words(moment.inbound.text) or not last.startswith(group):
        return noted
    unsaid = full and last == group
    return replace(noted, replies=tuple(r for r in turn.replies if unsaid and _is_too_many(r, moment)))


def too_many(moment: Moment) -> Reply:
    """What is said when files are left out."""
    return Reply(moment.say("hint.too_many_files", limit=moment.city.drafts.max_attachments))


def _is_too_many(reply: Reply, moment: Moment) -> bool:
    return reply.text == too_many(moment).text
