"""The one place that knows drivers: our URLs in, async engines out.

SQLite: one connection writes (`BEGIN IMMEDIATE`, so that a turn never finds out at its
end that another one came between), others read beside it (WAL). `synchronous=FULL`:
what we have acknowledged must survive a power cut. `secure_delete`: what was deleted or replaced is
overwritten in the file; until it is, the log beside it holds it (`storage.db.scrubbing`).
PostgreSQL: READ COMMITTED, whatever the server's default: a turn that waited for a row
must then see what the turn before it has written.
"""

import select
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, ExceptionContext, event, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage.db.batched_statements import BEGIN, is_open
from storage.db.pooler import SessionLimits, distrust, limits_within
from storage.db.sqlite_dialect import DRIVER
from storage.private_files import close_to_others, make_file, make_folder

BUSY_SECONDS = 5.0
READERS = 4
BESIDE = ("-wal", "-shm")
"""How the names end of the files that SQLite keeps beside its own."""


def async_url(url: str) -> URL:
    """Translate `sqlite:///file`, `postgresql://…` (also `?host=/dir`) for the async drivers.

    Raises ValueError with a sentence that names no part of the URL: it may hold a password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError("the database URL is not a URL") from None
    kind = parsed.get_backend_name()
    if kind == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        return parsed.set(drivername=DRIVER)
    if kind == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise ValueError("the database URL must begin with sqlite:/// and a file, or with postgresql://")


def sqlite_writer(url: URL, options: dict[str, Any]) -> AsyncEngine:
    """One connection: writers queue up for it in order, instead of asking the file again and again."""
    file = Path(url.database or "")
    make_folder(file.parent)
    make_file(file)  # SQLite makes those beside it as this one is
    for beside in BESIDE:
        close_to_others(file.with_name(file.name + beside))
    return _sqlite(url, "BEGIN IMMEDIATE", {**options, "pool_size": 1, "max_overflow": 0})


def sqlite_reader(url: URL, options: dict[str, Any]) -> AsyncEngine:
    """A few connections that read a snapshot and never wait for the writer."""
    return _sqlite(url, "BEGIN", {**options, "pool_size": READERS, "max_overflow": 0})


def postgresql(
    url: URL, options: dict[str, Any], *, pool_size: int, statement_seconds: float, lock_seconds: float
) -> AsyncEngine:
    """A pool that looks at a connection before it lends it; statements and lock waits end in time.

    A server that went away has closed the line, and that can be seen without asking it anything.
    """
    limits = SessionLimits(statement_seconds, lock_seconds)
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"connect_timeout": 5, "autocommit": True, "prepare_threshold": None},
        hide_parameters=True,
        **options,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _set_up(connection: Any, record: Any) -> None:
        limits.given_to(connection, record.info)

    @event.listens_for(engine.sync_engine, "checkout")
    def _alive(_connection: Any, record: Any, _proxy: Any) -> None:
        if _has_news(record.dbapi_connection.driver_connection):
            raise InvalidatePoolError("the server has said something unasked: most likely that it is gone")

    @event.listens_for(engine.sync_engine, "handle_error")
    def _left_otherwise(context: ExceptionContext) -> None:
        if context.connection is not None and not context.is_disconnect:
            distrust(context.connection.connection.driver_connection, context.original_exception)

    _begin_by(engine, BEGIN.postgresql.text)
    return engine


def migrator(url: URL) -> AsyncEngine:
    """For one migration: no pool, and no limit but the operator's patience."""
    if url.get_backend_name() == "sqlite":
        return sqlite_writer(url, {"connect_args": {"timeout": 60.0}})
    return create_async_engine(
        url,
        isolation_level="READ COMMITTED",
        poolclass=NullPool,
        connect_args={"prepare_threshold": None},  # behind a pooler there may be somebody's already
        hide_parameters=True,
    )


_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


class _Released(sqlite3.Connection):
    """Gives its lock back when it is closed.

    SQLite lets a closed connection live on while a cursor is left, and with it the lock of an open
    transaction: a task cancelled in the middle of a statement leaves one until the garbage is collected.
    """

    def close(self) -> None:
        if self.in_transaction:
            self.rollback()
        super().close()


def _sqlite(url: URL, begin: str, options: dict[str, Any]) -> AsyncEngine:
    given = {"timeout": BUSY_SECONDS, "factory": _Released, **options.pop("connect_args", {})}
    options = {"connect_args": given, **options}
    engine = create_async_engine(url, hide_parameters=True, pool_reset_on_return=None, **options)

    # The driver's own transaction handling begins too late and ends before DDL, so it is
    # switched off and BEGIN is ours (SQLAlchemy's recipe for SQLite transactions).
    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.Error:  # nobody else knows of it yet, and its thread would live on
            connection.close()
            raise

    # A rollback is a visit to the driver's thread: only where there is something to roll back.
    @event.listens_for(engine.sync_engine, "reset")
    def _reset(connection: Any, _record: Any, state: Any) -> None:
        if not state.terminate_only and is_open(connection.driver_connection):
            connection.rollback()

    _begin_by(engine, begin)
    return engine


def _begin_by(engine: AsyncEngine, begin: str) -> None:
    """The driver begins nothing by itself: our BEGIN does, unless a trip's has already."""

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        if is_open(connection.connection.driver_connection):
            return
        limits = limits_within(connection.info)
        connection.exec_driver_sql(f"{begin}; {limits}" if limits else begin)


def _has_news(driver: psycopg.AsyncConnection[Any]) -> bool:
    """Whether something can be read from an idle connection: its end, or words nobody waited for."""
    if driver.closed:
        return True
    line = select.poll()
    line.register(driver.fileno(), select.POLLIN)
    return bool(line.poll(0))
