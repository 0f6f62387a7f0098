"""The outbox as an operator sees it, and what is swept from it.

The rule: an operator sees where an entry goes and why it does not, never what it says.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, literal_column, select, update

from storage.documents import Tx
from storage.tables import outbox

REMEMBER = timedelta(days=90)  # how long `once`, and what nobody dealt with, outlives the bodies


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry without its body. `reason` is the last failure's."""

    id: int
    destination: str
    kind: str
    lane: str
    state: str
    attempts: int
    queued_at: datetime
    due_at: datetime
    settled_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Stuck:
    """What a destination has not taken: how many, since when the oldest waits, why one of them does."""

    destination: str
    count: int
    oldest: datetime
    reason: str | None


async def stuck(tx: Tx, before: datetime) -> list[Stuck]:
    """What has been due since `before`, or was tried in vain and queued before then; per destination."""
    tried = (outbox.c.attempts > 0) & (outbox.c.queued_at < before)
    waits = (outbox.c.state == literal_column("'due'")) & ((outbox.c.due_at < before) | tried)
    oldest = func.min(outbox.c.queued_at, type_=outbox.c.queued_at.type)
    columns = (outbox.c.destination, func.count(), oldest, func.max(outbox.c.reason))
    statement = select(*columns).where(waits).group_by(outbox.c.destination)
    return [Stuck(*row) for row in await tx.execute(statement.order_by(outbox.c.destination))]


async def entries(tx: Tx, state: str | None = None, limit: int = 50) -> list[Entry]:
    """The oldest entries in this state (None = any)."""
    columns = [outbox.c[name] for name in Entry.__slots__]
    statement = select(*columns).order_by(outbox.c.id).limit(limit)
    if state is not None:
        statement = statement.where(outbox.c.state == state)
    return [Entry(*row) for row in await tx.execute(statement)]


async def depth(tx: Tx) -> list[tuple[str, int, datetime]]:
    """Per destination with open entries: its name, how many, and since when the oldest waits."""
    statement = (
        select(
            outbox.c.destination, func.count(), func.min(outbox.c.queued_at, type_=outbox.c.queued_at.type)
        )
        .where(outbox.c.state == literal_column("'due'"))
        .group_by(outbox.c.destination)
        .order_by(outbox.c.destination)
    )
    return [(destination, count, oldest) for destination, count, oldest in await tx.execute(statement)]


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
