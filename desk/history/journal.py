"""What people do at the desk beside the tickets: in and out, accounts, letters. Chained like every history.

The rule: a line names who, what and about whom or what, never a password and nothing of a citizen's.
Each line's hash covers the one before; two at once make one chain, for they queue at its newest line.
"""

import hashlib
from datetime import datetime

from sqlalchemy import func, insert, select, text

from desk.db.tables import journal
from storage.db.sealed import Tx

START = "0" * 64
_LOCK = 0x6A69657375  # any number that is ours alone


async def write(tx: Tx, name: str, action: str, about: str, now: datetime) -> None:
    """Add a line."""
    if tx.dialect.name == "postgresql":  # on SQLite there is one writer anyway
        await tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    newest = select(journal.c.hash).order_by(journal.c.id.desc()).limit(1)
    before = (await tx.execute(newest)).scalar() or START
    about = about[:256]
    own = _hash(before, now, name, action, about)
    row = {"at": now, "name": name, "action": action, "about": about, "prev_hash": before, "hash": own}
    await tx.execute(insert(journal).values(row))


async def size(tx: Tx) -> int:
    """How many lines there are."""
    return int((await tx.execute(select(func.count()).select_from(journal))).scalar_one())


async def broken_at(tx: Tx) -> int | None:
    """The number of the first line that was changed, or follows one that is missing; None if all hold."""
    before = START
    async for row in await tx.stream(select(journal).order_by(journal.c.id)):
        own = _hash(before, row.at, row.name, row.action, row.about)
        if row.prev_hash != before or row.hash != own:
            return int(row.id)
        before = own
    return None


def _hash(before: str, at: datetime, name: str, action: str, about: str) -> str:
    line = "\0".join((before, f"{at.timestamp():.6f}", name, action, about))
    return hashlib.sha256(line.encode()).hexdigest()
