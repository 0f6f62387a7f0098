"""A database that gives no answer, in our own words: what `storage` turns the drivers' errors into."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from intake.ports import Unavailable


class DatabaseDown(Unavailable):
    """The database did not answer, was busy or went away: nothing was kept, try again later."""


@contextmanager
def down() -> Iterator[None]:
    """Within this block the drivers' "not now" is DatabaseDown. Its words hold no address."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise DatabaseDown(f"database: {type(error.orig).__name__}") from error
    except (psycopg.OperationalError, psycopg.InterfaceError, sqlite3.OperationalError) as error:
        raise DatabaseDown(f"database: {type(error).__name__}") from error
    except PendingRollbackError as error:  # the line broke in this transaction, and something went on in it
        raise DatabaseDown("database: the connection was lost") from error
    except PoolTimeout as error:
        raise DatabaseDown("database: no connection became free") from error
