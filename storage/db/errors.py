"""What a database's refusal means: "later", or a mistake of ours.

The rule: a refusal is our mistake only where the statement or its values can never be taken. Everything else,
and whatever nobody has thought of, is "later": the message is kept and done then. So a server that only
reads, is full, restarts, or ends what took too long, loses nobody.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from intake.model.ports import Unavailable
from storage.db.pooler import NOT_FOR_US, is_refusal

_OURS = frozenset({"21", "22", "23", "42", "54"})
"""SQLSTATE's classes that judge a statement: its rows, its values, its keys, its wording, its size."""

_NOT_OURS = frozenset({"42501", "42P05"})
"""Yet of these classes: a right the operator has to give, and a name left over on a pooler's connection."""

_OURS_IN_SQLITE = frozenset(
    {
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_RANGE,
    }
)
_PRIMARY = 0xFF
"""Of an SQLite code: the rest says more of the same."""

_OURS_UNASKED: tuple[Any, ...] = tuple(
    getattr(driver, name)
    for driver in (psycopg, sqlite3)
    for name in ("DataError", "IntegrityError", "ProgrammingError", "NotSupportedError")
)
"""What a driver refuses by itself, without a code of the database's."""


class DatabaseDown(Unavailable):
    """The database did not answer, refused for now or went away: nothing was kept, try again later."""


@contextmanager
def down() -> Iterator[None]:
    """Within this block "later", whoever says it, is DatabaseDown. Its words hold no address."""
    try:
        yield
    except (DBAPIError, psycopg.Error, sqlite3.Error) as error:
        refusal = getattr(error, "orig", None) or error
        if _is_ours(refusal):
            raise
        raise DatabaseDown(f"database: {_named(refusal)}") from error
    except PendingRollbackError as error:  # the line broke in this transaction, and something went on in it
        raise DatabaseDown("database: the connection was lost") from error
    except PoolTimeout as error:
        raise DatabaseDown("database: no connection became free") from error


def _is_ours(refusal: BaseException) -> bool:
    state, code = getattr(refusal, "sqlstate", None), getattr(refusal, "sqlite_errorcode", None)
    if state is not None:
        return state[:2] in _OURS and state not in _NOT_OURS
    if code is not None:
        return code & _PRIMARY in _OURS_IN_SQLITE
    return isinstance(refusal, _OURS_UNASKED)


def _named(refusal: BaseException) -> str:
    if is_refusal(refusal):
        return NOT_FOR_US
    return getattr(refusal, "sqlite_errorname", None) or type(refusal).__name__
