"""Recent tickets of other citizens that are about a named place; found by a keyed digest of the name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from intake.alike import Echo
from storage.documents import Tx, keyring, unseal
from storage.tables import tickets
from storage.tickets import MATTER

MOST = 40
"""Tickets compared in one turn: more say nothing more."""


@dataclass(frozen=True, slots=True)
class _Place:
    text: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What is compared of a ticket: reading all of it would cost several times as much."""

    content: str
    place: _Place | None = None
    related_to: str | None = None


async def find(tx: Tx, names: Iterable[str], but_of: int, since: datetime) -> tuple[Echo, ...]:
    """The newest first, without those of the conversation `but_of`. Raises Undecryptable or Unreadable."""
    digests = [digest for name in names for digest in keyring(tx).digests(MATTER, name)]
    query = select(tickets.c.reference, tickets.c.conversation_id, tickets.c.ticket_sealed).where(
        tickets.c.matter_digest.in_(digests),
        tickets.c.created_at >= since,
        tickets.c.conversation_id != but_of,
        tickets.c.restricted_at.is_(None),
    )
    rows = await tx.execute(query.order_by(tickets.c.created_at.desc()).limit(MOST))
    return tuple(_echo(tx, *row) for row in rows)


def _echo(tx: Tx, reference: str, conversation_id: int, sealed: bytes) -> Echo:
    said = unseal(tx, _Said, sealed)
    where = said.place.text if said.place else ""
    return Echo(reference, conversation_id, said.content, said.related_to, where)
