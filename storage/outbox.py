"""What has to reach the outside, kept until it has.

The rule: an entry is queued in the transaction that decides it, claimed by a lease (its
`due_at` moves on and the claim commits before the network is touched), and settled after.
A worker that dies settles nothing: its entry falls due again. Within one lane of one
destination the entries go out in the order in which they were queued; an open entry,
claimed or waiting, holds up those behind it.

States: `due` open, waiting for its time or claimed; `done` delivered; `kept` for the
citizen's next contact; `buried` given up, an operator may retry; `unsure` may have arrived,
must not be repeated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NotRequired, TypedDict, Unpack

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from storage import trips
from storage.crypto import Undecryptable
from storage.documents import Tx, Unreadable, seal, unseal
from storage.outbox_upkeep import Entry, Stuck, depth, entries, purge, stuck
from storage.tables import outbox
from storage.trips import Statement

__all__ = [
    "Body",
    "Claimed",
    "Entry",
    "Stuck",
    "bury",
    "claim",
    "depth",
    "done",
    "entries",
    "give_back",
    "keep",
    "later",
    "note",
    "purge",
    "queue",
    "queuing",
    "rest",
    "retry",
    "stuck",
    "take_kept",
    "unsure",
    "waits",
]

Body = dict[str, Any]
_QUEUED = Statement(
    """INSERT INTO outbox (destination, kind, lane, body_sealed, state, due_at, queued_at, attempts, urgent,
      once, conversation_id, ticket_id)
    VALUES (:destination, :kind, :lane, :body, 'due', :due_at, :now, 0, :urgent,
      :once, :conversation, :ticket)
    ON CONFLICT (once) DO NOTHING RETURNING id"""
)
"""Part of the hot path: nearly every message queues something."""
_DUE: ColumnElement[str] = literal_column("'due'")  # spelled out, so that the partial indexes are used


@dataclass(frozen=True, slots=True)
class Claimed:
    """An entry that is ours `until` its lease ends; `attempts` counts this one, `reason` is the last one's.

    Whoever claims it after that counts one more attempt, by which a holder that slept finds out. `unended`
    counts the claims in a row, with this one, of which nobody wrote down the end: after a few of them it may
    be the entry that its workers died of.
    """

    id: int
    destination: str
    kind: str
    lane: str
    body: Body
    attempts: int
    queued_at: datetime
    conversation_id: int | None
    ticket_id: int | None
    until: datetime
    reason: str | None = None
    unended: int = 1


class New(TypedDict):
    """An entry to be. `body`: anything JSON can hold; no `due_at`: now; `urgent` goes before others."""

    destination: str
    kind: str
    lane: str
    body: Mapping[str, Any]
    now: datetime
    due_at: NotRequired[datetime | None]
    conversation_id: NotRequired[int | None]
    ticket_id: NotRequired[int | None]
    once: NotRequired[str | None]
    urgent: NotRequired[bool]


def queuing(tx: Tx, **new: Unpack[New]) -> Statement:
    """What adds this entry, for a trip of the caller's; it gives its id, or no row as `queue` gives None."""
    values = {
        "destination": new["destination"],
        "kind": new["kind"],
        "lane": new["lane"],
        "body": seal(tx, Body, dict(new["body"])),
        "due_at": new.get("due_at") or new["now"],
        "now": new["now"],
        "urgent": new.get("urgent", False),
        "once": new.get("once"),
        "conversation": new.get("conversation_id"),
        "ticket": new.get("ticket_id"),
    }
    return _QUEUED.given(values)


async def queue(tx: Tx, **new: Unpack[New]) -> int | None:
    """Add an entry; returns its id, or None if one was queued with the same `once` before."""
    (made,) = await trips.send(tx, (queuing(tx, **new),), {})
    return made[0][0] if made else None


async def claim(
    tx: Tx,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    destinations: Sequence[str] | None = None,
    urgent: bool | None = None,
) -> list[Claimed]:
    """Take up to `limit` due entries, the head of each lane, urgent and oldest first.

    `urgent` True or False takes only those that are, or are not; None takes both.
    Commit before acting on them. Several workers may claim at once: none gets another's.
    """
    statement = _taking(None if destinations is None else tuple(destinations), urgent)
    values = {"at": now, "until": now + lease, "most": limit}
    rows = sorted(
        await tx.execute(statement, values), key=lambda row: (not row.urgent, row.queued_at, row.id)
    )
    claimed = [(row, _claimed(tx, row)) for row in rows]
    for row, entry in claimed:
        if entry is None:
            await later(tx, row.id, now + lease, "its body cannot be read with our keys")
    return [entry for _, entry in claimed if entry is not None]


async def done(tx: Tx, entry_id: int, now: datetime) -> None:
    """It has arrived."""
    await _settle(tx, entry_id, "done", None, now)


async def later(tx: Tx, entry_id: int, due_at: datetime, reason: str) -> None:
    """Try again at `due_at`; its lane waits."""
    where = (outbox.c.id == entry_id) & (outbox.c.state == _DUE)
    await tx.execute(update(outbox).where(where).values(due_at=due_at, reason=reason, unended=0))


async def rest(tx: Tx, entry: Claimed, due_at: datetime, reason: str) -> bool:
    """Nobody else tries it before `due_at`, should we die of it; False if somebody has claimed it since."""
    values = {"due_at": due_at, "reason": reason}
    return (await tx.execute(update(outbox).where(_ours(entry)).values(values))).rowcount > 0


async def note(tx: Tx, entry: Claimed, reason: str) -> bool:
    """Leave a word for whoever claims it next, should we die; False if somebody has claimed it since."""
    return (await tx.execute(update(outbox).where(_ours(entry)).values(reason=reason))).rowcount > 0


async def give_back(tx: Tx, entry_ids: Sequence[int], due_at: datetime) -> None:
    """They were claimed but not begun: anybody may have them from `due_at` on."""
    where = outbox.c.id.in_(entry_ids) & (outbox.c.state == _DUE)
    fewer = {"attempts": outbox.c.attempts - 1, "unended": outbox.c.unended - 1}
    await tx.execute(update(outbox).where(where).values(due_at=due_at, **fewer))


async def bury(tx: Tx, entry_id: int, reason: str, now: datetime) -> bool:
    """Give up; the lane goes on. An operator sees it and may retry. False if there is none, or it is done."""
    return await _settle(tx, entry_id, "buried", reason, now)


async def unsure(tx: Tx, entry_id: int, reason: str, now: datetime) -> None:
    """It may have arrived and must not go twice; counted and shown as such."""
    await _settle(tx, entry_id, "unsure", reason, now)


async def keep(tx: Tx, entry_id: int, now: datetime) -> None:
    """It cannot be sent now; it waits for the citizen's next contact (`take_kept`)."""
    await _settle(tx, entry_id, "kept", None, now)


async def take_kept(tx: Tx, conversation_id: int, now: datetime) -> list[Body]:
    """The bodies kept for this citizen, oldest first; they count as done with this transaction."""
    statement = (
        update(outbox)
        .where(outbox.c.conversation_id == conversation_id, outbox.c.state == literal_column("'kept'"))
        .values(state="done", settled_at=now)
        .returning(outbox.c.id, outbox.c.body_sealed)
    )
    rows = sorted(await tx.execute(statement), key=lambda row: row.id)
    return [unseal(tx, Body, row.body_sealed) for row in rows]


async def waits(tx: Tx, destination: str, lane: str, before: int) -> bool:
    """Whether an entry of this lane is open that was queued before that one, which would overtake it."""
    in_lane = (outbox.c.state == _DUE) & (outbox.c.destination == destination) & (outbox.c.lane == lane)
    return bool(await tx.scalar(select(exists().where(in_lane, outbox.c.id < before))))


async def retry(tx: Tx, entry_id: int, now: datetime) -> bool:
    """Let an entry that is not done fall due at once, as if new; False if there is none."""
    where = (outbox.c.id == entry_id) & (outbox.c.state != "done") & outbox.c.body_sealed.is_not(None)
    fresh = {"state": "due", "due_at": now, "attempts": 0, "unended": 0, "settled_at": None}
    return (await tx.execute(update(outbox).where(where).values(fresh))).rowcount > 0


@lru_cache
def _taking(destinations: tuple[str, ...] | None, urgent: bool | None) -> ReturningUpdate[Any]:
    """Made once for each way to ask: a worker asks every second, and making it costs more than sending it."""
    heads = _due_heads(destinations, urgent).with_for_update(skip_locked=True, of=outbox).cte("heads")
    return (
        update(outbox)
        .where(outbox.c.id.in_(select(heads.c.id)))
        .values(due_at=bindparam("until"), attempts=outbox.c.attempts + 1, unended=outbox.c.unended + 1)
        .returning(outbox)
    )


def _due_heads(destinations: tuple[str, ...] | None, urgent: bool | None) -> Select[tuple[int]]:
    """Up to `most` that are due `at`; each lane is asked for its head, by one step into `ix_outbox_lane`.

    As an anti-join ("nothing earlier is open") the same was planned by how many entries the statistics
    thought open: none, after a quiet day, and then a claim out of a long queue read all of it.
    """
    open_one = outbox.alias("open_one")
    head = select(func.min(open_one.c.id)).where(
        open_one.c.state == _DUE,
        open_one.c.destination == outbox.c.destination,
        open_one.c.lane == outbox.c.lane,
    )
    due = select(outbox.c.id).where(
        outbox.c.state == _DUE, outbox.c.due_at <= bindparam("at"), outbox.c.id == head.scalar_subquery()
    )
    if destinations is not None:
        due = due.where(_one_of(destinations))
    if urgent is not None:
        due = due.where(outbox.c.urgent.op("=")(urgent))  # an equality, for the index
    order = (outbox.c.urgent.desc(), outbox.c.due_at, outbox.c.id)
    return due.order_by(*order).limit(bindparam("most", type_=Integer))


def _one_of(destinations: Sequence[str]) -> ColumnElement[bool]:
    """One is asked for by equality: then `ix_outbox_due` has the entries in order; nothing is sorted."""
    if len(destinations) == 1:
        return outbox.c.destination == destinations[0]
    return outbox.c.destination.in_(destinations)


def _claimed(tx: Tx, row: Row[Any]) -> Claimed | None:
    """None if our keys do not open it: it waits for the right ones and must not stop other lanes."""
    try:
        body = unseal(tx, Body, row.body_sealed)
    except (Undecryptable, Unreadable):
        return None
    return Claimed(
        id=row.id,
        destination=row.destination,
        kind=row.kind,
        lane=row.lane,
        body=body,
        attempts=row.attempts,
        queued_at=row.queued_at,
        conversation_id=row.conversation_id,
        ticket_id=row.ticket_id,
        until=row.due_at,
        reason=row.reason,
        unended=row.unended,
    )


def _ours(entry: Claimed) -> ColumnElement[bool]:
    """Nobody has claimed it since we did, nor settled it."""
    return (outbox.c.id == entry.id) & (outbox.c.state == _DUE) & (outbox.c.attempts == entry.attempts)


async def _settle(tx: Tx, entry_id: int, state: str, reason: str | None, now: datetime) -> bool:
    where = (outbox.c.id == entry_id) & (outbox.c.state != "done")
    settled = await tx.execute(update(outbox).where(where).values(state=state, reason=reason, settled_at=now))
    return settled.rowcount > 0
