"""Filed tickets, what the backend said about them, and where they stand.

The rule: what was filed and what was said is only added to; where a ticket stands is
computed from it by the core and kept beside it, ready to be shown.
"""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from intake.model.ports import Followed
from intake.model.status import ENDED, Standing, StatusUpdate
from intake.model.ticket import Ticket, TicketView
from storage.db.keyring import decoy
from storage.db.sealed import Tx, keyring, seal, unseal
from storage.db.tables import status_updates, tickets
from storage.db.upsert import insert_new
from storage.tickets.phone_digests import ids_of_phone, phone_digest
from storage.tickets.query_codes import look_up
from storage.tickets.rows import StoredTicket, stored, view

__all__ = [
    "ReferenceTaken",
    "StoredTicket",
    "add",
    "add_update",
    "find",
    "followed",
    "look_up",
    "mark_urged",
    "own",
    "save_standing",
    "set_hotline_ref",
    "updates",
]


MATTER = "matter"
"""What a matter's name is digested for: only who knows a name finds the tickets that have it."""


class ReferenceTaken(Exception):
    """Another ticket has this reference: make a new one. The transaction can go on."""


async def add(
    tx: Tx,
    ticket: Ticket,
    conversation_id: int,
    query_code: str,
    now: datetime,
    matter: str | None = None,
) -> int:
    """File the ticket; returns its row's id. Raises ReferenceTaken. The query code is kept as a hash only."""
    values = {
        "key": ticket.key,
        "reference": ticket.reference,
        "reversed_reference": ticket.reference[::-1],
        "conversation_id": conversation_id,
        "ticket_sealed": seal(tx, Ticket, ticket),
        "query_code_hash": keyring(tx).hash_query_code(query_code),
        "phone_digest": phone_digest(tx, ticket.key, ticket.phone),
        "matter_digest": _matter_digest(tx, ticket, matter),
        "created_at": now,
        **_standing(tx, Standing(), now),
    }
    ticket_id = (
        await tx.execute(insert_new(tx, tickets, "reference").returning(tickets.c.id), values)
    ).scalar()
    if ticket_id is None:
        raise ReferenceTaken(ticket.reference)
    return int(ticket_id)


async def own(tx: Tx, conversation_id: int, limit: int = 20) -> tuple[TicketView, ...]:
    """The citizen's tickets, newest first."""
    statement = select(tickets).where(tickets.c.conversation_id == conversation_id)
    rows = await tx.execute(statement.order_by(tickets.c.id.desc()).limit(limit))
    return tuple(view(tx, row) for row in rows)


async def find(
    tx: Tx,
    *,
    reference: str | None = None,
    hotline_ref: str | None = None,
    key: UUID | None = None,
    lock: bool = False,
) -> StoredTicket | None:
    """The ticket that matches all that is given, the newest if the backend used a number twice.

    With `lock` it is held until the transaction ends. Raises ValueError if nothing is given.
    """
    given = {"reference": reference, "hotline_ref": hotline_ref, "key": key}
    conditions = [tickets.c[name] == value for name, value in given.items() if value is not None]
    if not conditions:
        raise ValueError("say which ticket")
    statement = select(tickets).where(*conditions).order_by(tickets.c.id.desc()).limit(1)
    row = (await tx.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return None if row is None else stored(tx, row)


async def of_phone(tx: Tx, phone: str) -> tuple[StoredTicket, ...]:
    """The tickets filed with this number, however it is written; newest first."""
    rows = [
        (await tx.execute(select(tickets).where(tickets.c.id == ticket_id))).one()
        for ticket_id in await ids_of_phone(tx, phone)
    ]
    return tuple(stored(tx, row) for row in rows)


async def of_conversation(tx: Tx, conversation_id: int) -> tuple[StoredTicket, ...]:
    """All of a citizen's tickets, oldest first."""
    query = select(tickets).where(tickets.c.conversation_id == conversation_id).order_by(tickets.c.id)
    return tuple([stored(tx, row) for row in await tx.execute(query)])


async def replace_copy(tx: Tx, ticket_id: int, ticket: Ticket) -> None:
    """Keep our copy of the ticket as it is given: corrected, or without its citizen."""
    values = {
        "ticket_sealed": seal(tx, Ticket, ticket),
        "phone_digest": phone_digest(tx, ticket.key, ticket.phone),
    }
    await tx.execute(update(tickets).where(tickets.c.id == ticket_id).values(values))


async def followed(tx: Tx, since: datetime, limit: int = 5_000) -> list[Followed]:
    """The tickets a backend has and has not ended, filed at `since` or later, the oldest first."""
    statement = (
        select(*(tickets.c[one.name] for one in fields(Followed)))
        .where(tickets.c.hotline_ref.is_not(None), tickets.c.status.not_in(sorted(ENDED)))
        .where(tickets.c.created_at >= since)
        .order_by(tickets.c.id)
        .limit(limit)
    )
    return [Followed(*row) for row in await tx.execute(statement)]


async def set_hotline_ref(tx: Tx, ticket_id: int, ref: str, now: datetime) -> None:
    """Remember the backend's number for this ticket, which it has had since `now` or before."""
    values = {"hotline_ref": ref, "pushed_at": func.coalesce(tickets.c.pushed_at, now)}
    await tx.execute(update(tickets).where(tickets.c.id == ticket_id).values(values))


async def updates(tx: Tx, ticket_id: int) -> list[StatusUpdate]:
    """All the backend said about this ticket, notes included, as it happened; of one moment as it came."""
    statement = select(status_updates.c.update_sealed).where(status_updates.c.ticket_id == ticket_id)
    rows = await tx.execute(statement.order_by(status_updates.c.at, status_updates.c.id))
    return [unseal(tx, StatusUpdate, row.update_sealed) for row in rows]


async def add_update(tx: Tx, ticket_id: int, update: StatusUpdate, note: bool, now: datetime) -> bool:
    """Add what the backend said; False if this event is there already. A note changes nothing."""
    values = {
        "ticket_id": ticket_id,
        "event_id": update.event_id,
        "type": update.type,
        "note": note,
        "update_sealed": seal(tx, StatusUpdate, update),
        "at": update.at,
        "received_at": now,
    }
    statement = insert_new(tx, status_updates, "ticket_id", "event_id").returning(status_updates.c.id)
    return (await tx.execute(statement, values)).one_or_none() is not None


async def save_standing(tx: Tx, ticket_id: int, standing: Standing, now: datetime) -> None:
    """Keep where the ticket stands now."""
    await tx.execute(update(tickets).where(tickets.c.id == ticket_id).values(_standing(tx, standing, now)))


async def mark_urged(tx: Tx, ticket_id: int, now: datetime) -> None:
    """The citizen has urged this ticket at `now`."""
    await tx.execute(update(tickets).where(tickets.c.id == ticket_id).values(urged_at=now))


def _matter_digest(tx: Tx, ticket: Ticket, matter: str | None) -> str | None:
    """Of nothing for a sealed ticket: nobody is led to it, and none missing tells which it is."""
    if matter is None:
        return None
    return decoy() if ticket.sealed else keyring(tx).digest(MATTER, matter)


def _standing(tx: Tx, standing: Standing, now: datetime) -> dict[str, Any]:
    text = standing.public_text
    return {
        "status": standing.status.value,
        "lead_unit": standing.lead_unit,
        "co_units": list(standing.co_units),
        "due_at": standing.due_at,
        "round": standing.round,
        "public_text_sealed": None if text is None else keyring(tx).encrypt(text.encode()),
        "updated_at": now,
    }
