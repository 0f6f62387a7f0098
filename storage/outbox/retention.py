"""What is swept from the front door's outbox."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update

from storage.db.sealed import Tx
from storage.db.tables import outbox

REMEMBER = timedelta(days=90)  # how long `once`, and what nobody dealt with, outlives the bodies


async def purge(tx: Tx, before: datetime) -> int:
    """Wipe the bodies of what was delivered before; returns how many.

    An entry queued with `once` stays as an empty row for 90 days more, so that it is not
    queued again. What was kept, buried or is unsure waits for someone as long, then goes.
    """
    await tx.execute(delete(outbox).where(outbox.c.state != "due", outbox.c.settled_at < before - REMEMBER))
    delivered = (outbox.c.state == "done") & (outbox.c.settled_at < before)
    gone = await tx.execute(delete(outbox).where(delivered, outbox.c.once.is_(None)))
    wiped = await tx.execute(
        update(outbox)
        .where(delivered, outbox.c.body_sealed.is_not(None))
        .values(body_sealed=None, reason=None)
    )
    return gone.rowcount + wiped.rowcount
