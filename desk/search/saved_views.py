"""Views of the queue that people keep: a filter under a name of their own, seen by nobody else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from desk.db.tables import saved_views as kept
from desk.workflow.states import Actor
from storage.db.sealed import Tx

MOST = 12


@dataclass(frozen=True, slots=True)
class Saved:
    """`query` is the address's, made by `desk.pages.tickets.queue_filters`."""

    id: int
    title: str
    query: str


async def of(tx: Tx, actor: Actor) -> tuple[Saved, ...]:
    """Their views, the oldest first."""
    query = select(kept.c.id, kept.c.title, kept.c.query).where(kept.c.owner == actor.name)
    return tuple(Saved(*row) for row in await tx.execute(query.order_by(kept.c.id)))


async def keep(tx: Tx, actor: Actor, title: str, query: str, now: datetime) -> bool:
    """Keep a view; one of the same name is replaced. False: they have too many already."""
    named = (kept.c.owner == actor.name, kept.c.title == title)
    changed = update(kept).where(*named).values(query=query, saved_at=now).returning(kept.c.id)
    if (await tx.execute(changed)).scalar() is not None:
        return True
    number = select(func.count()).select_from(kept).where(kept.c.owner == actor.name)
    if (await tx.execute(number)).scalar_one() >= MOST:
        return False
    values = {"owner": actor.name, "title": title, "query": query, "saved_at": now}
    await tx.execute(insert(kept).values(values))
    return True


async def drop(tx: Tx, actor: Actor, view_id: int) -> None:
    """Forget one of their own; others' stay."""
    await tx.execute(delete(kept).where(kept.c.id == view_id, kept.c.owner == actor.name))
