"""What is swept from the front door's outbox."""

from datetime import datetime, timedelta

from storage.batches import AT_ONCE, delete_some, update_some
from storage.db.sealed import Tx
from storage.db.tables import is_sent_and_readable, outbox

REMEMBER = timedelta(days=90)  # how long `once`, and what nobody dealt with, outlives the bodies


async def purge(tx: Tx, before: datetime, limit: int = AT_ONCE) -> int:
    """Wipe the bodies of what was delivered before, up to `limit` of each kind; returns how many.

    An entry queued with `once` stays as an empty row for 90 days more, so that it is not
    queued again. What was kept, buried or is unsure waits for someone as long, then goes.
    """
    old = (outbox.c.state != "due") & (outbox.c.settled_at < before - REMEMBER)
    delivered = is_sent_and_readable & (outbox.c.settled_at < before)
    gone = await delete_some(tx, outbox, old, limit)
    gone += await delete_some(tx, outbox, delivered & outbox.c.once.is_(None), limit)
    wiped = {"body_sealed": None, "reason": None}
    return gone + await update_some(tx, outbox, delivered & outbox.c.once.is_not(None), wiped, limit)
