"""Answers staff use again and again: the centre's are everybody's, a unit's its own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, or_, select

from desk.db.tables import canned
from desk.workflow.states import Actor, Role
from storage.db.sealed import Tx


@dataclass(frozen=True, slots=True)
class Canned:
    """`unit` None: everybody may use it."""

    id: int
    unit: str | None
    title: str
    text: str
    by: str


async def usable(tx: Tx, actor: Actor) -> tuple[Canned, ...]:
    """The answers this person may use, by title."""
    columns = (canned.c.id, canned.c.unit, canned.c.title, canned.c.text, canned.c.by)
    query = select(*columns).where(_shown(actor)).order_by(canned.c.title, canned.c.id)
    return tuple(Canned(*row) for row in await tx.execute(query))


async def add(tx: Tx, actor: Actor, title: str, text: str, now: datetime) -> None:
    """Keep an answer: for everybody if the centre wrote it, else for the person's own unit."""
    values = {"unit": actor.unit, "title": title[:64], "text": text[:2000], "by": actor.name}
    await tx.execute(insert(canned).values(values | {"updated_at": now}))


async def drop(tx: Tx, actor: Actor, canned_id: int) -> None:
    """Take an answer away; others' stay."""
    await tx.execute(delete(canned).where(canned.c.id == canned_id, _own(actor)))


def _shown(actor: Actor) -> ColumnElement[bool]:
    return or_(canned.c.unit.is_(None), canned.c.unit == (actor.unit or ""))


def _own(actor: Actor) -> ColumnElement[bool]:
    return canned.c.unit.is_(None) if actor.role is Role.CENTRE else canned.c.unit == (actor.unit or "")
