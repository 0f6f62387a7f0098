"""Several statements in one trip to the database, past SQLAlchemy: for the hot path alone.

The rule: a trip belongs to the transaction it is given, sees and holds what that one does, and may begin
it or commit it. With SQLite a trip is one visit to the driver's thread, of which each costs more than
the statements do; with PostgreSQL the driver sends one statement after the other. Statements are written
once, with `:name` for a value; where the connection may (`storage.db.pooler`), their first use prepares them.
"""

import re
import sqlite3
from collections.abc import Mapping, MutableMapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any, Self

import psycopg
from sqlalchemy import PoolProxiedConnection

from storage.db.pooler import distrust, limits_within
from storage.db.sealed import Tx

Rows = list[tuple[Any, ...]]
_CURSORS = "cursors of the hot path"
_VALUE = re.compile(r"(?<!:):(\w+)")


class DuplicateKey(Exception):
    """A row with the same key stands there already; the transaction must be given up."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A statement with `$1`, `$2` … for `names`."""

    text: str
    names: tuple[str, ...]


class Statement:
    """One statement. `postgresql` is what it says there, if not the same.

    `values` are its own, where the trip's are not meant (see `given`).
    """

    values: Mapping[str, Any] | None = None

    def __init__(self, text: str, postgresql: str = "") -> None:
        self.text = text
        self._postgresql = postgresql or text

    def given(self, values: Mapping[str, Any]) -> Self:
        """The same with values of its own, so that one trip may hold it several times."""
        _ = self.postgresql  # once for all copies
        made = copy(self)
        made.values = values
        return made

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The values it asks for in SQLite."""
        return tuple(dict.fromkeys(_VALUE.findall(self.text)))

    @cached_property
    def postgresql(self) -> Numbered:
        """As PostgreSQL has it."""
        names = tuple(dict.fromkeys(_VALUE.findall(self._postgresql)))
        return Numbered(_VALUE.sub(lambda found: f"${names.index(found[1]) + 1}", self._postgresql), names)


BEGIN = Statement("BEGIN IMMEDIATE", "BEGIN ISOLATION LEVEL READ COMMITTED")
COMMIT = Statement("COMMIT")

Steps = Sequence[Statement]
_Pairs = Sequence[tuple[Statement, Mapping[str, Any]]]


async def send(tx: Tx, steps: Steps, values: Mapping[str, Any]) -> list[Rows]:
    """The rows of each step, in order. Raises DuplicateKey, DatabaseDown (by `down()` around it)."""
    pairs = [(step, values if step.values is None else step.values) for step in steps]
    own = [step.values for step in steps if step.values is not None]
    if any(_has_no_zone(value) for given in (values, *own) for value in given.values()):
        raise ValueError("a stored instant must know its time zone")
    proxy = _connection(tx)
    driver: Any = proxy.driver_connection
    if tx.dialect.name == "postgresql":
        return await _trip(driver, proxy.info, pairs)
    return await _visit(driver, pairs)


async def finish(tx: Tx) -> None:
    """Commit whatever is still open, begun here or by SQLAlchemy."""
    if tx.in_transaction():
        await tx.commit()
    elif is_open(_connection(tx).driver_connection):
        await send(tx, (COMMIT,), {})


async def give_up(tx: Tx) -> None:
    """Roll back what was begun here: by the driver's own word, which knows what it had prepared by then."""
    await _connection(tx).driver_connection.rollback()  # type: ignore[union-attr]


def is_open(driver: Any) -> bool:
    """Whether a transaction has begun on this driver's connection, whoever began it."""
    if isinstance(driver, psycopg.AsyncConnection):
        return driver.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
    return bool(driver.in_transaction)


def _has_no_zone(value: Any) -> bool:
    return isinstance(value, datetime) and value.tzinfo is None


def _connection(tx: Tx) -> PoolProxiedConnection:
    connection = tx.sync_connection
    assert connection is not None, "a transaction has begun"  # noqa: S101 - a caller's mistake, not an input
    return connection.connection


async def _trip(
    driver: psycopg.AsyncConnection[Any],
    info: MutableMapping[Any, Any],
    pairs: _Pairs,
) -> list[Rows]:
    """A statement alone commits itself; several, or one that must be told its limits, get a transaction."""
    if is_open(driver):
        return await _each(driver, info, pairs)
    begin = _begin(limits_within(info))
    if pairs[0][0] is BEGIN:
        return await _each(driver, info, [(begin, {}), *pairs[1:]])
    if begin is BEGIN and len(pairs) == 1:
        return await _each(driver, info, pairs)
    rows = await _each(driver, info, [(begin, {}), *pairs, (COMMIT, {})])
    return rows[1:-1]


@cache
def _begin(limits: str | None) -> Statement:
    """One question, whether limits are told with it or not."""
    return BEGIN if limits is None else Statement(f"{BEGIN.postgresql.text}; {limits}")


async def _each(
    driver: psycopg.AsyncConnection[Any],
    info: MutableMapping[Any, Any],
    pairs: _Pairs,
) -> list[Rows]:
    try:
        return [await _asked(driver, info, step.postgresql, values) for step, values in pairs]
    except psycopg.errors.UniqueViolation as fault:
        raise DuplicateKey from fault
    except psycopg.Error as fault:
        distrust(driver, fault)
        raise


async def _asked(
    driver: psycopg.AsyncConnection[Any],
    info: MutableMapping[Any, Any],
    asked: Numbered,
    values: Mapping[str, Any],
) -> Rows:
    """By the cursor that sent this statement before: it knows how to read what comes."""
    cursors: dict[str, psycopg.AsyncRawCursor[Any]] = info.setdefault(_CURSORS, {})
    cursor = cursors.get(asked.text) or cursors.setdefault(asked.text, psycopg.AsyncRawCursor(driver))
    if asked.names:
        given = [values[name] for name in asked.names]
        await cursor.execute(asked.text, given, prepare=True, binary=True)
    else:  # begins or ends something: nothing to prepare
        await cursor.execute(asked.text, prepare=False)
    answer = cursor.pgresult
    has_rows = answer is not None and answer.status == psycopg.pq.ExecStatus.TUPLES_OK
    return await cursor.fetchall() if has_rows else []


async def _visit(driver: Any, pairs: _Pairs) -> list[Rows]:
    try:
        # The driver has no public way to its thread with more than one statement; SQLAlchemy's own
        # dialect takes the same one.
        rows: list[Rows] = await driver._execute(_all, driver._conn, pairs)  # noqa: SLF001
    except sqlite3.IntegrityError as fault:
        if fault.sqlite_errorname not in ("SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE"):
            raise
        raise DuplicateKey from fault
    return rows


def _all(connection: sqlite3.Connection, pairs: _Pairs) -> list[Rows]:
    return [_one(connection, step, values) for step, values in pairs]


def _one(connection: sqlite3.Connection, step: Statement, values: Mapping[str, Any]) -> Rows:
    stored = {name: _stored(values[name]) for name in step.names}
    return connection.execute(step.text, stored).fetchall()


def _stored(value: Any) -> Any:
    """Instants as SQLAlchemy stores them in SQLite, in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value
