"""By what a ticket is found whose phone is known; nothing else is learned from it.

The rule: a digest is bound to its ticket, so that two tickets of one phone have nothing in common that a
dump would tell. Who knows the phone tries it on every ticket; only an operator's erasure has to.
"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select, update

from intake.model.ticket import Ticket
from storage.db.keyring import Undecryptable, decoy
from storage.db.sealed import Tx, UnreadableRow, keyring, unseal
from storage.db.tables import tickets

_ALONE = "phone"
"""What the release before digested a number for: the same on every ticket of it."""
_OF_TICKET = "phone of a ticket"
_BOUND = "t:"
_LENGTH = 64
_AT_ONCE = 5_000


def phone_digest(tx: Tx, key: UUID, phone: str | None) -> str | None:
    """What this ticket keeps of its number; None for none."""
    return _bound(keyring(tx).digest(_OF_TICKET, _told(key, phone))) if phone else None


def has_phone(tx: Tx, row: Any, phone: str) -> bool:
    """Whether a row of `tickets` has this number, however it is written and whichever key digested it."""
    if row.phone_digest is None:
        return False
    ring = keyring(tx)
    if row.phone_digest.startswith(_BOUND):
        return row.phone_digest in map(_bound, ring.digests(_OF_TICKET, _told(row.key, phone)))
    return row.phone_digest in ring.digests(_ALONE, _plain(phone))


async def ids_of_phone(tx: Tx, phone: str) -> list[int]:
    """The tickets with this number, newest first."""
    found = [row.id async for row in _with_phone(tx) if has_phone(tx, row, phone)]
    return found[::-1]


async def digest_anew(tx: Tx, after: int, limit: int) -> tuple[int, int]:
    """Digest the numbers of the next tickets with the newest key; how many, and the last one's row."""
    query = select(tickets).where(tickets.c.id > after).order_by(tickets.c.id).limit(limit)
    rows = (await tx.execute(query)).all()
    for row in rows:
        await _digest_row(tx, row, unseal(tx, Ticket, row.ticket_sealed))
    return len(rows), rows[-1].id if rows else after


async def bind_next(tx: Tx, after: int, limit: int) -> tuple[int, int]:
    """Bind the digests to their tickets that a release before wrote; as `digest_anew`.

    One that the keys do not open stays as it is.
    """
    query = select(tickets).where(tickets.c.id > after, _is_alone()).order_by(tickets.c.id).limit(limit)
    rows = (await tx.execute(query)).all()
    for row in rows:
        try:
            ticket = unseal(tx, Ticket, row.ticket_sealed)
        except (Undecryptable, UnreadableRow):
            continue
        await _digest_row(tx, row, ticket)
        await _hide_matter(tx, row, ticket)
    return len(rows), rows[-1].id if rows else after


async def _hide_matter(tx: Tx, row: Row[Any], ticket: Ticket) -> None:
    if ticket.sealed and row.matter_digest is not None:
        await tx.execute(update(tickets).where(tickets.c.id == row.id).values(matter_digest=decoy()))


async def _digest_row(tx: Tx, row: Row[Any], ticket: Ticket) -> None:
    fresh = phone_digest(tx, ticket.key, ticket.phone)
    unchanged = (tickets.c.id == row.id) & (tickets.c.phone_digest == row.phone_digest)
    if row.phone_digest is not None and fresh != row.phone_digest:
        await tx.execute(update(tickets).where(unchanged).values(phone_digest=fresh))


async def _with_phone(tx: Tx) -> AsyncIterator[Any]:
    last = 0
    columns = (tickets.c.id, tickets.c.key, tickets.c.phone_digest)
    while True:
        some = select(*columns).where(tickets.c.id > last, tickets.c.phone_digest.is_not(None))
        rows = (await tx.execute(some.order_by(tickets.c.id).limit(_AT_ONCE))).all()
        for row in rows:
            yield row
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1].id


def _is_alone() -> ColumnElement[bool]:
    """Hexadecimal digits come before the mark in every collation: the index leads to them."""
    return tickets.c.phone_digest < _BOUND[0]


def _bound(digest: str) -> str:
    return (_BOUND + digest)[:_LENGTH]


def _told(key: UUID, phone: str) -> str:
    return f"{key} {_plain(phone)}"


def _plain(phone: str) -> str:
    return "".join(sign for sign in phone if sign.isdigit()).removeprefix("86")
