"""Entries found again by their `once`: replies held back while a platform's own answer carries them.

The rule: a reply that must arrive is queued in its turn's transaction, due a little later. If the answer
reached the platform the entry is settled, if it came too late the entry falls due at once, and if the
process died in between it falls due by itself.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, literal_column, update

from storage.db import batched_statements
from storage.db.batched_statements import Statement
from storage.db.clock import shared
from storage.db.sealed import Tx
from storage.db.tables import outbox

_DUE: ColumnElement[str] = literal_column("'due'")
_UNTRIED = (outbox.c.state == _DUE) & (outbox.c.attempts == 0)


async def settle(tx: Tx, once: Sequence[str], now: datetime) -> int:
    """They have arrived in another way; returns how many were still untried."""
    keys = {f"once{number}": key for number, key in enumerate(once)}
    (settled,) = await batched_statements.send(tx, (_settled(tuple(keys)),), keys | {"now": now})
    return len(settled)


async def release(tx: Tx, once: Sequence[str], now: datetime) -> int:
    """Let the untried ones fall due at once; returns how many."""
    where = outbox.c.once.in_(once) & _UNTRIED
    due_at = await shared(tx, now)
    return (await tx.execute(update(outbox).where(where).values(due_at=due_at))).rowcount


async def drop_untried(tx: Tx, destination: str, lane: str, beginning: str, now: datetime) -> int:
    """Give up the untried ones of a lane whose `once` begins so: something newer takes their place."""
    where = (
        (outbox.c.destination == destination)
        & (outbox.c.lane == lane)
        & outbox.c.once.startswith(beginning, autoescape=True)
        & _UNTRIED
    )
    gone = {"state": "done", "reason": "something newer took its place", "settled_at": now}
    return (await tx.execute(update(outbox).where(where).values(gone))).rowcount


@cache
def _settled(names: tuple[str, ...]) -> Statement:
    some = ", ".join(f":{name}" for name in names)
    return Statement(
        "UPDATE outbox SET state = 'done', settled_at = :now "  # noqa: S608 - our own names of values
        f"WHERE once IN ({some}) AND state = 'due' AND attempts = 0 RETURNING id"
    )
