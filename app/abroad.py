"""What the backend says, made fit to be pushed to a channel whose servers are abroad.

Who wants the whole answer asks for it ("查进度") or calls; a push carries no personal data.
"""

from dataclasses import replace

from intake.masking import masked
from intake.messages import ChannelName
from intake.status import StatusUpdate
from intake.ticket import Ticket


def for_push(update: StatusUpdate, ticket: Ticket, channel: ChannelName) -> StatusUpdate:
    """The update as it may be pushed there."""
    if channel is not ChannelName.TELEGRAM:
        return update
    place = ticket.place.text if ticket.place else None
    known = (ticket.name, ticket.phone, place, ticket.enterprise)
    return replace(
        update,
        public_text=masked(update.public_text, *known) if update.public_text else update.public_text,
        reason=masked(update.reason, *known) if update.reason else update.reason,
    )
