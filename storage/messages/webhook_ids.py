"""Ids of signed messages we have taken: a signature alone does not stop a replay.

The rule: an id is remembered in the transaction that acts on its message, and for longer
than its timestamp is accepted.
"""

from datetime import datetime

from storage.batches import AT_ONCE, delete_some
from storage.db.sealed import Tx
from storage.db.tables import replays
from storage.db.upsert import insert_new


async def remember(tx: Tx, source: str, message_id: str, now: datetime) -> bool:
    """Take note of `message_id` (unique per `source`); False if it was there already."""
    statement = insert_new(tx, replays, "source", "message_id").returning(replays.c.message_id)
    values = {"source": source, "message_id": message_id, "seen_at": now}
    return (await tx.execute(statement, values)).one_or_none() is not None


async def purge(tx: Tx, before: datetime, limit: int = AT_ONCE) -> int:
    """Forget the ids seen earlier, up to `limit`; returns how many."""
    return await delete_some(tx, replays, replays.c.seen_at < before, limit)
