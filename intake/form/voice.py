"""A voice message nobody has written down: it stays for those who handle the matter, and words are asked."""

from dataclasses import replace

from intake.context import Context
from intake.form.questions.words import has_words
from intake.model.conversation import Turn
from intake.model.messages import MediaKind, Reply


def asked_to_type(turn: Turn, context: Context) -> Turn:
    """The turn with a word that we cannot hear, before the question that still waits."""
    inbound = context.inbound
    spoken = any(media.kind is MediaKind.VOICE for media in inbound.media)
    if not spoken or has_words(inbound.text) or context.conversation.handoff:
        return turn
    word = Reply(context.say("hint.voice"))
    rest = tuple(_without_photo(reply, context) for reply in turn.replies)
    return replace(turn, replies=(word, *rest))


def _without_photo(reply: Reply, context: Context) -> Reply:
    """The question is not to thank for a photo."""
    if reply.text != context.say("ask.content_media"):
        return reply
    return replace(reply, text=context.say("ask.content"))
