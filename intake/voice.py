"""A voice message nobody has written down: it stays for those who handle the matter, and words are asked."""

from dataclasses import replace

from intake.conversation import Turn
from intake.messages import MediaKind, Reply
from intake.moment import Moment
from intake.questions.words import has_words


def asked_to_type(turn: Turn, moment: Moment) -> Turn:
    """The turn with a word that we cannot hear, before the question that still waits."""
    inbound = moment.inbound
    spoken = any(media.kind is MediaKind.VOICE for media in inbound.media)
    if not spoken or has_words(inbound.text) or moment.conversation.handoff:
        return turn
    word = Reply(moment.say("hint.voice"))
    rest = tuple(_without_photo(reply, moment) for reply in turn.replies)
    return replace(turn, replies=(word, *rest))


def _without_photo(reply: Reply, moment: Moment) -> Reply:
    """The question is not to thank for a photo."""
    if reply.text != moment.say("ask.content_media"):
        return reply
    return replace(reply, text=moment.say("ask.content"))
