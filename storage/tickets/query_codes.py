"""A ticket found by its number and its 查询码, by anyone who has both.

The rule: who guesses is slowed, whose ticket it is is not. Five wrong tries close the look-up to their asker
for a quarter of an hour, whatever numbers they named and however much of each. Thirty wrong tries at one
ticket, by however many, close it to all who name it by its code; whoever filed it, or has the phone on it
bound, is shown it without any. A right code does not wipe wrong tries out: else whoever owns a ticket could
reset the count for all that end alike.

Kept as keyed digests, in the database: all processes count together, and nobody reads who asked for what.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, update

from intake.model.conversation import Lookup
from intake.model.ticket import TicketView
from storage.batches import AT_ONCE, delete_some
from storage.db import old_digest_keys
from storage.db.sealed import Tx, keyring
from storage.db.tables import code_tries, last_four, retired_keys, tickets
from storage.db.upsert import insert_new
from storage.tickets.phone_digests import has_phone
from storage.tickets.rows import view

BY_ONE_ASKER = 5
AT_ONE_TICKET = 30
CLOSED_FOR = timedelta(minutes=15)
SHORTEST_TAIL, LONGEST_TAIL = 4, 8
CANDIDATES = 50  # the newest tickets with that tail; who has an older one gives more of the number


@dataclass(frozen=True, slots=True)
class CodeAsker:
    """Who asks: an account by its name, its conversation, and the phones it has proved to be its own."""

    name: str = ""
    conversation_id: int | None = None
    phones: tuple[str, ...] = ()


UNKNOWN = CodeAsker()
"""Whoever cannot be told from others is counted with all of them."""


async def look_up(
    tx: Tx, number: str, code: str, now: datetime, asker: CodeAsker = UNKNOWN
) -> tuple[Lookup, TicketView | None]:
    """The ticket with this code whose reference is, or ends in, `number` (4 to 8 characters).

    LOCKED whatever the code, after too many wrong tries; the asker's own is FOUND even so. Commit the
    transaction in every case: it counts the try.
    """
    number = "".join(number.split()).upper()
    candidates = await _candidates(tx, number)
    own = [row for row in candidates if _owns(tx, asker, row)]
    others = [row for row in candidates if row not in own]
    tried = await _held(tx, asker, [row.reference for row in others] or [number], now)
    if not tried.asker_closed:
        tellable = [*own, *(row for row in others if not tried.is_closed(row.reference))]
        if (found := await _with_code(tx, code, tellable)) is not None:
            return Lookup.FOUND, view(tx, found)
        await _count_wrong(tx, asker, tried, now)
    if own:
        return Lookup.FOUND, view(tx, own[0])
    return (Lookup.LOCKED if tried.any_closed else Lookup.WRONG), None


async def _with_code(tx: Tx, code: str, rows: Iterable[Row[Any]]) -> Row[Any] | None:
    """The first of these tickets that the code opens."""
    ring = await old_digest_keys.ring(tx, retired_keys)
    found = next((row for row in rows if ring.check_query_code(code, row.query_code_hash)), None)
    if found is not None:
        await _hash_anew(tx, found, code)
    return found


def _owns(tx: Tx, asker: CodeAsker, row: Row[Any]) -> bool:
    """Whether the asker filed it, or the phone on it is theirs."""
    if asker.conversation_id is not None and row.conversation_id == asker.conversation_id:
        return True
    return any(has_phone(tx, row, phone) for phone in asker.phones)


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


async def purge(tx: Tx, now: datetime, limit: int = AT_ONCE) -> int:
    """Forget the tries that no longer count, of up to `limit` numbers; returns of how many."""
    return await delete_some(tx, code_tries, code_tries.c.last_at <= now - CLOSED_FOR, limit)


@dataclass(frozen=True, slots=True)
class _Tries:
    """The wrong tries that still count, by whom and at what; their rows are held: tries at once queue up.

    A number that fits no ticket is counted like one, so that being closed tells nobody that there is one.
    """

    asker: int
    at: Mapping[str, int]

    @property
    def asker_closed(self) -> bool:
        return self.asker >= BY_ONE_ASKER

    @property
    def any_closed(self) -> bool:
        return self.asker_closed or any(map(self.is_closed, self.at))

    def is_closed(self, number: str) -> bool:
        return self.at.get(number, 0) >= AT_ONE_TICKET


async def _held(tx: Tx, asker: CodeAsker, numbers: Sequence[str], now: datetime) -> _Tries:
    keys = _keys(tx, asker, numbers)
    counted = {key: await _wrong_tries(tx, key, now) for key in sorted(keys)}  # so that no two wait crosswise
    mine, *aims = keys
    return _Tries(counted[mine], {number: counted[aim] for number, aim in zip(numbers, aims, strict=True)})


async def _count_wrong(tx: Tx, asker: CodeAsker, tried: _Tries, now: datetime) -> None:
    for key, wrong in zip(_keys(tx, asker, list(tried.at)), (tried.asker, *tried.at.values()), strict=True):
        where = code_tries.c.number_digest == key
        await tx.execute(update(code_tries).where(where).values(wrong=wrong + 1, last_at=now))


async def _wrong_tries(tx: Tx, key: str, now: datetime) -> int:
    new = {"number_digest": key, "wrong": 0, "last_at": now}
    await tx.execute(insert_new(tx, code_tries, "number_digest"), new)
    statement = select(code_tries).where(code_tries.c.number_digest == key).with_for_update()
    row = (await tx.execute(statement)).one()
    return 0 if now - row.last_at >= CLOSED_FOR else int(row.wrong)


def _keys(tx: Tx, asker: CodeAsker, numbers: Sequence[str]) -> list[str]:
    ring = keyring(tx)
    aims = [ring.digest("query number", number) for number in numbers]
    return [ring.digest("query asker", asker.name), *aims]


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
