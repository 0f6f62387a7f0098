"""SQLite with one visit to the driver's thread for a statement, where SQLAlchemy's own dialect makes four.

Each visit (make a cursor, execute, fetch, close) wakes a thread and then the event loop, and that is most of
what a statement costs here. The rule: the thread does all of it and hands back rows and what is known of
the statement; nothing of a cursor is left that could keep a lock.
"""

from collections import deque
from contextlib import closing
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any

import aiosqlite
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
    SQLiteDialect_aiosqlite,
)

DRIVER = "sqlite+onevisit"


@dataclass(slots=True)
class _Done:
    """What a cursor knew when it was closed."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    arraysize: int = 1

    def close(self) -> None:
        """It is."""


def _execute(connection: Connection, operation: str, parameters: Any) -> tuple[_Done, list[Any]]:
    with closing(connection.cursor()) as cursor:
        cursor.execute(operation, () if parameters is None else parameters)
        rows = cursor.fetchall() if cursor.description else []
        return _Done(cursor.description, cursor.rowcount, cursor.lastrowid), rows


def _executemany(connection: Connection, operation: str, many: Any) -> tuple[_Done, list[Any]]:
    with closing(connection.cursor()) as cursor:
        cursor.executemany(operation, many)
        return _Done(cursor.description, cursor.rowcount, cursor.lastrowid), []


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()
    _awaitable_cursor_close = False

    def _make_new_cursor(self, connection: Any) -> Any:  # noqa: ARG002  one is made with the statement
        return _Done()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        return await self._visit(_execute, operation, parameters)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        return await self._visit(_executemany, operation, seq_of_parameters)

    async def _visit(self, work: Any, operation: Any, parameters: Any) -> Any:
        driver: Any = self._connection
        # As in `batched_statements`: the driver has no public way to its thread with more than one call.
        async with self._adapt_connection._execute_mutex:  # noqa: SLF001
            done, rows = await driver._execute(work, driver._conn, operation, parameters)  # noqa: SLF001
        self._cursor, self._rows = done, deque(rows)
        return done


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()
    _cursor_cls = _Cursor


class _Module(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arguments: Any, **named: Any) -> AsyncAdapt_aiosqlite_connection:
        return _Connection(self, super().connect(*arguments, **named).driver_connection)


class Dialect(SQLiteDialect_aiosqlite):
    """SQLAlchemy's, but for the cursor."""

    driver = "onevisit"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> AsyncAdapt_aiosqlite_dbapi:
        return _Module(aiosqlite, __import__("sqlite3"))


registry.register(DRIVER.replace("+", "."), __name__, Dialect.__name__)
