"""Callbacks on their way to the front door: durable, in order within a lane, each once claimed at a time.

A lane is one ticket or one conversation. Claiming moves `due_at` on by a lease and
counts the attempt; a dead worker's entry falls due again by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, insert, select, update

from desk.tables import callbacks
from hotline.contract import Callback
from storage.crypto import Undecryptable
from storage.documents import Tx, Unreadable, seal, unseal

WAITS_BURIED = timedelta(days=90)
"""How long a buried callback waits for an operator."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One callback to send now; `attempts` counts this one. `callback` None: it cannot be read."""

    id: int
    event_id: str
    callback: Callback | None
    attempts: int
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One callback as operators see it. `state`: waiting, sent or buried (with the reason)."""

    id: int
    event_id: str
    lane: str
    type: str
    state: str
    queued_at: datetime
    due_at: datetime
    attempts: int
    reason: str | None
    ended_at: datetime | None


async def queue(tx: Tx, callback: Callback, *, lane: str, now: datetime) -> None:
    """Have the front door told, once this transaction commits."""
    row = {
        "event_id": callback.event_id,
        "lane": lane,
        "type": callback.type,
        "body_sealed": seal(tx, Callback, callback),
        "state": "waiting",
        "queued_at": now,
        "due_at": now,
        "attempts": 0,
    }
    await tx.execute(insert(callbacks).values(row))


async def claim(tx: Tx, *, now: datetime, lease: timedelta, limit: int) -> list[Claimed]:
    """Due heads of their lanes, oldest first; nobody else gets them for the time of the lease."""
    earlier = callbacks.alias("earlier")
    blocked = exists().where(
        earlier.c.lane == callbacks.c.lane, earlier.c.state == "waiting", earlier.c.id < callbacks.c.id
    )
    heads = (
        select(callbacks)
        .where(callbacks.c.state == "waiting", callbacks.c.due_at <= now, ~blocked)
        .order_by(callbacks.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has one writer and needs no lock
    )
    rows = (await tx.execute(heads)).all()
    taken = [row.id for row in rows]
    moved = update(callbacks).where(callbacks.c.id.in_(taken))
    await tx.execute(moved.values(due_at=now + lease, attempts=callbacks.c.attempts + 1))
    return [
        Claimed(row.id, row.event_id, _read(tx, row.body_sealed), row.attempts + 1, row.queued_at)
        for row in rows
    ]


async def sent(tx: Tx, entry_id: int, now: datetime) -> None:
    """The front door has it."""
    await _end(tx, entry_id, "sent", None, now)


async def bury(tx: Tx, entry_id: int, reason: str, now: datetime) -> None:
    """Give up; the next of the lane may go. An operator sees the reason."""
    await _end(tx, entry_id, "buried", reason, now)


async def later(tx: Tx, entry_id: int, due_at: datetime, reason: str) -> None:
    """Try again at `due_at`; its lane waits."""
    row = callbacks.c.id == entry_id
    await tx.execute(update(callbacks).where(row).values(due_at=due_at, reason=reason[:512]))


async def retry(tx: Tx, entry_id: int, now: datetime) -> bool:
    """Dig a buried callback up again, with its time to live begun anew. False: nothing buried there."""
    buried = (callbacks.c.id == entry_id) & (callbacks.c.state == "buried")
    fresh = {"state": "waiting", "due_at": now, "queued_at": now, "attempts": 0, "ended_at": None}
    result = await tx.execute(update(callbacks).where(buried).values(fresh))
    return result.rowcount == 1


async def entries(tx: Tx, *, state: str | None = None, limit: int = 100) -> list[Entry]:
    """Callbacks, newest first."""
    columns = [callbacks.c[name] for name in Entry.__dataclass_fields__]
    query = select(*columns).order_by(callbacks.c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(callbacks.c.state == state)
    return [Entry(*row) for row in await tx.execute(query)]


async def of_lane(tx: Tx, lane: str) -> dict[str, Entry]:
    """A ticket's or conversation's callbacks that are still known, by event_id."""
    columns = [callbacks.c[name] for name in Entry.__dataclass_fields__]
    found = [Entry(*row) for row in await tx.execute(select(*columns).where(callbacks.c.lane == lane))]
    return {entry.event_id: entry for entry in found}


async def purge(tx: Tx, before: datetime) -> int:
    """Forget what was delivered before, and what lay buried for long; returns how many."""
    delivered = (callbacks.c.state == "sent") & (callbacks.c.ended_at < before)
    given_up = (callbacks.c.state == "buried") & (callbacks.c.ended_at < before - WAITS_BURIED)
    return (await tx.execute(delete(callbacks).where(delivered | given_up))).rowcount


async def _end(tx: Tx, entry_id: int, state: str, reason: str | None, now: datetime) -> None:
    values = {"state": state, "reason": reason and reason[:512], "ended_at": now}
    await tx.execute(update(callbacks).where(callbacks.c.id == entry_id).values(values))


def _read(tx: Tx, sealed: bytes) -> Callback | None:
    try:
        return unseal(tx, Callback, sealed)
    except (Undecryptable, Unreadable):
        return None
