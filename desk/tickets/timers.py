"""What is to happen to tickets by itself: kept in the table, so that no restart forgets it.

A ticket's rows follow its clocks with every step. One that has fired stays, so that it
does not fire again; it comes back to life only when its clock gives it another moment.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from desk.db.tables import tickets, timers
from storage.db.sealed import Tx


async def follow(tx: Tx, ticket_id: int, wanted: Mapping[str, datetime]) -> None:
    """Make the ticket's timers these: kind and moment. The ticket's row must be locked."""
    query = select(timers.c.kind, timers.c.due_at).where(timers.c.ticket_id == ticket_id)
    known = {row.kind: row.due_at for row in await tx.execute(query)}
    gone = known.keys() - wanted.keys()
    if gone:
        await tx.execute(delete(timers).where(_of(ticket_id), timers.c.kind.in_(sorted(gone))))
    for kind, due_at in wanted.items():
        if kind in known and known[kind] != due_at:
            moved = update(timers).where(_of(ticket_id), timers.c.kind == kind)
            await tx.execute(moved.values(due_at=due_at, fired_at=None))
    fresh = [
        {"ticket_id": ticket_id, "kind": kind, "due_at": due_at}
        for kind, due_at in wanted.items()
        if kind not in known
    ]
    if fresh:
        await tx.execute(insert(timers), fresh)


async def due(tx: Tx, now: datetime, limit: int) -> tuple[str, ...]:
    """The tickets (`hotline_ref`) for which something is due, longest waiting first."""
    query = (
        select(tickets.c.hotline_ref, timers.c.due_at)
        .join(timers, timers.c.ticket_id == tickets.c.id)
        .where(timers.c.fired_at.is_(None), timers.c.due_at <= now)
        .order_by(timers.c.due_at)
        .limit(limit)
    )
    return tuple(dict.fromkeys(row.hotline_ref for row in await tx.execute(query)))


async def fire(tx: Tx, ticket_id: int, now: datetime) -> tuple[str, ...]:
    """The ticket's due timers by kind, marked as fired: nobody gets them again. It must be locked."""
    ready = _of(ticket_id) & timers.c.fired_at.is_(None) & (timers.c.due_at <= now)
    found = (await tx.execute(select(timers.c.kind).where(ready).order_by(timers.c.due_at))).scalars().all()
    await tx.execute(update(timers).where(ready).values(fired_at=now))
    return tuple(found)


def _of(ticket_id: int) -> ColumnElement[bool]:
    return timers.c.ticket_id == ticket_id
