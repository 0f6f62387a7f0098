"""Forgetting a citizen: what is ours at once; what is the city's is restricted.

Profile, drafts, bindings, replies and loose files go in the transaction of the wish. A ticket is in
statutory handling: our copy of it loses its citizen and is only kept, and the backend is told.
"""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from app import backend_events, tracing
from app.identifiers import conversation_name
from app.lanes import HOTLINE
from app.replies import lane
from intake.conversation import Held, TellHotline
from intake.ticket import Draft
from storage import conversations, erasing, leaving, loose_files, outbox, tickets
from storage.conversations import StoredConversation
from storage.database import Tx
from storage.erasing import Erasure
from storage.tickets import StoredTicket


async def erase(tx: Tx, stored: StoredConversation, by: str, now: datetime) -> tuple[str, ...]:
    """All but the row itself, which `conversations.forget` empties; returns the references of the tickets."""
    theirs = await tickets.of_conversation(tx, stored.id)
    for found in theirs:
        await restricted(tx, found, now)
    if stored.conversation.called:
        await _forget_talk(tx, stored, now)
    files = await drop_loose_files(tx, stored, now)
    await leaving.wipe(tx, stored.id, now)
    counts = {
        "tickets": len(theirs),
        "drafts": int(stored.conversation.draft is not None),
        "files": files,
        "surveys": len(stored.conversation.surveys),
    }
    await erasing.note(tx, Erasure(now, by, stored.id, counts))
    return tuple(found.ticket.reference for found in theirs)


async def _forget_talk(tx: Tx, stored: StoredConversation, now: datetime) -> None:
    """Have the backend forget what was said to its staff, and the alerts."""
    name = conversation_name(stored)
    event_id = str(uuid5(NAMESPACE_URL, f"erase talk:{name}:{now.isoformat()}"))
    await outbox.queue(
        tx,
        destination=HOTLINE,
        kind="forget",
        lane=lane(stored.id),
        body={
            "event_id": event_id,
            "at": now.isoformat(),
            "conversation": name,
            tracing.KEY: tracing.current(),
        },
        now=now,
        once=event_id,
    )


async def restricted(tx: Tx, found: StoredTicket, now: datetime) -> None:
    """Take the citizen out of our copy, and have the backend do the same; once."""
    if await erasing.is_restricted(tx, found.id):
        return
    await erasing.restrict(tx, found, now)
    effect = TellHotline(found.ticket.reference, "erase", hotline_ref=found.hotline_ref)
    event_id = str(uuid5(NAMESPACE_URL, f"erase:{found.ticket.key}"))
    await backend_events.queue(tx, effect, found.id, event_id, now)


async def drop_loose_files(tx: Tx, stored: StoredConversation, now: datetime) -> int:
    """Files of an unfinished matter go with their contents, those of a case stay; returns how many."""
    loose = [file.id for file in await loose_files.waiting(tx, stored.id)]
    unfinished = [*loose, *_files_in(stored.conversation.draft), *_files_in(stored.conversation.held)]
    for sha256 in await leaving.drop_files(tx, unfinished, now):
        await discard(tx, stored.address.channel.value, sha256, now)
    return len(unfinished)


async def discard(tx: Tx, destination: str, sha256: str, now: datetime) -> None:
    """Have a content removed from the disk that no attachment is any more."""
    await outbox.queue(
        tx,
        destination=destination,
        kind="discard",
        lane=f"discard:{sha256}",
        body={"sha256": sha256},
        now=now,
    )


async def forget(tx: Tx, stored: StoredConversation, now: datetime) -> None:
    """They left the channel: the bond is cut, the case stays without the account."""
    files = await drop_loose_files(tx, stored, now)
    await leaving.wipe(tx, stored.id, now)
    counts = {"drafts": int(stored.conversation.draft is not None), "files": files}
    await erasing.note(tx, Erasure(now, "left", stored.id, counts))
    await conversations.forget(tx, stored.id, now)


def _files_in(part: Draft | Held | None) -> tuple[str, ...]:
    return part.attachments if part else ()
