"""What has to reach citizens and the city's backend: the front door's own outbox (`storage.outbox.engine`).

Beside what every outbox does, a reply that cannot be sent now is kept for its citizen's next contact.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from sqlalchemy import exists, literal_column, select, update

from intake.model.messages import Outgoing
from storage.db import batched_statements
from storage.db.batched_statements import Statement
from storage.db.clock import SQL_NOW, played
from storage.db.sealed import Tx, seal, unseal
from storage.db.tables import outbox
from storage.outbox import engine
from storage.outbox.engine import DUE, KEPT, UNSURE, Entry, Outbox, Stuck
from storage.outbox.jobs import Body, Job, kind_of, read
from storage.outbox.retention import purge

__all__ = [
    "OUTBOX",
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
    "put_back",
    "queue",
    "queuing",
    "retry",
    "rewrite",
    "settle",
    "stuck",
    "take_kept",
    "under_way",
    "unsure",
    "untouched",
    "waits",
]

Claimed = engine.Claimed[Body]
OUTBOX = Outbox(outbox, Body)

claim, settle, done, bury, later = OUTBOX.claim, OUTBOX.settle, OUTBOX.done, OUTBOX.bury, OUTBOX.later
note, put_back, give_back = OUTBOX.note, OUTBOX.put_back, OUTBOX.give_back
retry, entries, stuck, depth = OUTBOX.retry, OUTBOX.entries, OUTBOX.stuck, OUTBOX.depth

_VALUES = """INSERT INTO outbox (destination, kind, lane, body_sealed, state, due_at, queued_at, attempts,
      urgent, once, conversation_id, ticket_id)
    VALUES (:destination, :kind, :lane, :body, 'due', {due_at}, {queued_at}, 0,
      :urgent, :once, :conversation, :ticket)
    ON CONFLICT (once) DO NOTHING RETURNING id"""
_QUEUED = Statement(
    _VALUES.format(due_at=":due_at", queued_at=":now"),
    _VALUES.format(due_at=f"{SQL_NOW} + CAST(:rest AS interval)", queued_at=SQL_NOW),
)
"""Part of the hot path: nearly every message queues something."""


class New(TypedDict):
    """An entry to be. `body`: anything JSON can hold; no `due_at`: now; `urgent` goes before others."""

    destination: str
    kind: str
    lane: str
    body: Body
    now: datetime
    due_at: NotRequired[datetime | None]
    conversation_id: NotRequired[int | None]
    ticket_id: NotRequired[int | None]
    once: NotRequired[str | None]
    urgent: NotRequired[bool]


def queuing(tx: Tx, **new: Unpack[New]) -> Statement:
    """What adds this entry, for a trip of the caller's; it gives its id, or no row as `queue` gives None."""
    now = new["now"]
    due_at = new.get("due_at") or now
    values = {
        "destination": new["destination"],
        "kind": new["kind"],
        "lane": new["lane"],
        "body": seal(tx, Body, new["body"]),
        "due_at": due_at,
        "now": now,
        "played": played(tx, now),
        "rest": f"{(due_at - now).total_seconds():f} seconds",
        "urgent": new.get("urgent", False),
        "once": new.get("once"),
        "conversation": new.get("conversation_id"),
        "ticket": new.get("ticket_id"),
    }
    return _QUEUED.given(values)


async def queue(tx: Tx, **new: Unpack[New]) -> int | None:
    """Add an entry; returns its id, or None if one was queued with the same `once` before."""
    (made,) = await batched_statements.send(tx, (queuing(tx, **new),), {})
    return made[0][0] if made else None


@dataclass(frozen=True, slots=True)
class Untouched:
    """An entry nobody has claimed yet."""

    id: int
    kind: str
    body: Body


async def untouched(tx: Tx, destination: str, lane: str) -> Untouched | None:
    """The last entry of this lane, if nobody has claimed it yet; held: nobody can until we are done."""
    mine = (outbox.c.destination == destination) & (outbox.c.lane == lane) & (outbox.c.attempts == 0)
    query = select(outbox.c.id, outbox.c.kind, outbox.c.body_sealed).where(OUTBOX.is_open, mine)
    row = (await tx.execute(query.order_by(outbox.c.id.desc()).limit(1).with_for_update())).one_or_none()
    return None if row is None else Untouched(row.id, row.kind, unseal(tx, Body, row.body_sealed))


async def rewrite(tx: Tx, entry_id: int, body: Body) -> None:
    """Other words for an entry that is held (`untouched`)."""
    await tx.execute(update(outbox).where(outbox.c.id == entry_id).values(body_sealed=seal(tx, Body, body)))


async def unsure(tx: Tx, which: Claimed | int, reason: str, now: datetime) -> bool:
    """It may have arrived and must not go twice; counted and shown as such. As `settle`."""
    return await settle(tx, which, UNSURE, reason, now)


async def keep(tx: Tx, which: Claimed | int, now: datetime) -> bool:
    """It cannot be sent now; it waits for the citizen's next contact (`take_kept`). As `settle`."""
    return await settle(tx, which, KEPT, None, now)


async def take_kept(tx: Tx, conversation_id: int, now: datetime) -> list[Outgoing]:
    """The replies kept for this citizen, oldest first; they count as done with this transaction."""
    statement = (
        update(outbox)
        .where(outbox.c.conversation_id == conversation_id, outbox.c.state == literal_column("'kept'"))
        .values(state="done", settled_at=now)
        .returning(outbox.c.id, outbox.c.kind, outbox.c.body_sealed)
    )
    rows = sorted(await tx.execute(statement), key=lambda row: row.id)
    jobs = [read(row.kind, unseal(tx, Body, row.body_sealed)) for row in rows]
    return [job for job in jobs if isinstance(job, Outgoing)]


async def waits(tx: Tx, destination: str, lane: str, before: int) -> bool:
    """Whether an entry of this lane is open that was queued before that one, which would overtake it."""
    in_lane = (outbox.c.destination == destination) & (outbox.c.lane == lane)
    return bool(await tx.scalar(select(exists().where(OUTBOX.is_open, in_lane, outbox.c.id < before))))


async def under_way(tx: Tx, job: type[Job]) -> bool:
    """Whether one of this kind was begun, and nobody has written down how it ended."""
    begun = (outbox.c.state == DUE) & (outbox.c.attempts > 0)
    return bool((await tx.execute(select(exists().where(begun, outbox.c.kind == kind_of(job))))).scalar())
