"""Which tickets Open311 shows at all: those that came by it, and those their citizen made public.

Anybody may look at a public one; of the others only status and answer are told, to whoever has the number.
A report (举报) and a confidential matter are never public.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select

from desk.db.tables import requests, tickets
from desk.workflow.states import FINAL, State
from desk.workflow.views import DeskTicket
from hotline.contract import TicketDocument
from hotline.harmless import is_sealed
from storage.db.sealed import Tx

PREFIX = "open311-"
"""Keys of tickets that came by Open311 begin so."""

ENDED = FINAL | {State.DIRECT_ANSWERED, State.COMPLETED, State.CALLBACK}
"""What the protocol calls closed: the citizen has an answer, or will get no other one."""


def came_by_it(document: TicketDocument) -> bool:
    """Whether a client filed it here."""
    return document.idempotency_key.startswith(PREFIX)


def is_public(document: TicketDocument) -> bool:
    """Whether everybody may read what was filed."""
    return document.is_public and not is_secret(document)


def is_secret(document: TicketDocument) -> bool:
    """Whether nothing of its matter may be told."""
    return is_sealed(document)


async def enter(tx: Tx, ticket: DeskTicket) -> None:
    """Note a fresh ticket, if it is to be shown."""
    document = ticket.document
    if not (came_by_it(document) or is_public(document)):
        return
    await tx.execute(
        insert(requests).values(
            ticket_id=ticket.id,
            requested_at=ticket.created_at,
            service_code=document.category.code,
            is_public=is_public(document),
            came_by_it=came_by_it(document),
        )
    )


def shown() -> Select[Any]:
    """The numbers of all tickets that are shown, to be narrowed down."""
    return select(tickets.c.hotline_ref).join(requests, requests.c.ticket_id == tickets.c.id)


def within(query: Select[Any], start: datetime, end: datetime) -> Select[Any]:
    """Those asked for between two moments."""
    return query.where(requests.c.requested_at >= start, requests.c.requested_at <= end)
