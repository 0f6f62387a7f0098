"""A ticket's history: events that are only ever added, chained so that tampering shows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, insert, select, update

from desk.db import proof_keys
from desk.db.tables import events, tickets
from desk.tickets import hash_chain, ticket_seals
from desk.workflow.states import Role, State
from desk.workflow.views import DeskEvent, DeskTicket
from storage.db.keyring import KeyRing, Undecryptable
from storage.db.sealed import Tx, UnreadableRow, keyring, seal, unseal

Words = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HistoryCheck:
    """The ticket's first event that does not hold, if any, and its events without a key as (id, seq)."""

    hotline_ref: str
    broken: int | None
    unkeyed: tuple[tuple[int, int], ...]
    first_keyed: float


async def append(
    tx: Tx, ticket: DeskTicket, link: hash_chain.ChainLink, detail: dict[str, Any]
) -> DeskTicket:
    """Add an event to the ticket's chain. The row must be locked."""
    own = hash_chain.keyed_hash(keyring(tx), ticket.last_hash, ticket.id, link)
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
    end = ticket_seals.end_mac(keyring(tx), ticket.id, ticket.hotline_ref, link.seq, own)
    head = {"event_count": link.seq, "last_hash": own, "end_mac": end}
    await tx.execute(update(tickets).where(tickets.c.id == ticket.id).values(head))
    await ticket_seals.renew_words(tx, ticket.id)
    return replace(ticket, event_count=link.seq, last_hash=own)


async def history(tx: Tx, ticket_id: int) -> tuple[DeskEvent, ...]:
    """The ticket's events, first to last."""
    query = select(events).where(events.c.ticket_id == ticket_id).order_by(events.c.seq)
    return tuple(_event(tx, row) for row in await tx.execute(query))


async def broken_at(tx: Tx, ticket: DeskTicket) -> int | None:
    """The seq of the first event that has been tampered with, or is missing; None if the chain holds."""
    return (await check(tx, await proof_keys.ring(tx), ticket.id)).broken


async def check(tx: Tx, ring: KeyRing, ticket_id: int) -> HistoryCheck:
    """Whether a ticket's history holds, under any key of the ring.

    An event holds if it fits its neighbours and its own words; the last one if it says of the ticket what
    the ticket says of itself, and the ticket's seals are whole.
    """
    head = (await tx.execute(select(tickets).where(tickets.c.id == ticket_id))).one()
    query = select(events).where(events.c.ticket_id == ticket_id).order_by(events.c.seq)
    rows = (await tx.execute(query)).all()
    links = [(_link(head.hotline_ref, row), row.prev_hash, row.hash) for row in rows]
    chain = hash_chain.check(ring, ticket_id, links)
    erased = _erased(tx, rows)
    changed = [row.seq for row in rows if not _words_kept(tx, row, erased.get(row.seq, frozenset()))]
    faults = (chain.broken, *changed, _wrong_end(head, rows), _wrong_seal(ring, head, rows, chain))
    broken = min((seq for seq in faults if seq is not None), default=None)
    unkeyed = tuple((rows[seq - 1].id, seq) for seq in chain.unkeyed)
    return HistoryCheck(head.hotline_ref, broken, unkeyed, chain.first_keyed)


def _wrong_seal(
    ring: KeyRing, head: Row[Any], rows: Sequence[Row[Any]], chain: hash_chain.ChainCheck
) -> int | None:
    """Where the ticket's own seals disagree: an end cut off or made anew, words of another ticket."""
    if chain.broken is not None:
        return None
    if not rows and head.end_mac is None:
        return 1  # every history begins with the step that filed the ticket
    tail = rows[chain.last_keyed - 1].hash if chain.last_keyed else hash_chain.START
    if not ticket_seals.end_holds(ring, head, chain.last_keyed, tail):
        return max(chain.last_keyed, 1)
    renewed = chain.last_keyed == len(rows) and head.end_mac is not None
    return len(rows) or 1 if renewed and not ticket_seals.words_hold(ring, head) else None


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
