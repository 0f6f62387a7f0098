"""Every refusal of a database is sorted by what it means: later, unless it judges what we said."""

import sqlite3
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from storage.db.errors import DatabaseDown, down

LATER = {
    "08006": "the line broke",
    "0A000": "a plan from before a migration",
    "25006": "a server that only reads, after a failover",
    "25P02": "what followed a refusal in its transaction",
    "25P03": "it ended what was idle in its transaction",
    "25P04": "it ended what took too long",
    "26000": "it forgot what was prepared",
    "28000": "it does not let us in",
    "28P01": "its password is another one",
    "3D000": "the database is not there",
    "3F000": "the schema is not there",
    "40001": "somebody else was first",
    "40P01": "a deadlock",
    "42501": "a right is missing",
    "42P05": "a pooler gave us somebody's connection",
    "53100": "its disk is full",
    "53300": "too many connections",
    "55P03": "the row is held",
    "57014": "it took too long",
    "57P01": "it is stopped",
    "57P03": "it starts",
    "58030": "its disk broke",
    "72000": "a snapshot is too old",
    "F0000": "its configuration",
    "P0001": "a trigger of the operator's",
    "XX000": "a fault of its own",
    "XX001": "its data is damaged",
    "ZZ999": "what nobody has heard of",
}
OURS = [
    "21000",
    "22001",
    "22021",
    "22P02",
    "23502",
    "23503",
    "23505",
    "23514",
    "42601",
    "42703",
    "42P01",
    "54000",
]

SQLITE_LATER = [
    "SQLITE_ABORT",
    "SQLITE_AUTH",
    "SQLITE_BUSY",
    "SQLITE_BUSY_SNAPSHOT",
    "SQLITE_CANTOPEN",
    "SQLITE_CORRUPT",
    "SQLITE_FULL",
    "SQLITE_INTERNAL",
    "SQLITE_INTERRUPT",
    "SQLITE_IOERR",
    "SQLITE_IOERR_WRITE",
    "SQLITE_LOCKED",
    "SQLITE_NOTADB",
    "SQLITE_PERM",
    "SQLITE_PROTOCOL",
    "SQLITE_READONLY",
    "SQLITE_READONLY_DBMOVED",
    "SQLITE_SCHEMA",
]
SQLITE_OURS = [
    "SQLITE_ERROR",
    "SQLITE_TOOBIG",
    "SQLITE_CONSTRAINT",
    "SQLITE_CONSTRAINT_UNIQUE",
    "SQLITE_MISMATCH",
]


def refused(state: str) -> psycopg.Error:
    """As psycopg says it, whatever class it gives such a state."""
    kind = psycopg.errors._class_for_state(state)
    error = kind("refused")
    error.sqlstate = state
    return error


def refused_by_sqlite(name: str, kind: type[sqlite3.Error] = sqlite3.DatabaseError) -> sqlite3.Error:
    error: Any = kind("refused")
    error.sqlite_errorcode, error.sqlite_errorname = getattr(sqlite3, name), name
    return error


def both_ways(refusal: Exception) -> list[Exception]:
    """From the driver itself, and through SQLAlchemy."""
    driver = psycopg if isinstance(refusal, psycopg.Error) else sqlite3
    wrapped = DBAPIError.instance("INSERT", None, refusal, driver.Error)
    return [refusal, wrapped]


def meant(refusal: Exception) -> BaseException:
    """What comes out where this refusal went in."""

    def refuse() -> None:
        raise refusal

    with pytest.raises((DatabaseDown, type(refusal))) as told, down():
        refuse()
    return told.value


def means_later(refusal: Exception) -> bool:
    told = meant(refusal)
    assert told is refusal or "refused" not in str(told), "the driver's words may hold values"
    return isinstance(told, DatabaseDown)


@pytest.mark.parametrize("state", LATER)
def test_what_passes_or_an_operator_mends_is_later(state: str) -> None:
    assert all(means_later(refusal) for refusal in both_ways(refused(state))), LATER[state]


@pytest.mark.parametrize("state", OURS)
def test_what_judges_our_statement_or_its_values_is_ours(state: str) -> None:
    assert not any(means_later(refusal) for refusal in both_ways(refused(state)))


@pytest.mark.parametrize("name", SQLITE_LATER)
def test_what_sqlite_cannot_do_now_is_later(name: str) -> None:
    assert all(means_later(refusal) for refusal in both_ways(refused_by_sqlite(name)))


@pytest.mark.parametrize("name", SQLITE_OURS)
def test_what_sqlite_never_takes_is_ours(name: str) -> None:
    refusal = refused_by_sqlite(name, sqlite3.OperationalError)
    assert not any(means_later(one) for one in both_ways(refusal))


@pytest.mark.parametrize("driver", [psycopg, sqlite3])
def test_without_a_code_the_drivers_own_kind_decides(driver: Any) -> None:
    """A value it cannot write is ours; a line it lost, and what it has no name for, is not."""
    for kind in (driver.OperationalError, driver.InterfaceError, driver.InternalError, driver.DatabaseError):
        assert means_later(kind("refused"))
    for kind in (driver.DataError, driver.IntegrityError, driver.ProgrammingError, driver.NotSupportedError):
        assert not means_later(kind("refused"))
