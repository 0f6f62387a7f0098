"""Callbacks on their way to the front door: the desk's own outbox (`storage.outbox.engine`).

A lane is one ticket or one conversation.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from desk.db.tables import callbacks
from hotline.contract import Callback
from storage.batches import AT_ONCE, delete_some
from storage.db.clock import shared
from storage.db.sealed import Tx, seal, unseal
from storage.outbox import engine
from storage.outbox.engine import DONE, DUE, Entry, Outbox

FRONT_DOOR = "front_door"
WAITS_BURIED = timedelta(days=90)
"""How long a buried callback waits for an operator."""

Claimed = engine.Claimed[Callback]
OUTBOX = Outbox(
    callbacks,
    Callback,
    destination=FRONT_DOOR,
    kind="type",
    settled_at="ended_at",
    states={DUE: "waiting", DONE: "sent"},
    longest=timedelta(minutes=15),
    anew=True,
)

claim, done, bury, later = OUTBOX.claim, OUTBOX.done, OUTBOX.bury, OUTBOX.later
put_back, retry, entries = OUTBOX.put_back, OUTBOX.retry, OUTBOX.entries


async def queue(tx: Tx, callback: Callback, *, lane: str, now: datetime) -> None:
    """Have the front door told, once this transaction commits."""
    at = await shared(tx, now)
    row = {
        "event_id": callback.event_id,
        "lane": lane,
        "type": callback.type,
        "body_sealed": seal(tx, Callback, callback),
        "state": OUTBOX.spelled(DUE),
        "queued_at": at,
        "due_at": at,
        "attempts": 0,
    }
    await tx.execute(insert(callbacks).values(row))


async def of_lane(tx: Tx, lane: str) -> dict[str, Entry]:
    """A ticket's or conversation's callbacks that are still known, by event_id."""
    found = await tx.execute(select(callbacks.c.event_id, *OUTBOX.shown).where(callbacks.c.lane == lane))
    return {event_id: Entry(*shown) for event_id, *shown in found}


async def bodies(tx: Tx, lane: str) -> list[tuple[int, Callback]]:
    """What a ticket's or conversation's callbacks say, told or not, with their ids."""
    found = await tx.execute(select(callbacks.c.id, callbacks.c.body_sealed).where(callbacks.c.lane == lane))
    return [(number, unseal(tx, Callback, sealed)) for number, sealed in found]


async def replace_body(tx: Tx, entry_id: int, callback: Callback) -> None:
    """It says this from now on."""
    kept = update(callbacks).where(callbacks.c.id == entry_id)
    await tx.execute(kept.values(body_sealed=seal(tx, Callback, callback)))


async def forget(tx: Tx, lane: str) -> None:
    """There is nobody any more whom these could be told."""
    await tx.execute(delete(callbacks).where(callbacks.c.lane == lane))


async def purge(tx: Tx, before: datetime, limit: int = AT_ONCE) -> int:
    """Forget what was delivered before, and what lay buried for long, up to `limit`; returns how many."""
    delivered = (callbacks.c.state == "sent") & (callbacks.c.ended_at < before)
    given_up = (callbacks.c.state == "buried") & (callbacks.c.ended_at < before - WAITS_BURIED)
    return await delete_some(tx, callbacks, delivered | given_up, limit)
