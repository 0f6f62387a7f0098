"""A ticket's row as the values the core speaks of."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from intake.model.ticket import Ticket, TicketView
from storage.db.sealed import Tx, keyring, unseal


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """A filed ticket: the document as it was filed, and where it stands."""

    id: int
    ticket: Ticket
    conversation_id: int
    hotline_ref: str | None
    view: TicketView


def stored(tx: Tx, row: Row[Any]) -> StoredTicket:
    """A row of `tickets`, opened. Raises Undecryptable or UnreadableRow."""
    ticket = unseal(tx, Ticket, row.ticket_sealed)
    return StoredTicket(row.id, ticket, row.conversation_id, row.hotline_ref, _view(tx, row, ticket))


def view(tx: Tx, row: Any) -> TicketView:
    """What the dialog may know of this row. Raises Undecryptable or UnreadableRow."""
    return _view(tx, row, unseal(tx, Ticket, row.ticket_sealed))


def _view(tx: Tx, row: Any, ticket: Ticket) -> TicketView:
    text = row.public_text_sealed
    return TicketView(
        reference=ticket.reference,
        title=ticket.title,
        status=row.status,
        submitted_at=ticket.submitted_at,
        category_code=ticket.category.code,
        area_code=ticket.place.area_code if ticket.place else None,
        lead_unit=row.lead_unit,
        co_units=tuple(row.co_units),
        due_at=row.due_at,
        public_text=None if text is None else keyring(tx).decrypt(text).decode(),
        round=row.round,
        last_urged=row.urged_at,
        hotline_ref=row.hotline_ref,
    )
