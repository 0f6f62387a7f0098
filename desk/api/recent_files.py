"""The files that came with tickets and supplements of late, for a desk that keeps copies of its own."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select

from desk.db.tables import events, tickets
from hotline.contract import AttachmentPart, TicketDocument
from storage.db.sealed import Tx, unseal

LOOKED_BACK = 20_000
"""So many of the newest tickets are gone through after a start."""

_STEP = 200
_UNDER_WAY = 50
_PARTS = TypeAdapter(tuple[AttachmentPart, ...])

Place = tuple[int, int]
"""Up to which ticket and which event everything has been looked at."""


async def start(tx: Tx) -> Place:
    """Where to begin."""
    ticket, event = await _newest(tx)
    return max(ticket - LOOKED_BACK, 0), max(event - 10 * LOOKED_BACK, 0)


async def files_after(tx: Tx, place: Place, since: datetime) -> tuple[Place, tuple[AttachmentPart, ...]]:
    """The next stretch's files, of what came at `since` or later, and where it ended."""
    newest = await _newest(tx)
    filed = (
        select(tickets.c.id, tickets.c.document_sealed)
        .where(tickets.c.id > place[0], tickets.c.created_at >= since)
        .order_by(tickets.c.id)
        .limit(_STEP)
    )
    told = (
        select(events.c.id, events.c.detail_sealed)
        .where(events.c.id > place[1], events.c.at >= since, events.c.action == "supplement")
        .order_by(events.c.id)
        .limit(_STEP)
    )
    documents, details = (await tx.execute(filed)).all(), (await tx.execute(told)).all()
    found = [
        part for row in documents for part in unseal(tx, TicketDocument, row.document_sealed).attachments
    ]
    found += [part for row in details for part in _parts(unseal(tx, dict[str, Any], row.detail_sealed))]
    return (_ended(documents, newest[0]), _ended(details, newest[1])), tuple(found)


async def _newest(tx: Tx) -> Place:
    """Less a few: a slow transaction's rows come behind later ones, and must not be missed."""
    ticket, event = [
        (await tx.execute(select(func.coalesce(func.max(table.c.id), 0)))).scalar_one()
        for table in (tickets, events)
    ]
    return max(ticket - _UNDER_WAY, 0), max(event - _UNDER_WAY, 0)


def _ended(rows: Sequence[Any], newest: int) -> int:
    """A stretch that was not full has been gone through to its end."""
    return rows[-1].id if len(rows) == _STEP else newest


def _parts(detail: dict[str, Any]) -> Iterator[AttachmentPart]:
    try:
        yield from _PARTS.validate_python(detail.get("attachments", ()))
    except ValidationError:
        return
