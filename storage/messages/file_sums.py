"""How many files one account sent on a day, and how many bytes were fetched for it.

The rule: the account is counted, not the conversation, so that nobody begins anew by being forgotten; and in
the database, so that all processes count together. It is kept under a keyed digest, for two days.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from intake.model.messages import Address
from storage.batches import AT_ONCE, delete_some
from storage.db.sealed import Tx, keyring
from storage.db.tables import file_sums
from storage.db.upsert import insert_new

TELL_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DayLimit:
    """What one account may send in a day."""

    files: int
    bytes: int


async def admitted(tx: Tx, address: Address, day: date, count: int, limit: DayLimit) -> int:
    """How many of these files are within the limit; so many are counted."""
    files, size = await _held(tx, address, day)
    room = 0 if size >= limit.bytes else max(0, limit.files - files)
    taken = min(count, room)
    if taken:
        await _add(tx, address, day, file_sums.c.files, taken)
    return taken


async def is_open(tx: Tx, address: Address, day: date, limit: DayLimit) -> bool:
    """Whether one more file would be admitted."""
    row = (await tx.execute(select(file_sums).where(_of(tx, address, day)))).one_or_none()
    return row is None or (row.files < limit.files and row.bytes < limit.bytes)


async def has_room(tx: Tx, address: Address, day: date, limit: DayLimit) -> bool:
    """Whether a file counted before may still be fetched."""
    query = select(file_sums.c.bytes).where(_of(tx, address, day))
    return (await tx.scalar(query) or 0) < limit.bytes


async def weigh(tx: Tx, address: Address, day: date, size: int, limit: DayLimit) -> bool:
    """Count the bytes of a file that was fetched; whether it is still within the limit."""
    _, before = await _held(tx, address, day)
    await _add(tx, address, day, file_sums.c.bytes, size)
    return before + size <= limit.bytes


async def to_be_told(tx: Tx, address: Address, day: date, now: datetime) -> bool:
    """Whether the citizen shall hear that it is too much: not again within a minute."""
    await _held(tx, address, day)
    silent = file_sums.c.told_at.is_(None) | (file_sums.c.told_at <= now - TELL_AGAIN)
    told = update(file_sums).where(_of(tx, address, day) & silent).values(told_at=now)
    return (await tx.execute(told)).rowcount == 1


async def purge(tx: Tx, before: datetime, limit: int = AT_ONCE) -> int:
    """Forget the days before this one, up to `limit` rows; returns how many."""
    return await delete_some(tx, file_sums, file_sums.c.day < before.date().isoformat(), limit)


async def _held(tx: Tx, address: Address, day: date) -> tuple[int, int]:
    """Files and bytes so far; the row is held: what comes at the same moment is counted one by one."""
    new = {"account_digest": _digest(tx, address), "day": day.isoformat(), "files": 0, "bytes": 0}
    await tx.execute(insert_new(tx, file_sums, "account_digest", "day"), new)
    row = (await tx.execute(select(file_sums).where(_of(tx, address, day)).with_for_update())).one()
    return int(row.files), int(row.bytes)


async def _add(tx: Tx, address: Address, day: date, column: ColumnElement[int], more: int) -> None:
    values = {column: column + more}
    await tx.execute(update(file_sums).where(_of(tx, address, day)).values(values))


def _of(tx: Tx, address: Address, day: date) -> ColumnElement[bool]:
    return (file_sums.c.account_digest == _digest(tx, address)) & (file_sums.c.day == day.isoformat())


def _digest(tx: Tx, address: Address) -> str:
    return keyring(tx).digest("file sums", f"{address.channel.value}:{address.user}")
