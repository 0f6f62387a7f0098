"""Messages the channel has taken, and will say later what became of.

The rule: "taken" is not "delivered". An entry that said everything waits as `awaited` for its
outcome: delivered makes it `done`; failed, or never told, `kept` for the citizen's next
contact. One that only announced its message is `kept` at once. The outcome may be told before
we have noted the receipt: both sides lock the conversation first, so one of them sees the other.
"""

from datetime import datetime

from sqlalchemy import select, update

from intake.model.channel_event import DeliveryOutcome
from intake.model.messages import ChannelName
from storage.batches import AT_ONCE, update_some
from storage.db.sealed import Tx
from storage.db.tables import conversations, outbox, outcomes
from storage.outbox.engine import KEPT
from storage.outbox.outbox import Claimed
from storage.outbox.outbox import settle as settle_entry

AWAITED = "awaited"


async def taken(tx: Tx, entry: Claimed, receipt: str, *, whole: bool, now: datetime) -> None:
    """The channel took this entry's message under `receipt`; `whole` if the message said everything.

    Raises TakenOver.
    """
    await _hold(tx, entry.conversation_id)
    await settle_entry(tx, entry, AWAITED if whole else KEPT, None, now)
    await tx.execute(update(outbox).where(outbox.c.id == entry.id).values(receipt=receipt))
    where = (outcomes.c.channel == entry.destination) & (outcomes.c.receipt == receipt)
    told = (await tx.execute(select(outcomes).where(where))).one_or_none()
    if told is not None:
        outcome = DeliveryOutcome(told.receipt, told.delivered, told.reason)
        await settle(tx, ChannelName(entry.destination), outcome, now)


async def settle(tx: Tx, channel: ChannelName, told: DeliveryOutcome, now: datetime) -> None:
    """The channel says what became of a message: nothing happens if it is not awaited."""
    where = (outbox.c.receipt == told.receipt) & (outbox.c.destination == channel.value)
    values = {
        "state": "done" if told.delivered else "kept",
        "reason": None if told.delivered else told.reason,
        "settled_at": now,
    }
    await tx.execute(update(outbox).where(where, outbox.c.state == "awaited").values(values))


async def give_up(tx: Tx, before: datetime, now: datetime, limit: int = AT_ONCE) -> int:
    """Keep what the channel took earlier and never spoke of again, up to `limit`; returns how many."""
    where = (outbox.c.state == "awaited") & (outbox.c.settled_at < before)
    values = {"state": "kept", "reason": "its outcome was never told", "settled_at": now}
    return await update_some(tx, outbox, where, values, limit)


async def _hold(tx: Tx, conversation_id: int | None) -> None:
    await tx.execute(
        select(conversations.c.id).where(conversations.c.id == conversation_id).with_for_update()
    )
