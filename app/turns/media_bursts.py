"""Files sent together but pushed one by one: each is stored at once, all are answered once.

The rule: a file alone begins no turn. It waits, safe in the database, for the citizen's next words,
of whose matter it becomes part; if none come within seconds, the files themselves are the turn.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from app.attachments import ownership
from app.base import jobs
from intake.city import CityProfile
from intake.model.conversation import Turn
from intake.model.messages import Burst, Inbound
from storage.db.database import Tx
from storage.messages import account_issues, attachments, conversations, inbox, loose_files
from storage.messages.conversations import StoredConversation
from storage.outbox.jobs import EndBurst

QUIET = timedelta(seconds=2.5)
"""So long after the last file, no more are expected."""

HELD = timedelta(seconds=3)
"""When a burst is looked at; later where the push itself is held for the answer, so as not to race it."""

HELD_BY_PUSH = timedelta(seconds=6)
NO_MESSAGES = "message"
"""The note about an account that may answer only in the turn."""


async def take_part(
    tx: Tx, stored: StoredConversation, inbound: Inbound, city: CityProfile, now: datetime
) -> None:
    """Store a file of a burst, and have somebody look whether the burst is over."""
    files = [await attachments.register(tx, stored.id, media, now, waiting=True) for media in inbound.media]
    if ownership.may_keep(stored.conversation, inbound.address.channel, city):
        await ownership.send_for(tx, stored.id, inbound.address.channel, inbound.language, files, now)
    if not stored.reachable:
        await conversations.set_reachable(tx, stored.id, True)
    await inbox.record(tx, inbound.address.channel, inbound.id, stored.id, (), now)
    notes = await account_issues.read(tx, inbound.address.channel)
    await jobs.queue(
        tx,
        EndBurst(end_of(inbound)),
        destination=inbound.address.channel.value,
        lane=lane(stored.id),
        now=now,
        due_at=now + (HELD_BY_PUSH if NO_MESSAGES in notes else HELD),
        conversation_id=stored.id,
    )


def lane(conversation_id: int) -> str:
    """Beside the citizen's own, which must not wait for it."""
    return f"burst:{conversation_id}"


def end_of(inbound: Inbound) -> Inbound:
    """The word that a burst is over, as far as this part of it knows."""
    return replace(inbound, id=f"{inbound.id}:end", burst=Burst.END, media=(), grant=None)


async def is_over(tx: Tx, conversation_id: int, now: datetime) -> bool:
    """Whether files wait, and none came just now."""
    waiting = await loose_files.waiting(tx, conversation_id)
    return bool(waiting) and waiting[-1].at <= now - QUIET


async def whole(tx: Tx, conversation_id: int, inbound: Inbound) -> Inbound:
    """The end of a burst with the files it brings; any other message as it is."""
    if inbound.burst is not Burst.END:
        return inbound
    return replace(inbound, media=tuple(f.media for f in await loose_files.waiting(tx, conversation_id)))


async def files(
    tx: Tx, conversation_id: int, inbound: Inbound, now: datetime, *, loose: bool = True
) -> tuple[str, ...]:
    """The ids of all files of this turn: those that waited, and the message's own.

    `loose`: whether any wait at all.
    """
    waiting = tuple(file.id for file in await loose_files.waiting(tx, conversation_id)) if loose else ()
    if inbound.burst is Burst.END:
        return waiting
    own = tuple([await attachments.register(tx, conversation_id, media, now) for media in inbound.media])
    return (*waiting, *own)


async def settle(
    tx: Tx, stored: StoredConversation, inbound: Inbound, given: tuple[str, ...], turn: Turn
) -> None:
    """The files that became part of something wait no longer; after the end of a burst none does.

    A turn that had no use for them ("progress", "help") leaves them to the end of their burst. One that gave
    up what was being written gave them up, too.
    """
    passed = {one for _, ids in ownership.passed_on(turn.effects) for one in ids}
    gave_up = turn.conversation.given_up not in (None, stored.conversation.given_up)
    over = inbound.burst is Burst.END or gave_up
    used = set(given) if over else turn.conversation.files | passed
    await loose_files.settle(tx, [file for file in given if file in used])
