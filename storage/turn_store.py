"""The two ends of a message's turn, each one trip to the database.

The rule: `begin` locks the citizen's conversation and only then looks around, by a statement of its own,
which sees all that was committed until the lock was had: a repeat that waited finds the first one's replies.
`end` saves the conversation, records the message and commits, all of it or nothing. What lies between goes
through the other stores, in the same transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Dialect

from intake.model.conversation import Conversation
from intake.model.messages import Address, Grant
from intake.model.ticket import TicketView
from storage.db import batched_statements
from storage.db.batched_statements import BEGIN, COMMIT, Statement
from storage.db.sealed import Tx, seal, unseal
from storage.db.tables import tickets
from storage.messages.conversations import COLUMNS, StoredConversation, stored, unfinished_since
from storage.messages.inbox import AlreadyRecorded, Replies, StoredTurn
from storage.tickets.rows import view

MOST_TICKETS = 20


@dataclass(frozen=True, slots=True)
class _OfTicket:
    """The columns a ticket's view is made of."""

    ticket_sealed: bytes
    status: str
    lead_unit: str | None
    co_units: list[str]
    due_at: datetime | None
    public_text_sealed: bytes | None
    round: int
    urged_at: datetime | None
    hotline_ref: str | None


_OF_TICKET = tuple(column.name for column in fields(_OfTicket))

_AT = """FROM conversations WHERE channel = :channel AND "user" = :user"""
_LOCK = "SELECT " + ", ".join(f'"{name}"' for name in COLUMNS) + f" {_AT}"
_BEGUN = Statement(
    """INSERT INTO conversations (channel, "user", reachable, created_at, updated_at)
    VALUES (:channel, :user, true, :now, :now) ON CONFLICT (channel, "user") DO NOTHING"""
)
_HELD = Statement(_LOCK, f"{_LOCK} FOR UPDATE")
_AROUND = Statement(
    f"""WITH citizen AS (SELECT id {_AT})
    SELECT seen.message_id, seen.conversation_id, seen.replies_sealed,
      EXISTS (SELECT 1 FROM attachments WHERE filed_with IS NULL AND state <> 'dropped'
        AND conversation_id = citizen.id),
      EXISTS (SELECT 1 FROM attachments WHERE waiting AND conversation_id = citizen.id),
      EXISTS (SELECT 1 FROM outbox WHERE state = 'kept' AND conversation_id = citizen.id),
      (SELECT min(id) FROM outbox WHERE state = 'due' AND destination = :channel
        AND lane = :lane || CAST(citizen.id AS text)) IS NOT NULL,
      own.*
    FROM citizen
    LEFT JOIN inbox AS seen ON seen.channel = :channel AND seen.message_id = :message
    LEFT JOIN (SELECT id, {", ".join(_OF_TICKET)} FROM tickets
      WHERE conversation_id = (SELECT id FROM citizen) ORDER BY id DESC LIMIT {MOST_TICKETS}) AS own ON true
    ORDER BY own.id DESC"""  # noqa: S608 - the names of columns, from above
)
"""A lane is asked for its head, as in `outbox.claim`: EXISTS may be planned by way of all that is due."""
_SAVED = Statement(
    """UPDATE conversations
    SET state_sealed = :state, unfinished_since = :unfinished, updated_at = :now WHERE id = :id"""
)
_RECORDED = Statement(
    """INSERT INTO inbox (channel, message_id, conversation_id, replies_sealed, recorded_at)
    VALUES (:channel, :message, :id, :replies, :now)"""
)
_GRANTED = Statement(
    """INSERT INTO budgets (conversation_id, trigger, "left", until)
    VALUES (:id, :trigger, :left, :until) ON CONFLICT (conversation_id, trigger)
    DO UPDATE SET "left" = excluded."left", until = excluded.until WHERE budgets.until <= excluded.until"""
)


@dataclass(frozen=True, slots=True)
class Begun:
    """What a turn begins from. `before` is the turn this message had already.

    `files`: some of theirs were passed on with no matter; `loose`: files wait for theirs; `kept`: messages
    wait for this contact; `waits`: an answer to this citizen is still on its way.
    """

    stored: StoredConversation
    before: StoredTurn | None
    tickets: tuple[TicketView, ...] = ()  # the citizen's own, newest first
    files: bool = False
    loose: bool = False
    kept: bool = False
    waits: bool = False


async def begin(tx: Tx, address: Address, message_id: str, lane: str, now: datetime) -> Begun:
    """Lock the conversation, made if it is new, and look around it, in a transaction that begins here.

    `lane`: how the name of the lane begins in which this citizen's answers leave.
    """
    values = {
        "channel": address.channel.value,
        "user": address.user,
        "message": message_id,
        "lane": lane,
        "now": now,
    }
    _, held, around = await batched_statements.send(tx, (BEGIN, _HELD, _AROUND), values)
    if not held:
        _, held, around = await batched_statements.send(tx, (_BEGUN, _HELD, _AROUND), values)
    return _begun(tx, held[0], around)


async def end(
    tx: Tx,
    before: StoredConversation,
    message_id: str,
    conversation: Conversation,
    replies: Replies,
    now: datetime,
    grants: Sequence[tuple[Grant, datetime]] = (),
    more: Sequence[Statement] = (),
) -> None:
    """Save, record, commit: the last thing a turn does. Raises AlreadyRecorded; then nothing was kept.

    `grants`: what the message allows us to send, since when (see `send_quotas`). `more` goes in the same
    trip, with values of its own.
    """
    channel = before.address.channel.value
    values = {
        "channel": channel,
        "message": message_id,
        "id": before.id,
        "state": seal(tx, Conversation, conversation),
        "unfinished": unfinished_since(conversation, now),
        "replies": seal(tx, Replies, replies),
        "now": now,
    }
    for given, at in grants:
        values |= {"trigger": given.trigger, "left": given.messages, "until": at + given.lasts}
    steps = (_SAVED, _RECORDED, *(_GRANTED for _ in grants), *more, COMMIT)
    try:
        await batched_statements.send(tx, steps, values)
    except batched_statements.DuplicateKey:
        await batched_statements.give_up(tx)
        raise AlreadyRecorded(f"{channel}: this message has been handled before") from None


def _begun(tx: Tx, held: tuple[Any, ...], around: list[tuple[Any, ...]]) -> Begun:
    found = stored(tx, held)
    message, conversation_id, replies, files, loose, kept, waits, *_ = around[0]
    if message is not None:
        given = () if replies is None else unseal(tx, Replies, replies)
        return Begun(found, StoredTurn(conversation_id, given))
    own = tuple(_ticket(tx, row[8:]) for row in around if row[7] is not None)
    return Begun(found, None, own, bool(files), bool(loose), bool(kept), bool(waits))


def _ticket(tx: Tx, row: tuple[Any, ...]) -> TicketView:
    """As SQLAlchemy would have read it: each column's type knows how its database stores it."""
    pairs = zip(_readers(tx.dialect), row, strict=True)
    return view(tx, _OfTicket(*(reader(value) if reader else value for reader, value in pairs)))


@cache
def _readers(dialect: Dialect) -> tuple[Callable[[Any], Any] | None, ...]:
    return tuple(
        tickets.c[name].type.dialect_impl(dialect).result_processor(dialect, None) for name in _OF_TICKET
    )
