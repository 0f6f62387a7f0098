"""Files whose matter is not known yet: sent alone, while more files or a text may follow within seconds.

The rule: a file waits from the transaction that took it until the one whose turn it became part of.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from intake.model.messages import Media, MediaKind
from storage.db.sealed import Tx
from storage.db.tables import attachments


@dataclass(frozen=True, slots=True)
class LooseFile:
    """An attachment's id, what it is, and when it came."""

    id: str
    media: Media
    at: datetime


async def waiting(tx: Tx, conversation_id: int) -> tuple[LooseFile, ...]:
    """The citizen's files that wait, oldest first."""
    where = attachments.c.waiting & (attachments.c.conversation_id == conversation_id)
    rows = await tx.execute(select(attachments).where(where).order_by(attachments.c.id))
    return tuple(
        LooseFile(str(row.id), Media(MediaKind(row.kind), row.media_id), row.created_at) for row in rows
    )


async def settle(tx: Tx, ids: Collection[str]) -> None:
    """These files have found their matter."""
    if ids:
        numbers = [int(attachment_id) for attachment_id in ids]
        await tx.execute(update(attachments).where(attachments.c.id.in_(numbers)).values(waiting=False))
