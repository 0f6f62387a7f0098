"""Which messages we have handled, and what we answered.

The rule: a message's row is written in the transaction of its turn. Lock the conversation
first, then ask `seen`: a repeat that arrives while the first is still running waits at the
lock and then finds the stored replies.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, select, update

from intake.model.messages import ChannelName, Reply
from storage.batches import AT_ONCE, delete_some
from storage.db.keyring import Undecryptable
from storage.db.sealed import Tx, keyring, seal, unseal
from storage.db.tables import inbox
from storage.db.upsert import insert_new

Replies = tuple[Reply, ...]


class AlreadyRecorded(Exception):
    """This message has a row: ask `seen` in a new transaction and answer what it says."""


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A handled message. A message put aside has no conversation."""

    conversation_id: int | None
    replies: Replies


@dataclass(frozen=True, slots=True)
class PutAside:
    """A message nobody could handle: `body` as it came, `reason` says what is wrong with it."""

    channel: ChannelName
    message_id: str
    body: bytes
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AsideRow:
    """A message put aside, without what it says. Its id may be an account's name: it is shown to nobody."""

    channel: ChannelName
    message_id: str
    reason: str
    at: datetime


LIFTED = "again:"
"""Begins the id of a message put aside while its turn is taken anew."""


async def seen(tx: Tx, channel: ChannelName, message_id: str) -> StoredTurn | None:
    """What came of this message, or None if it is new. Call `conversations.lock` first."""
    where = (inbox.c.channel == channel.value) & (inbox.c.message_id == message_id)
    row = (
        await tx.execute(select(inbox.c.conversation_id, inbox.c.replies_sealed).where(where))
    ).one_or_none()
    if row is None:
        return None
    replies = () if row.replies_sealed is None else unseal(tx, Replies, row.replies_sealed)
    return StoredTurn(row.conversation_id, replies)


async def record(
    tx: Tx, channel: ChannelName, message_id: str, conversation_id: int, replies: Replies, now: datetime
) -> None:
    """Remember the turn. Raises AlreadyRecorded; the caller's transaction must then be given up."""
    statement = insert_new(tx, inbox, "channel", "message_id").returning(inbox.c.message_id)
    values = {
        "channel": channel.value,
        "message_id": message_id,
        "conversation_id": conversation_id,
        "replies_sealed": seal(tx, Replies, replies),
        "recorded_at": now,
    }
    if (await tx.execute(statement, values)).one_or_none() is None:
        raise AlreadyRecorded(f"{channel.value}: this message has been handled before")


async def put_aside(
    tx: Tx,
    channel: ChannelName,
    message_id: str,
    body: bytes,
    reason: str,
    now: datetime,
    replies: Replies = (),
) -> None:
    """Keep a message that can never be handled, so that its repeats end here. Twice is once.

    `replies` is what its sender is told all the same.
    """
    values = {
        "channel": channel.value,
        "message_id": message_id,
        "replies_sealed": seal(tx, Replies, replies) if replies else None,
        "aside_sealed": keyring(tx).encrypt(body),
        "reason": reason,
        "recorded_at": now,
    }
    await tx.execute(insert_new(tx, inbox, "channel", "message_id"), values)


async def aside(tx: Tx, limit: int = 50) -> list[PutAside]:
    """The messages put aside, newest first, for an operator."""
    statement = (
        select(inbox)
        .where(inbox.c.aside_sealed.is_not(None))
        .order_by(inbox.c.recorded_at.desc())
        .limit(limit)
    )
    ring = keyring(tx)
    return [
        PutAside(
            ChannelName(row.channel),
            row.message_id,
            ring.decrypt(row.aside_sealed),
            row.reason,
            row.recorded_at,
        )
        for row in await tx.execute(statement)
    ]


async def listed(tx: Tx, limit: int) -> list[AsideRow]:
    """As `aside`, the oldest first and without what they say."""
    columns = (inbox.c.channel, inbox.c.message_id, inbox.c.reason, inbox.c.recorded_at)
    kept = select(*columns).where(inbox.c.aside_sealed.is_not(None)).order_by(inbox.c.recorded_at)
    return [AsideRow(ChannelName(row[0]), *row[1:]) for row in await tx.execute(kept.limit(limit))]


async def depth_aside(tx: Tx) -> tuple[int, datetime | None]:
    """How many messages are put aside, and since when the oldest is."""
    at = inbox.c.recorded_at
    statement = select(func.count(), func.min(at, type_=at.type)).where(inbox.c.aside_sealed.is_not(None))
    count, oldest = (await tx.execute(statement)).one()
    return count, oldest


async def opened(tx: Tx, kept: AsideRow) -> bytes | None:
    """What it says; None where another process has done with it, or our keys do not open it."""
    sealed = await tx.scalar(select(inbox.c.aside_sealed).where(_named(kept.channel, kept.message_id)))
    try:
        return None if sealed is None else keyring(tx).decrypt(sealed)
    except Undecryptable:
        return None


async def lift(tx: Tx, kept: AsideRow) -> bool:
    """Make its id free for its turn: it stays put aside under another one until `let_go`.

    False where another process has done with it.
    """
    if kept.message_id.startswith(LIFTED):
        return await is_aside(tx, kept.channel, kept.message_id)
    await tx.execute(delete(inbox).where(_named(kept.channel, LIFTED + kept.message_id)))
    where = _named(kept.channel, kept.message_id) & inbox.c.aside_sealed.is_not(None)
    lifted = await tx.execute(update(inbox).where(where).values(message_id=LIFTED + kept.message_id))
    return lifted.rowcount > 0


async def let_go(tx: Tx, kept: AsideRow) -> None:
    """Its turn is done, or it was put aside anew."""
    lifted = LIFTED + kept.message_id.removeprefix(LIFTED)
    await tx.execute(delete(inbox).where(_named(kept.channel, lifted)))


async def is_aside(tx: Tx, channel: ChannelName, message_id: str) -> bool:
    """Whether a message under this id is put aside now."""
    where = _named(channel, message_id) & inbox.c.aside_sealed.is_not(None)
    return bool(await tx.scalar(select(exists().where(where))))


def _named(channel: ChannelName, message_id: str) -> ColumnElement[bool]:
    return (inbox.c.channel == channel.value) & (inbox.c.message_id == message_id)


async def purge(tx: Tx, before: datetime, limit: int = AT_ONCE) -> int:
    """Forget what was recorded earlier, up to `limit`; returns how many.

    The platforms' repeats must have ended by then.
    """
    return await delete_some(tx, inbox, inbox.c.recorded_at < before, limit)
