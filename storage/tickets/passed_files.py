"""The files that went with a citizen's tickets, as the tickets and what was sent after them name them.

The rule: `attachments.filed_with` says so from the same transaction on. Only a process of a release that
does not know that column yet leaves it empty, while old and new run side by side.
"""

from sqlalchemy import select

from storage.db.sealed import Tx, unseal
from storage.db.tables import outbox
from storage.outbox import jobs
from storage.outbox.jobs import Body, SendEvent
from storage.tickets import tickets

EVENT = jobs.kind_of(SendEvent)


async def named(tx: Tx, conversation_id: int) -> dict[str, str]:
    """Each such file's id with its ticket's number; of events those that are still in the outbox."""
    theirs = {found.id: found.ticket for found in await tickets.of_conversation(tx, conversation_id)}
    files = {one: ticket.reference for ticket in theirs.values() for one in ticket.attachments}
    if not theirs:
        return files
    sent = select(outbox.c.ticket_id, outbox.c.body_sealed).where(
        outbox.c.ticket_id.in_(theirs),
        outbox.c.kind == EVENT,
        outbox.c.body_sealed.is_not(None),
    )
    for ticket_id, sealed in await tx.execute(sent):
        event = jobs.read(EVENT, unseal(tx, Body, sealed))
        if isinstance(event, SendEvent):
            files |= dict.fromkeys(event.attachments, theirs[ticket_id].reference)
    return files
