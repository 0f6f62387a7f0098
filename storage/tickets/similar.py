"""Recent tickets of other citizens that may be about the same, found by keyed digests of a name or of words.

The rule: no word stands in clear. What tells an appeal from others (`pair_weights`) is digested pair by
pair; only who has a pair finds the tickets that have it, and only while others may be asked to join them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select

from intake.understand.same_event import SimilarReport
from storage.batches import AT_ONCE, delete_some
from storage.db.keyring import Undecryptable, decoy
from storage.db.sealed import Tx, UnreadableRow, keyring, unseal
from storage.db.tables import ticket_marks, tickets
from storage.tickets.tickets import MATTER

MOST = 40
"""Tickets compared in one turn that have a name in common: more say nothing more."""
ALIKE = 20
"""Tickets compared beside them for the words they have in common, those with the most first."""
LOOKED_AT = 2_000
"""The newest rows that words lead to, among which those with most of the words are chosen."""
_MARK = "mark"


@dataclass(frozen=True, slots=True)
class _Place:
    text: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What is compared of a ticket: reading all of it would cost several times as much."""

    content: str
    place: _Place | None = None
    related_to: str | None = None


async def mark(tx: Tx, ticket_id: int, marks: Iterable[str]) -> None:
    """Let the ticket be found by these pairs of characters."""
    rows = [{"ticket_id": ticket_id, "digest": keyring(tx).digest(_MARK, pair)} for pair in marks]
    if rows:
        await tx.execute(insert(ticket_marks), rows)


async def mark_sealed(tx: Tx, ticket_id: int, marks: Iterable[str]) -> None:
    """Let a sealed ticket be found by none of them, and look as if it were."""
    rows = [{"ticket_id": ticket_id, "digest": decoy()} for _ in marks]
    if rows:
        await tx.execute(insert(ticket_marks), rows)


async def find(
    tx: Tx, names: Iterable[str], marks: Iterable[str], but_of: int, since: datetime
) -> tuple[SimilarReport, ...]:
    """The newest first, without those of the conversation `but_of`. Raises Undecryptable or UnreadableRow."""
    others = _others(but_of, since)
    rows: list[Row[Any]] = []
    if named := _digests(tx, MATTER, names):
        rows += await tx.execute(others.where(tickets.c.matter_digest.in_(named)).limit(MOST))
    if marked := await _marked(tx, marks):
        rows += await tx.execute(others.where(tickets.c.id.in_(marked)))
    found = sorted({row.id: row for row in rows}.values(), key=lambda row: (row.created_at, row.id))
    return tuple(_echo(tx, row) for row in reversed(found))


async def latest(tx: Tx, most: int) -> list[str]:
    """What the newest tickets say; one that cannot be read is left out."""
    query = select(tickets.c.ticket_sealed).order_by(tickets.c.id.desc()).limit(most)
    texts = []
    for (sealed,) in await tx.execute(query):
        try:
            texts.append(unseal(tx, _Said, sealed).content)
        except (Undecryptable, UnreadableRow):
            continue
    return texts


async def purge(tx: Tx, before: datetime, limit: int = AT_ONCE) -> int:
    """Forget by what words tickets filed before then are found, up to `limit` rows; returns how many."""
    last = select(func.max(tickets.c.id)).where(tickets.c.created_at < before).scalar_subquery()
    return await delete_some(tx, ticket_marks, ticket_marks.c.ticket_id <= last, limit)


async def forget(tx: Tx, ticket_id: int) -> None:
    """Let the ticket be found by no word."""
    await tx.execute(delete(ticket_marks).where(ticket_marks.c.ticket_id == ticket_id))


async def _marked(tx: Tx, marks: Iterable[str]) -> list[int]:
    digests = _digests(tx, _MARK, marks)
    if not digests:
        return []
    newest = (
        select(ticket_marks.c.ticket_id)
        .where(ticket_marks.c.digest.in_(digests))
        .order_by(ticket_marks.c.ticket_id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    ticket_id = newest.c.ticket_id
    query = select(ticket_id).group_by(ticket_id).order_by(func.count().desc(), ticket_id.desc())
    return list((await tx.scalars(query.limit(ALIKE))).all())


def _others(but_of: int, since: datetime) -> Select[Any]:
    own = (
        tickets.c.id,
        tickets.c.reference,
        tickets.c.conversation_id,
        tickets.c.ticket_sealed,
        tickets.c.created_at,
    )
    return (
        select(*own)
        .where(tickets.c.conversation_id != but_of, tickets.c.created_at >= since)
        .where(tickets.c.restricted_at.is_(None))
        .order_by(tickets.c.created_at.desc())
    )


def _digests(tx: Tx, purpose: str, texts: Iterable[str]) -> list[str]:
    return [digest for text in texts for digest in keyring(tx).digests(purpose, text)]


def _echo(tx: Tx, row: Row[Any]) -> SimilarReport:
    said = unseal(tx, _Said, row.ticket_sealed)
    where = said.place.text if said.place else ""
    return SimilarReport(row.reference, row.conversation_id, said.content, said.related_to, where)
