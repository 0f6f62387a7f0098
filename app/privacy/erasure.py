"""Forgetting a citizen: what is ours at once; what is the city's is restricted.

Profile, drafts, bindings, replies and all files that are no filed matter's go in the transaction of the
wish. A ticket is in statutory handling: our copy of it loses its citizen and is only kept, and the backend
is told. Of its files photos stay with it; what speaks, or was kept as it came, goes.
"""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from app.attachments import ownership
from app.base import jobs
from app.base.jobs import HOTLINE
from app.base.references import conversation_name
from app.delivery import hotline_events
from app.delivery.queue_replies import lane
from intake.model.conversation import TellHotline
from storage.db.database import Tx
from storage.db.scrubbing import owe
from storage.messages import attachments, conversations
from storage.messages.conversations import StoredConversation
from storage.outbox.jobs import ForgetTalk
from storage.privacy import erasure, left_channel
from storage.privacy.erasure import Erasure, Subject
from storage.privacy.ledger import SubjectKind
from storage.tickets import tickets
from storage.tickets.tickets import StoredTicket


async def erase(tx: Tx, stored: StoredConversation, by: str, now: datetime) -> tuple[str, ...]:
    """All but the row itself, which `conversations.forget` empties; returns the references of the tickets."""
    references, counts = await take_out(tx, stored, now)
    subject = Subject(SubjectKind.ACCOUNT, stored.address)
    await erasure.note(tx, Erasure(now, by, stored.id, counts, subject))
    return references


async def take_out(
    tx: Tx, stored: StoredConversation, now: datetime
) -> tuple[tuple[str, ...], dict[str, int]]:
    """As `erase`, without a line in the ledger; returns what that would count, too."""
    files = await ownership.drop_all(tx, stored, now) + await _drop_telling(tx, stored.id, None, now)
    theirs = await tickets.of_conversation(tx, stored.id)
    for found in theirs:
        await restricted(tx, found, now)
    if stored.conversation.called:
        await _forget_talk(tx, stored, now)
    await left_channel.wipe(tx, stored.id, now)
    counts = {
        "tickets": len(theirs),
        "drafts": int(stored.conversation.draft is not None),
        "files": files,
        "surveys": len(stored.conversation.surveys),
    }
    return tuple(found.ticket.reference for found in theirs), counts


async def _forget_talk(tx: Tx, stored: StoredConversation, now: datetime) -> None:
    """Have the backend forget what was said to its staff, and the alerts."""
    name = conversation_name(stored)
    event_id = str(uuid5(NAMESPACE_URL, f"erase talk:{name}:{now.isoformat()}"))
    await jobs.queue(
        tx,
        ForgetTalk(event_id, now, name),
        destination=HOTLINE,
        lane=lane(stored.id),
        now=now,
        once=event_id,
    )


async def restricted(tx: Tx, found: StoredTicket, now: datetime) -> None:
    """Take the citizen out of our copy, and have the backend do the same; once."""
    if await erasure.is_restricted(tx, found.id):
        return
    await erasure.restrict(tx, found, now)
    await _drop_telling(tx, found.conversation_id, found.ticket.reference, now)
    effect = TellHotline(found.ticket.reference, "erase", hotline_ref=found.hotline_ref)
    event_id = str(uuid5(NAMESPACE_URL, f"erase:{found.ticket.key}"))
    await hotline_events.queue(tx, effect, found.id, event_id, now)


async def _drop_telling(tx: Tx, conversation_id: int, reference: str | None, now: datetime) -> int:
    telling = await attachments.telling(tx, conversation_id, reference)
    await ownership.drop(tx, telling, now)
    return len(telling)


async def forget(tx: Tx, stored: StoredConversation, now: datetime) -> None:
    """They left the channel: the bond is cut, the case stays without the account."""
    counts = await leave(tx, stored, now)
    subject = Subject(SubjectKind.LEFT, stored.address)
    await erasure.note(tx, Erasure(now, "left", stored.id, counts, subject))


async def leave(tx: Tx, stored: StoredConversation, now: datetime) -> dict[str, int]:
    """As `forget`, without a line in the ledger; returns what that would count."""
    files = await ownership.drop_all(tx, stored, now)
    await left_channel.wipe(tx, stored.id, now)
    await conversations.forget(tx, stored.id, now)
    owe(tx)
    return {"drafts": int(stored.conversation.draft is not None), "files": files}


async def erase_ticket(tx: Tx, found: StoredTicket, by: str, now: datetime) -> None:
    """`restricted`, at somebody's wish, of a ticket whose citizen has left."""
    await restricted(tx, found, now)
    subject = Subject(SubjectKind.TICKET, found.ticket.key)
    await erasure.note(tx, Erasure(now, by, None, {"tickets": 1}, subject))


async def given_up(tx: Tx, stored: StoredConversation, now: datetime) -> None:
    """Note that what was being written is gone, at its citizen's wish."""
    subject = Subject(SubjectKind.GIVEN_UP, stored.address)
    await erasure.note(tx, Erasure(now, "citizen", stored.id, {"drafts": 1}, subject))
