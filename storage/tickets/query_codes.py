"""A ticket found by its number and its 查询码, by anyone who has both.

The rule: five wrong tries with one number close that number for a quarter of an hour. A
right code does not wipe wrong tries out: else whoever owns a ticket could reset the count
for all that end alike.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, select, update

from intake.model.conversation import Lookup
from intake.model.ticket import TicketView
from storage.db import old_digest_keys
from storage.db.sealed import Tx, keyring
from storage.db.tables import code_tries, last_four, retired_keys, tickets
from storage.db.upsert import insert_new
from storage.tickets.rows import view

WRONG_TRIES = 5
CLOSED_FOR = timedelta(minutes=15)
SHORTEST_TAIL, LONGEST_TAIL = 4, 8
CANDIDATES = 50  # the newest tickets with that tail; who has an older one gives more of the number


async def look_up(tx: Tx, number: str, code: str, now: datetime) -> tuple[Lookup, TicketView | None]:
    """The ticket with this code whose reference is, or ends in, `number` (4 to 8 characters).

    LOCKED whatever the code, after five wrong tries. Commit the transaction in every case:
    it counts the try.
    """
    number = "".join(number.split()).upper()
    wrong = await _wrong_tries(tx, number, now)
    if wrong >= WRONG_TRIES:
        return Lookup.LOCKED, None
    ring = await old_digest_keys.ring(tx, retired_keys)
    matches = [
        row for row in await _candidates(tx, number) if ring.check_query_code(code, row.query_code_hash)
    ]
    if matches:
        await _hash_anew(tx, matches[0], code)
        return Lookup.FOUND, view(tx, matches[0])
    await _count_wrong(tx, number, wrong + 1, now)
    return Lookup.WRONG, None


async def lost(tx: Tx) -> int:
    """How many codes fit no more, whoever tells them: the secret they were hashed with is gone."""
    marks = (keyring(tx).code_mark, *await old_digest_keys.marks(tx, retired_keys))
    unknown = [tickets.c.query_code_hash.not_like(f"%${mark}") for mark in marks]
    statement = select(func.count()).select_from(tickets).where(*unknown)
    return int((await tx.execute(statement)).scalar_one())


async def _hash_anew(tx: Tx, row: Row[Any], code: str) -> None:
    """Only whoever knows a code can hash it with a newer key, so it is done when it is told."""
    ring = keyring(tx)
    if not row.query_code_hash.endswith(f"${ring.code_mark}"):
        values = {"query_code_hash": ring.hash_query_code(code)}
        await tx.execute(update(tickets).where(tickets.c.id == row.id).values(values))


async def purge(tx: Tx, now: datetime) -> int:
    """Forget the tries that no longer count; returns of how many numbers."""
    return (await tx.execute(delete(code_tries).where(code_tries.c.last_at <= now - CLOSED_FOR))).rowcount


async def _wrong_tries(tx: Tx, number: str, now: datetime) -> int:
    """How many still count; the row is held, so that tries at the same moment are counted one by one."""
    digest = _digest(tx, number)
    new = {"number_digest": digest, "wrong": 0, "last_at": now}
    await tx.execute(insert_new(tx, code_tries, "number_digest"), new)
    statement = select(code_tries).where(code_tries.c.number_digest == digest).with_for_update()
    row = (await tx.execute(statement)).one()
    return 0 if now - row.last_at >= CLOSED_FOR else int(row.wrong)


async def _count_wrong(tx: Tx, number: str, wrong: int, now: datetime) -> None:
    where = code_tries.c.number_digest == _digest(tx, number)
    await tx.execute(update(code_tries).where(where).values(wrong=wrong, last_at=now))


async def _candidates(tx: Tx, number: str) -> list[Row[Any]]:
    if not (number.isascii() and number.isalnum()) or len(number) < SHORTEST_TAIL:
        return []
    return list(await tx.execute(_newest(number)))


def _newest(number: str) -> Select[Any]:
    return select(tickets).where(_ends_in(number)).order_by(tickets.c.id.desc()).limit(CANDIDATES)


def _ends_in(number: str) -> ColumnElement[bool]:
    start, backwards = number[::-1], tickets.c.reversed_reference
    if len(number) == SHORTEST_TAIL:
        return last_four == start
    if len(number) <= LONGEST_TAIL:
        return (backwards >= start) & (backwards < start + "~")
    return backwards == start


def _digest(tx: Tx, number: str) -> str:
    return keyring(tx).digest("query number", number)
