"""Notices: what the centre, a unit or the leaders should know of a ticket, until somebody says "seen"."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select, update

from desk.db.tables import barred_units, notices, tickets
from desk.workflow.states import Actor, Lifecycle, Role
from storage.db.sealed import Tx

CENTRE = "centre"
LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Notice:
    """`kind` is the action or the timer it comes from."""

    id: int
    hotline_ref: str
    reference: str
    kind: str
    at: datetime
    seen_by: str | None
    seen_at: datetime | None


def audiences(notifies: Iterable[str], life: Lifecycle) -> tuple[str, ...]:
    """Who is meant by lead, co, centre and leader."""
    found: list[str] = []
    for ring in notifies:
        if ring == "lead":
            found += [f"unit:{life.lead_unit}"] if life.lead_unit in life.readers else []
        elif ring == "co":
            found += [f"unit:{unit}" for unit in life.co_units if unit in life.readers]
        else:
            found.append(ring)
    return tuple(dict.fromkeys(found))


async def ring(tx: Tx, ticket_id: int, kind: str, to: Iterable[str], at: datetime) -> None:
    """Put up a notice for each of these audiences."""
    rows = [{"ticket_id": ticket_id, "audience": audience, "kind": kind, "at": at} for audience in to]
    if rows:
        await tx.execute(insert(notices), rows)


async def latest(tx: Tx, actor: Actor, limit: int = 100, skip: int = 0) -> tuple[Notice, ...]:
    """This person's notices, those nobody has seen first, then the newest."""
    columns = (
        notices.c.id,
        tickets.c.hotline_ref,
        tickets.c.reference,
        notices.c.kind,
        notices.c.at,
        notices.c.seen_by,
        notices.c.seen_at,
    )
    query = select(*columns).join(tickets, tickets.c.id == notices.c.ticket_id).where(_for(actor))
    query = query.order_by(notices.c.seen_at.is_not(None), notices.c.id.desc()).limit(limit).offset(skip)
    return tuple(Notice(*row) for row in await tx.execute(query))


async def count(tx: Tx, actor: Actor) -> int:
    """How many of this person's notices nobody has seen."""
    query = select(func.count()).select_from(notices).where(_for(actor), notices.c.seen_at.is_(None))
    return (await tx.execute(query)).scalar_one()


async def see(tx: Tx, actor: Actor, notice_id: int | None, now: datetime) -> None:
    """Say that a notice, or all of them, have been seen."""
    mine = _for(actor) & notices.c.seen_at.is_(None)
    chosen = mine if notice_id is None else mine & (notices.c.id == notice_id)
    await tx.execute(update(notices).where(chosen).values(seen_by=actor.name, seen_at=now))


def _for(actor: Actor) -> ColumnElement[bool]:
    audience = {Role.CENTRE: CENTRE, Role.LEADER: LEADER, Role.UNIT: f"unit:{actor.unit}"}
    meant = notices.c.audience == audience.get(actor.role, "")
    return meant & _readable(actor.unit or "") if actor.role is Role.UNIT else meant


def _readable(unit: str) -> ColumnElement[bool]:
    """What was put up before a unit was barred from a ticket is no business of its any more."""
    barred = select(barred_units.c.ticket_id).where(barred_units.c.unit == unit)
    return notices.c.ticket_id.not_in(barred)
