"""An album comes photo by photo, and its photos may come after the matter was handed in.

The rule: a photo belongs where the rest of its album went, and one sent before the matter was handed in
belongs to that matter. Presses have a queue of their own at the platform, so that who presses "submit"
while photos are still on their way overtakes them.
"""

from dataclasses import replace

from intake.context import Context, tail
from intake.model.conversation import Conversation, FileTicket, TellHotline, Turn
from intake.model.messages import Reply


def latecomer(context: Context) -> Turn | None:
    """A photo whose matter was filed before it came: it follows as a supplement."""
    inbound, files = context.inbound, context.situation.attachments
    if _writing(context.conversation) or not files or not context.situation.tickets:
        return None
    newest = context.situation.tickets[0]
    of_its_album = bool(inbound.group) and inbound.group == context.conversation.album
    if not of_its_album and inbound.at >= newest.submitted_at:
        return None
    done = Reply(context.say("errand.supplement_done", tail=tail(newest.reference)), durable=True)
    effect = TellHotline(newest.reference, "supplement", inbound.text.strip() or None, files)
    return context.turn(done, effects=(effect,))


def remembered(turn: Turn, context: Context) -> Turn:
    """The turn with the album that is part of what is being written, or of what was filed last."""
    return replace(turn, conversation=replace(turn.conversation, album=_album(turn, context)))


def _album(turn: Turn, context: Context) -> str:
    before, after = _writing(context.conversation), _writing(turn.conversation)
    if after and context.inbound.group:
        return context.inbound.group
    filed = any(isinstance(effect, FileTicket) for effect in turn.effects)
    if before == after or filed:
        return context.conversation.album
    return ""  # begun without an album, or given up


def _writing(conversation: Conversation) -> bool:
    return conversation.draft is not None or conversation.held is not None
