"""Tries to log in, counted per name before the password is checked.

The rule: five tries within a quarter of an hour lock the name for a quarter of an hour
from the fifth. The row lock makes many tries at once queue up, so that they do not get around it.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from desk.db.tables import tries
from storage.db.sealed import Tx
from storage.db.upsert import insert_new

MOST = 5
WITHIN = timedelta(minutes=15)


class LockedOut(Exception):
    """Too many wrong passwords for this name: wait a quarter of an hour."""


async def count(tx: Tx, name: str, now: datetime) -> None:
    """Count a try. Commit before checking the password. Raises LockedOut."""
    await tx.execute(insert_new(tx, tries, "name").values(name=name, tried=0, since=now))
    row = (await tx.execute(select(tries).where(tries.c.name == name).with_for_update())).one()
    fresh = row.since <= now - WITHIN
    if row.tried >= MOST and not fresh:
        raise LockedOut("too many wrong passwords")
    number = 1 if fresh else row.tried + 1
    since = now if fresh or number == MOST else row.since
    await tx.execute(update(tries).where(tries.c.name == name).values(tried=number, since=since))


async def forgive(tx: Tx, name: str) -> None:
    """Forget the tries counted for this name."""
    await tx.execute(delete(tries).where(tries.c.name == name))


async def purge(tx: Tx, now: datetime) -> None:
    """Forget what no longer counts."""
    await tx.execute(delete(tries).where(tries.c.since <= now - WITHIN))
