"""What was found out about our account on a channel, or at the backend: a right it lacks, a wrong key.

The rule: a note stays until whoever looks again finds it gone, or until it is too old to be believed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from storage.db.sealed import Tx
from storage.db.tables import account_notes
from storage.db.upsert import add_new


@dataclass(frozen=True, slots=True)
class AccountIssue:
    """`says` is the platform's code or our word for it, and when it was last seen."""

    says: str
    at: datetime


async def write(tx: Tx, place: str, about: str, says: str, now: datetime) -> None:
    """Note it; an older note about the same is replaced."""
    values = {"channel": str(place), "about": about, "says": says, "at": now}
    if not await add_new(tx, account_notes, values, "channel", "about"):
        where = (account_notes.c.channel == str(place)) & (account_notes.c.about == about)
        await tx.execute(update(account_notes).where(where).values(says=says, at=now))


async def clear(tx: Tx, place: str, about: str) -> None:
    """It is no longer so."""
    where = (account_notes.c.channel == str(place)) & (account_notes.c.about == about)
    await tx.execute(delete(account_notes).where(where))


async def read(tx: Tx, place: str) -> Mapping[str, AccountIssue]:
    """All notes about this account; `place` is a channel, or the outbox's name for the backend."""
    rows = await tx.execute(select(account_notes).where(account_notes.c.channel == str(place)))
    return {row.about: AccountIssue(row.says, row.at) for row in rows}
