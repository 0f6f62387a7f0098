"""Messages that waited for a citizen's next contact: WeChat lets nobody be written to at any time."""

from datetime import datetime

from app.delivery.queue_replies import SURVEYS
from intake.dialog.live_steps import still_asks
from intake.model.conversation import Conversation
from intake.model.messages import Event, Inbound, Outgoing, Reply
from storage.db.database import Tx
from storage.outbox import outbox
from storage.turn_store import Begun


async def taken(tx: Tx, begun: Begun, inbound: Inbound, now: datetime) -> list[Outgoing]:
    """What waited for this contact; whoever leaves is told nothing, and news of a file is no contact."""
    if inbound.event is Event.LEFT or inbound.file is not None or not begun.kept:
        return []
    return await outbox.take_kept(tx, begun.stored.id, now)


def once_each(
    kept: list[Outgoing], told: tuple[Reply, ...], conversation: Conversation
) -> tuple[list[Outgoing], tuple[Reply, ...]]:
    """Of surveys that waited for this contact only the last question that still waits, and that once."""
    latest = {one.reply.step: one for one in kept if one.purpose in SURVEYS}
    still = [
        one
        for one in kept
        if one.purpose not in SURVEYS
        or (latest[one.reply.step] is one and still_asks(conversation, one.reply.step))
    ]
    asked = {one.reply.step for one in still if one.purpose in SURVEYS and one.reply.choices}
    return still, tuple(reply for reply in told if reply.step not in asked)


def surveys_in(kept: list[Outgoing]) -> frozenset[int]:
    """The places of those that must not come twice, and so are not held back."""
    return frozenset(place for place, outgoing in enumerate(kept) if outgoing.purpose in SURVEYS)
