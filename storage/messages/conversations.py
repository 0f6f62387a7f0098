"""One citizen on one channel: what is remembered between two messages.

The rule: a turn begins with `lock`, so that the turns of one citizen come one after the
other, in every process. This table is the only one that knows who a citizen is on a channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update

from intake.model.conversation import NO_DRAFT, Conversation
from intake.model.messages import Address, ChannelName
from storage.db.sealed import Tx, seal, unseal
from storage.db.tables import conversations
from storage.db.upsert import insert_new
from storage.messages import attachments

COLUMNS = ("id", "channel", "user", "state_sealed", "reachable")
_ROW: Select[Any] = select(*(conversations.c[name] for name in COLUMNS))


@dataclass(frozen=True, slots=True)
class StoredConversation:
    """A conversation as it stands. `reachable` is False once the citizen blocked us or left."""

    id: int
    address: Address
    conversation: Conversation
    reachable: bool


async def lock(tx: Tx, address: Address, now: datetime) -> StoredConversation:
    """The citizen's conversation, made if it is new, held until the transaction ends."""
    statement = _ROW.where(_at(address)).with_for_update()
    row = (await tx.execute(statement)).one_or_none()
    if row is None:
        await tx.execute(insert_new(tx, conversations, "channel", "user"), _new(address, now))
        row = (await tx.execute(statement)).one()
    return stored(tx, row)


async def save(tx: Tx, conversation_id: int, conversation: Conversation, now: datetime) -> None:
    """Replace what is remembered of this conversation."""
    values = {
        "state_sealed": seal(tx, Conversation, conversation),
        "unfinished_since": unfinished_since(conversation, now),
        "updated_at": now,
    }
    await tx.execute(update(conversations).where(conversations.c.id == conversation_id).values(values))


async def by_id(tx: Tx, conversation_id: int) -> StoredConversation | None:
    """This conversation; None if there is none, or its citizen was forgotten."""
    where = (conversations.c.id == conversation_id) & conversations.c.user.is_not(None)
    row = (await tx.execute(_ROW.where(where))).one_or_none()
    return None if row is None else stored(tx, row)


async def lock_by_id(tx: Tx, conversation_id: int) -> StoredConversation | None:
    """As `by_id`, held until the transaction ends."""
    where = (conversations.c.id == conversation_id) & conversations.c.user.is_not(None)
    row = (await tx.execute(_ROW.where(where).with_for_update())).one_or_none()
    return None if row is None else stored(tx, row)


async def find(tx: Tx, address: Address) -> StoredConversation | None:
    """The citizen's conversation, if they ever wrote to us; nothing is locked."""
    row = (await tx.execute(_ROW.where(_at(address)))).one_or_none()
    return None if row is None else stored(tx, row)


async def set_reachable(tx: Tx, conversation_id: int, reachable: bool) -> None:
    """Remember whether the channel still lets us write to them."""
    await tx.execute(
        update(conversations).where(conversations.c.id == conversation_id).values(reachable=reachable)
    )


async def forget(tx: Tx, conversation_id: int, now: datetime) -> None:
    """Cut the bond: who they were and all they said outside a ticket goes; the row stays for its tickets.

    The same citizen coming back begins a new conversation.
    """
    values = {
        "user": None,
        "state_sealed": None,
        "unfinished_since": None,
        "reachable": False,
        "updated_at": now,
    }
    await tx.execute(update(conversations).where(conversations.c.id == conversation_id).values(values))


async def purge_drafts(tx: Tx, before: datetime, limit: int = 500) -> int:
    """Drop drafts, and words held back, that have waited since `before`; returns how many, at most `limit`.

    Conversations that a turn holds right now are left for the next time.
    """
    statement = _ROW.where(conversations.c.unfinished_since < before).limit(limit)
    rows = (await tx.execute(statement.with_for_update(skip_locked=True))).all()
    for row in rows:
        left = _conversation(tx, row.state_sealed)
        await attachments.take_back(tx, left.written)
        kept = replace(left, **NO_DRAFT)
        values = {"state_sealed": seal(tx, Conversation, kept), "unfinished_since": None}
        await tx.execute(update(conversations).where(conversations.c.id == row.id).values(values))
    return len(rows)


def _at(address: Address) -> Any:
    return (conversations.c.channel == address.channel.value) & (conversations.c.user == address.user)


def _new(address: Address, now: datetime) -> dict[str, Any]:
    return {
        "channel": address.channel.value,
        "user": address.user,
        "reachable": True,
        "created_at": now,
        "updated_at": now,
    }


def stored(tx: Tx, row: Sequence[Any]) -> StoredConversation:
    """What a row of `COLUMNS` holds. Raises Undecryptable or UnreadableRow."""
    number, channel, user, sealed, reachable = row
    return StoredConversation(
        number, Address(ChannelName(channel), user), _conversation(tx, sealed), bool(reachable)
    )


def _conversation(tx: Tx, sealed: bytes | None) -> Conversation:
    return Conversation() if sealed is None else unseal(tx, Conversation, sealed)


def unfinished_since(conversation: Conversation, now: datetime) -> datetime | None:
    """Since when something of the citizen's waits here to be finished."""
    if conversation.draft is not None:
        return conversation.draft_at or now
    asked = conversation.doubted is not None and conversation.doubted.text
    return now if conversation.held or conversation.errand or asked else None
