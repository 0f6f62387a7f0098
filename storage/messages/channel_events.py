"""What a channel told us beside the dialog, once each."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from intake.model.channel_event import ChannelEvent
from intake.model.messages import ChannelName
from storage.batches import AT_ONCE, delete_some
from storage.db.sealed import Tx
from storage.db.tables import happenings, outcomes
from storage.db.upsert import add_new


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """A happening as it was written down; `conversation_id` None where it concerned no citizen we know."""

    channel: ChannelName
    name: str
    conversation_id: int | None
    at: datetime


async def record(tx: Tx, event: ChannelEvent, conversation_id: int | None, now: datetime) -> bool:
    """Write it down, with what it says of our own messages; False if it was there already."""
    values = {
        "channel": event.channel.value,
        "happening_id": event.id,
        "name": event.name,
        "conversation_id": conversation_id,
        "at": event.at,
        "recorded_at": now,
    }
    if not await add_new(tx, happenings, values, "channel", "happening_id"):
        return False
    for told in event.outcomes:
        row = {
            "channel": event.channel.value,
            "receipt": told.receipt,
            "delivered": told.delivered,
            "reason": told.reason,
            "recorded_at": now,
        }
        await add_new(tx, outcomes, row, "channel", "receipt")
    return True


async def recent(tx: Tx, channel: ChannelName, limit: int = 50) -> list[RecordedEvent]:
    """The newest first."""
    statement = select(happenings).where(happenings.c.channel == channel.value)
    rows = await tx.execute(statement.order_by(happenings.c.id.desc()).limit(limit))
    return [RecordedEvent(ChannelName(row.channel), row.name, row.conversation_id, row.at) for row in rows]


async def purge(tx: Tx, before: datetime, limit: int = AT_ONCE) -> int:
    """Forget what was recorded earlier, up to `limit` of each kind; returns how many."""
    gone = await delete_some(tx, outcomes, outcomes.c.recorded_at < before, limit)
    return gone + await delete_some(tx, happenings, happenings.c.recorded_at < before, limit)
