"""Conversations with citizens who asked for a person: what was said, and what staff write back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from desk import outbox
from desk.db.tables import handoffs, messages
from desk.tickets import callback_messages
from desk.workflow.states import Actor
from hotline.contract import HotlineEvent, TranscriptLine
from storage.db.sealed import Tx, seal, unseal
from storage.db.upsert import insert_new

Words = dict[str, Any]

MOST = 500
"""Conversations read at once; pages ask for less."""


class NoHandoff(Exception):
    """This conversation is not with the desk, or no longer."""


@dataclass(frozen=True, slots=True)
class Handoff:
    """`conversation` is the front door's opaque name for it; `phone` only if the citizen gave one."""

    id: int
    conversation: str
    channel: str | None
    phone: str | None
    open: bool
    taken_by: str | None
    opened_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """`side` is citizen, bot or person; `name` the person's."""

    id: int
    side: str
    name: str | None
    text: str
    at: datetime


async def hear(tx: Tx, event: HotlineEvent, now: datetime) -> None:
    """Open (or open again) the conversation and add what the citizen said."""
    handoff_id = await _open(tx, event, now)
    lines = list(event.transcript or ())
    if event.text:
        lines.append(TranscriptLine(side="citizen", text=event.text, at=event.at))
    rows = [
        {
            "handoff_id": handoff_id,
            "side": line.side,
            "body_sealed": seal(tx, Words, {"text": line.text}),
            "at": line.at or event.at,
        }
        for line in lines
    ]
    if rows:
        await tx.execute(insert(messages), rows)


async def waiting(tx: Tx, limit: int = MOST, skip: int = 0) -> tuple[Handoff, ...]:
    """The open conversations, longest untouched first."""
    query = select(handoffs).where(handoffs.c.open).order_by(handoffs.c.updated_at, handoffs.c.id)
    return tuple(_handoff(tx, row) for row in await tx.execute(query.limit(limit).offset(skip)))


async def find(tx: Tx, conversation: str) -> Handoff | None:
    """This conversation, while it is open."""
    mine = (handoffs.c.conversation == conversation) & handoffs.c.open
    row = (await tx.execute(select(handoffs).where(mine))).one_or_none()
    return None if row is None else _handoff(tx, row)


async def count(tx: Tx) -> int:
    """How many open conversations nobody has answered yet."""
    unanswered = handoffs.c.open & handoffs.c.taken_by.is_(None)
    return (await tx.execute(select(func.count()).select_from(handoffs).where(unanswered))).scalar_one()


async def said(tx: Tx, handoff_id: int) -> tuple[Message, ...]:
    """All that was said, first to last."""
    query = select(messages).where(messages.c.handoff_id == handoff_id).order_by(messages.c.id)
    return tuple(_message(tx, row) for row in await tx.execute(query))


async def newest(
    tx: Tx, handoff_id: int, limit: int, *, before: int | None = None, side: str | None = None
) -> tuple[Message, ...]:
    """The last of what was said (by this side; before this message), the newest first."""
    query = select(messages).where(messages.c.handoff_id == handoff_id)
    query = query if before is None else query.where(messages.c.id < before)
    query = query if side is None else query.where(messages.c.side == side)
    return tuple(
        _message(tx, row) for row in await tx.execute(query.order_by(messages.c.id.desc()).limit(limit))
    )


async def say(tx: Tx, conversation: str, text: str, actor: Actor, *, event_id: str, now: datetime) -> None:
    """Write to the citizen; the front door delivers it. Raises NoHandoff."""
    mine = (handoffs.c.conversation == conversation) & handoffs.c.open
    touched = update(handoffs).where(mine).values(taken_by=actor.name, updated_at=now)
    handoff_id = (await tx.execute(touched.returning(handoffs.c.id))).scalar()
    if handoff_id is None:
        raise NoHandoff(conversation)
    row = {
        "handoff_id": handoff_id,
        "side": "person",
        "name": actor.name,
        "body_sealed": seal(tx, Words, {"text": text}),
        "at": now,
    }
    await tx.execute(insert(messages).values(row))
    callback = callback_messages.message(conversation, event_id=event_id, at=now, text=text)
    await outbox.queue(tx, callback, lane=lane(conversation), now=now)


def lane(conversation: str) -> str:
    """In which what staff write to this citizen leaves in order."""
    return f"conversation {conversation}"


async def close(tx: Tx, conversation: str, now: datetime) -> None:
    """End the conversation at the desk; the citizen's next hand-off opens it again. Raises NoHandoff."""
    mine = (handoffs.c.conversation == conversation) & handoffs.c.open
    if (await tx.execute(update(handoffs).where(mine).values(open=False, updated_at=now))).rowcount == 0:
        raise NoHandoff(conversation)


async def _open(tx: Tx, event: HotlineEvent, now: datetime) -> int:
    fresh = {
        "conversation": event.conversation,
        "channel": event.channel,
        "reach_sealed": seal(tx, Words, {"phone": event.phone}),
        "open": True,
        "opened_at": now,
        "updated_at": now,
    }
    added = insert_new(tx, handoffs, "conversation").values(fresh).returning(handoffs.c.id)
    handoff_id = (await tx.execute(added)).scalar()
    if handoff_id is not None:
        return int(handoff_id)
    known = handoffs.c.conversation == event.conversation
    row = (await tx.execute(select(handoffs).where(known).with_for_update())).one()
    changes: dict[str, Any] = {"open": True, "updated_at": now}
    changes |= {} if row.open else {"opened_at": now, "taken_by": None}
    changes |= {"reach_sealed": fresh["reach_sealed"]} if event.phone else {}
    await tx.execute(update(handoffs).where(known).values(changes))
    return int(row.id)


def _message(tx: Tx, row: Row[Any]) -> Message:
    return Message(row.id, row.side, row.name, unseal(tx, Words, row.body_sealed)["text"], row.at)


def _handoff(tx: Tx, row: Row[Any]) -> Handoff:
    return Handoff(
        id=row.id,
        conversation=row.conversation,
        channel=row.channel,
        phone=unseal(tx, Words, row.reach_sealed).get("phone"),
        open=row.open,
        taken_by=row.taken_by,
        opened_at=row.opened_at,
        updated_at=row.updated_at,
    )
