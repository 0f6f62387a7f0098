"""A ticket's history: events that are only ever added, chained so that tampering shows."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, insert, select, update

from desk.db.tables import events, tickets
from desk.tickets import hash_chain
from desk.workflow.states import Role, State
from desk.workflow.views import DeskEvent, DeskTicket
from storage.db.keyring import Undecryptable
from storage.db.sealed import Tx, UnreadableRow, seal, unseal

Words = dict[str, Any]


async def append(
    tx: Tx, ticket: DeskTicket, link: hash_chain.ChainLink, detail: dict[str, Any]
) -> DeskTicket:
    """Add an event to the ticket's chain. The row must be locked."""
    own = hash_chain.link_hash(ticket.last_hash, link)
    row = {
        "ticket_id": ticket.id,
        "seq": link.seq,
        "at": link.at,
        "role": link.role,
        "name": link.name,
        "unit": link.unit,
        "action": link.action,
        "from_state": link.from_state,
        "to_state": link.to_state,
        "round": link.round,
        "key": link.key,
        "detail_sealed": seal(tx, Words, detail),
        "detail_digest": link.detail_digest,
        "prev_hash": ticket.last_hash,
        "hash": own,
    }
    await tx.execute(insert(events).values(row))
    head = {"event_count": link.seq, "last_hash": own}
    await tx.execute(update(tickets).where(tickets.c.id == ticket.id).values(head))
    return replace(ticket, event_count=link.seq, last_hash=own)


async def history(tx: Tx, ticket_id: int) -> tuple[DeskEvent, ...]:
    """The ticket's events, first to last."""
    query = select(events).where(events.c.ticket_id == ticket_id).order_by(events.c.seq)
    return tuple(_event(tx, row) for row in await tx.execute(query))


async def broken_at(tx: Tx, ticket: DeskTicket) -> int | None:
    """The seq of the first event that has been tampered with, or is missing; None if the chain holds."""
    found = await fault(tx, ticket.id)
    return found[1] if found else None


async def fault(tx: Tx, ticket_id: int) -> tuple[str, int] | None:
    """The ticket's `hotline_ref` and its first event that does not hold; None if all do.

    An event holds if it fits its neighbours and its own words, and the last one says of the
    ticket what the ticket says of itself.
    """
    head = (await tx.execute(select(tickets).where(tickets.c.id == ticket_id))).one()
    query = select(events).where(events.c.ticket_id == ticket_id).order_by(events.c.seq)
    rows = (await tx.execute(query)).all()
    broken = hash_chain.broken_at([(_link(head.hotline_ref, row), row.prev_hash, row.hash) for row in rows])
    erased = _erased(tx, rows)
    changed = [row.seq for row in rows if not _words_kept(tx, row, erased.get(row.seq, frozenset()))]
    first = min((seq for seq in (broken, *changed, _wrong_end(head, rows)) if seq is not None), default=None)
    return (head.hotline_ref, first) if first is not None else None


def _wrong_end(head: Row[Any], rows: Sequence[Row[Any]]) -> int | None:
    """Where the ticket itself disagrees with its history: a tail cut off, a state rewritten."""
    if len(rows) != head.event_count or head.last_hash != _tail(rows):
        return len(rows) + 1
    said = (rows[-1].to_state, rows[-1].round) if rows else (head.state, head.round)
    return None if said == (head.state, head.round) else len(rows)


def _event(tx: Tx, row: Row[Any]) -> DeskEvent:
    return DeskEvent(
        seq=row.seq,
        at=row.at,
        role=Role(row.role),
        name=row.name,
        unit=row.unit,
        action=row.action,
        from_state=State(row.from_state) if row.from_state else None,
        to_state=State(row.to_state),
        round=row.round,
        key=row.key,
        detail=unseal(tx, Words, row.detail_sealed),
        hash=row.hash,
    )


def _link(hotline_ref: str, row: Row[Any]) -> hash_chain.ChainLink:
    names = [name for name in hash_chain.ChainLink.__dataclass_fields__ if name != "hotline_ref"]
    return hash_chain.ChainLink(hotline_ref, **{name: getattr(row, name) for name in names})


def _words_kept(tx: Tx, row: Row[Any], erased: Collection[str]) -> bool:
    """Whether the words are those that were written, or those that an erasure left."""
    try:
        return hash_chain.digest(unseal(tx, Words, row.detail_sealed)) in {row.detail_digest, *erased}
    except (Undecryptable, UnreadableRow):
        return False


def _erased(tx: Tx, rows: Sequence[Row[Any]]) -> dict[int, frozenset[str]]:
    """What erasures say they left of earlier words; each covers only what came before it."""
    found: dict[int, frozenset[str]] = {}
    for row in rows:
        if row.action != "erase" or not _words_kept(tx, row, found.get(row.seq, frozenset())):
            continue
        for seq, digest in unseal(tx, Words, row.detail_sealed).get("covers", {}).items():
            if int(seq) < row.seq:
                found[int(seq)] = found.get(int(seq), frozenset()) | {digest}
    return found


def _tail(rows: Sequence[Row[Any]]) -> str:
    return rows[-1].hash if rows else hash_chain.START
