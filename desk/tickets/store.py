"""Tickets in and out of the desk's tables."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Row,
    Select,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from desk.db.tables import barred_units, co_units, surveys, tickets
from desk.tickets.confidentiality import closed
from desk.tickets.filters import TicketFilters, readable_by
from desk.workflow import clocks
from desk.workflow.clocks import DeadlineWatch
from desk.workflow.states import FINAL, Actor, Lifecycle, Result, Role, State
from desk.workflow.views import DeskEvent, DeskTicket, may_see
from hotline.contract import TicketDocument
from intake.city import CityProfile
from storage.db.sealed import Tx, seal, unseal
from storage.db.upsert import insert_new

__all__ = ["DeskEvent", "DeskTicket", "may_see"]

Words = dict[str, Any]
ALL = TicketFilters()
TEXTS = ("reply_public", "reply_internal", "public_text", "pending_reason", "pending_plan")
_NOT_PLAIN = {*TEXTS, "state", "co_units", "barred", "appeal_type", "urgency"}
PLAIN = tuple(one.name for one in fields(Lifecycle) if one.name not in _NOT_PLAIN)
"""Facts of a life that have a column of the same name, and change."""


async def load(tx: Tx, hotline_ref: str, *, lock: bool = False) -> DeskTicket | None:
    """The ticket, with its row locked until the transaction ends if wanted."""
    return await _one(tx, tickets.c.hotline_ref, hotline_ref, lock=lock)


async def by_key(tx: Tx, idempotency_key: str) -> DeskTicket | None:
    """The ticket that was filed under this key."""
    return await _one(tx, tickets.c.idempotency_key, idempotency_key)


async def number(tx: Tx, written: str) -> str | None:
    """The `hotline_ref` of the ticket that goes by this number, at the desk or at the front door."""
    if not written.isprintable():
        return None
    named = or_(tickets.c.hotline_ref == written, tickets.c.reference == written)
    return (await tx.execute(select(tickets.c.hotline_ref).where(named).limit(1))).scalar()


async def queue(
    tx: Tx, actor: Actor, sieve: TicketFilters = ALL, *, now: datetime, limit: int = 50, skip: int = 0
) -> tuple[DeskTicket, ...]:
    """The tickets this person may see and the sieve lets through: the most urgent first, then the newest.

    `skip` leaves out so many of the first. What has ended is never urgent: there the newest alone come first,
    whose rows an index has in order.
    """
    query = _visible(select(tickets), actor).where(*sieve.conditions(now))
    newest = tickets.c.id.desc()
    if sieve.states is None or not sieve.states <= FINAL:
        rank = case({"critical": 0, "urgent": 1}, value=tickets.c.urgency, else_=2)
        found = await _read(tx, query.order_by(rank, newest).limit(limit).offset(skip))
    else:
        theirs = {sieve.unit, actor.unit} - {None} if sieve.plain else set()
        if len(theirs) == 1:
            query = query.where(tickets.c.id.in_(_latest_of(theirs.pop() or "", sieve, limit + skip)))
        found = await _read(tx, query.order_by(newest).limit(limit).offset(skip))
    return tuple(closed(ticket) for ticket in found)


def _latest_of(unit: str, sieve: TicketFilters, limit: int) -> Select[Any]:
    """The newest numbers a unit has to do with, from either side by an index: no list shows older ones."""
    states = tickets.c.state.in_(sorted(sieve.states or ()))
    leads = select(tickets.c.id).where(tickets.c.lead_unit == unit, states)
    helps = (
        select(tickets.c.id)
        .join(co_units, co_units.c.ticket_id == tickets.c.id)
        .where(co_units.c.unit == unit, states)
    )
    sides = (select(one.order_by(tickets.c.id.desc()).limit(limit).subquery().c.id) for one in (leads, helps))
    return select(union(*sides).subquery().c.id)


async def by_ids(tx: Tx, ids: Sequence[int], actor: Actor) -> tuple[DeskTicket, ...]:
    """Those of these tickets this person may see, the newest first."""
    query = _visible(select(tickets).where(tickets.c.id.in_(ids)), actor)
    found = await _read(tx, query.order_by(tickets.c.id.desc()))
    return tuple(closed(ticket) for ticket in found)


async def by_refs(tx: Tx, refs: Sequence[str]) -> list[DeskTicket]:
    """The tickets of these numbers, in no order."""
    return await _read(tx, select(tickets).where(tickets.c.hotline_ref.in_(refs)))


async def counts(tx: Tx, actor: Actor, sieve: TicketFilters = ALL, *, now: datetime) -> dict[State, int]:
    """How many tickets this person may see stand in each state; states without one are left out."""
    counted = _visible(select(tickets.c.state, func.count()), actor).where(*sieve.conditions(now))
    return {State(state): number for state, number in await tx.execute(counted.group_by(tickets.c.state))}


async def add(tx: Tx, values: dict[str, Any], document: TicketDocument) -> bool:
    """Insert a ticket; False if one was filed under its key already."""
    sealed = {"document_sealed": seal(tx, TicketDocument, document), "texts_sealed": seal(tx, Words, {})}
    statement = insert_new(tx, tickets, "idempotency_key").values({**values, **sealed})
    return (await tx.execute(statement.returning(tickets.c.id))).scalar() is not None


def plain(life: Lifecycle, watch: DeadlineWatch | None) -> dict[str, Any]:
    """The columns that say where a ticket stands."""
    seen = {
        "watch": watch and watch.kind,
        "watch_due": watch and watch.due,
        "watch_warn": watch and watch.warn,
    }
    return {"state": life.state, **{name: getattr(life, name) for name in PLAIN}, **seen}


async def save(tx: Tx, ticket: DeskTicket, life: Lifecycle, at: datetime, city: CityProfile) -> DeskTicket:
    """Store a ticket's new standing; its version goes up by one. The row must be locked."""
    watch = clocks.watched(life, city)
    values = plain(life, watch) | {
        "version": ticket.version + 1,
        "texts_sealed": seal(tx, Words, {name: getattr(life, name) for name in TEXTS}),
        "updated_at": at,
    }
    await tx.execute(update(tickets).where(tickets.c.id == ticket.id).values(values))
    if life.co_units != ticket.life.co_units:
        await _save_co_units(tx, ticket.id, life.co_units)
    return replace(ticket, version=ticket.version + 1, life=life, watch=watch, updated_at=at)


async def add_survey(
    tx: Tx, ticket_id: int, result: Result, round_: int, now: datetime, *, late: bool
) -> None:
    """Keep a survey's result; `late` when the ticket no longer waited for it."""
    row = {
        "ticket_id": ticket_id,
        "round": result.round or round_,
        "late": late,
        "answered": result.answered,
        "contacted": result.contacted,
        "solved": result.solved,
        "satisfied": result.satisfied,
        "score": result.score,
        "rework_wanted": result.rework_wanted,
        "reasons": ",".join(result.reason_codes)[:128],
        "words_sealed": seal(tx, Words, {"reason_codes": result.reason_codes, "comment": result.comment}),
        "via": result.via,
        "answered_at": result.answered_at,
        "received_at": now,
    }
    await tx.execute(insert(surveys).values(row))


async def _one(tx: Tx, column: Column[str], value: str, *, lock: bool = False) -> DeskTicket | None:
    if not value.isprintable():  # PostgreSQL cannot even look for a NUL
        return None
    query = select(tickets).where(column == value)
    found = await _read(tx, query.with_for_update() if lock else query)
    return found[0] if found else None


async def _read(tx: Tx, query: Select[Any]) -> list[DeskTicket]:
    rows = (await tx.execute(query)).all()
    ids = [row.id for row in rows]
    helping, barred = await _co_units_of(tx, ids), await _barred_from(tx, ids)
    return [_ticket(tx, row, helping.get(row.id, ()), barred.get(row.id, ())) for row in rows]


async def bar(tx: Tx, ticket_id: int, units: Iterable[str]) -> None:
    """These units may not read the ticket any more. Its row must be locked."""
    await tx.execute(insert(barred_units), [{"ticket_id": ticket_id, "unit": unit} for unit in sorted(units)])


async def _barred_from(tx: Tx, ticket_ids: list[int]) -> dict[int, tuple[str, ...]]:
    query = select(barred_units).where(barred_units.c.ticket_id.in_(ticket_ids)).order_by(barred_units.c.unit)
    found: dict[int, tuple[str, ...]] = {}
    for row in await tx.execute(query):
        found[row.ticket_id] = (*found.get(row.ticket_id, ()), row.unit)
    return found


async def _co_units_of(tx: Tx, ticket_ids: list[int]) -> dict[int, tuple[str, ...]]:
    query = select(co_units).where(co_units.c.ticket_id.in_(ticket_ids)).order_by(co_units.c.position)
    found: dict[int, tuple[str, ...]] = {}
    for row in await tx.execute(query):
        found[row.ticket_id] = (*found.get(row.ticket_id, ()), row.unit)
    return found


async def _save_co_units(tx: Tx, ticket_id: int, units: tuple[str, ...]) -> None:
    await tx.execute(delete(co_units).where(co_units.c.ticket_id == ticket_id))
    rows = [{"ticket_id": ticket_id, "position": n, "unit": unit} for n, unit in enumerate(units)]
    if rows:
        await tx.execute(insert(co_units), rows)


def _visible(query: Select[Any], actor: Actor) -> Select[Any]:
    return query.where(readable_by(actor.unit or "")) if actor.role is Role.UNIT else query


def _ticket(tx: Tx, row: Row[Any], helping: tuple[str, ...], barred: tuple[str, ...]) -> DeskTicket:
    life = Lifecycle(
        state=State(row.state),
        appeal_type=row.appeal_type,
        urgency=row.urgency,
        co_units=helping,
        barred=barred,
        **{name: getattr(row, name) for name in PLAIN},
        **unseal(tx, Words, row.texts_sealed),
    )
    return DeskTicket(
        id=row.id,
        hotline_ref=row.hotline_ref,
        reference=row.reference,
        version=row.version,
        document=unseal(tx, TicketDocument, row.document_sealed),
        life=life,
        watch=DeadlineWatch(row.watch, row.watch_due, row.watch_warn) if row.watch else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
        erased_at=row.erased_at,
        event_count=row.event_count,
        last_hash=row.last_hash,
    )
