"""All we keep of one citizen, for themselves or for the operator who acts on their wish."""

from dataclasses import dataclass
from datetime import datetime

from intake.model.conversation import Conversation, OwnData, OwnPhone, OwnTicket
from intake.model.status import StatusUpdate
from intake.model.ticket import Ticket
from storage.db.database import Tx
from storage.db.sealed import dump
from storage.messages.attachments import Attachment, of_conversation
from storage.messages.conversations import StoredConversation
from storage.surveys import phone_links
from storage.surveys.phone_links import Bound
from storage.tickets import tickets
from storage.tickets.tickets import StoredTicket


@dataclass(frozen=True, slots=True)
class _TicketDocument:
    ticket: Ticket
    status: str
    lead_unit: str | None
    due_at: datetime | None
    public_text: str | None
    updates: tuple[StatusUpdate, ...]


@dataclass(frozen=True, slots=True)
class _Document:
    channel: str
    account: str
    conversation: Conversation
    tickets: tuple[_TicketDocument, ...]
    files: tuple[Attachment, ...]
    phones: tuple[Bound, ...]


async def gather(tx: Tx, stored: StoredConversation) -> OwnData:
    """Everything of this conversation, with the same as one JSON document."""
    theirs = [await _document(tx, found) for found in await tickets.of_conversation(tx, stored.id)]
    files = tuple(await of_conversation(tx, stored.id))
    address, phones = stored.address, await phone_links.own(tx, stored.id)
    document = _Document(
        address.channel.value, address.user, stored.conversation, tuple(theirs), files, phones
    )
    return OwnData(
        tickets=tuple(OwnTicket(one.ticket, one.status) for one in theirs),
        phones=tuple(OwnPhone(one.phone, one.bound_at) for one in phones),
        files=len(files),
        document=dump(_Document, document).decode(),
    )


async def of_ticket(tx: Tx, found: StoredTicket) -> str:
    """All we keep of a ticket whose citizen has left, as JSON."""
    return dump(_TicketDocument, await _document(tx, found)).decode()


async def _document(tx: Tx, found: StoredTicket) -> _TicketDocument:
    view, told = found.view, tuple(await tickets.updates(tx, found.id))
    return _TicketDocument(found.ticket, view.status, view.lead_unit, view.due_at, view.public_text, told)
