"""What the backend says, made fit to be pushed.

A push shows on a locked screen, and on Telegram travels abroad: it carries no personal data. Who wants
the whole answer asks for it ("查进度") or calls.
"""

from dataclasses import replace

from intake.model.status import StatusUpdate
from intake.model.ticket import Ticket
from intake.understand.persons.masking import known_of, masked


def for_push(update: StatusUpdate, ticket: Ticket) -> StatusUpdate:
    """The update as it may be pushed."""
    place = ticket.place.text if ticket.place else None
    known = (*known_of(ticket), place)
    return replace(
        update,
        public_text=masked(update.public_text, *known) if update.public_text else update.public_text,
        reason=masked(update.reason, *known) if update.reason else update.reason,
    )
