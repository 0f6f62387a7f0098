"""Several statements in one trip to the database, past SQLAlchemy: for the hot path alone.

The rule: a trip belongs to the transaction it is given, sees and holds what that one does, and may begin
it or commit it. What a turn costs is not its statements but how often it waits for an answer: with
PostgreSQL a trip is one pipeline, with SQLite one visit to the driver's thread. Statements are written
once, with `:name` for a value; `storage.db.pipeline` has PostgreSQL prepare them.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, Self

import psycopg
from sqlalchemy import PoolProxiedConnection

from storage.db.pipeline import PreparedStatement, Rows, exchange
from storage.db.sealed import Tx

_VALUE = re.compile(r"(?<!:):(\w+)")


class DuplicateKey(Exception):
    """A row with the same key stands there already; the transaction must be given up."""


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
        _ = self.prepared  # once for all copies
        made = copy(self)
        made.values = values
        return made

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The values it asks for in SQLite."""
        return tuple(dict.fromkeys(_VALUE.findall(self.text)))

    @cached_property
    def prepared(self) -> PreparedStatement:
        """As PostgreSQL knows it."""
        names = tuple(dict.fromkeys(_VALUE.findall(self._postgresql)))
        text = _VALUE.sub(lambda found: f"${names.index(found[1]) + 1}", self._postgresql).encode()
        return PreparedStatement(f"jiesu_{sha256(text).hexdigest()[:16]}".encode(), text, names)


BEGIN = Statement("BEGIN IMMEDIATE", "BEGIN ISOLATION LEVEL READ COMMITTED")
COMMIT = Statement("COMMIT")
ROLLBACK = Statement("ROLLBACK")

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
        return await _pipeline(driver, proxy, pairs)
    return await _visit(driver, pairs)


async def finish(tx: Tx) -> None:
    """Commit whatever is still open, begun here or by SQLAlchemy."""
    if tx.in_transaction():
        await tx.commit()
    elif is_open(_connection(tx).driver_connection):
        await send(tx, (COMMIT,), {})


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


async def _pipeline(
    driver: psycopg.AsyncConnection[Any],
    proxy: PoolProxiedConnection,
    pairs: _Pairs,
) -> list[Rows]:
    try:
        return await exchange(driver, proxy.info, [(step.prepared, values) for step, values in pairs])
    except psycopg.errors.UniqueViolation as fault:
        raise DuplicateKey from fault


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
