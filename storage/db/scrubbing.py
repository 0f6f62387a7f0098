"""SQLite's log keeps what a transaction replaced until it is written back and cut: an erasure asks for that.

The rule: whoever erases says so in their transaction (`owe`), and once it is committed the log is written
back and cut to nothing. Readers in the middle of something are not waited for, as a turn behind us must not
wait; the cut is then tried again with the next write. On PostgreSQL a vacuum does it, see `docs/privacy.md`.
"""

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from storage.db.sealed import Tx

_OWED = "owes a scrub"
_PATIENCE = 50  # milliseconds


@dataclass(slots=True)
class Debt:
    """Whether the log holds what was erased."""

    owed: bool = False


def owe(tx: Tx) -> None:
    """This transaction erases something."""
    connection = tx.sync_connection
    assert connection is not None, "a transaction has begun"  # noqa: S101 - a caller's mistake, not an input
    connection.info[_OWED] = True


def take_up(tx: Tx, debt: Debt) -> None:
    """It was committed, or given up: what it said counts for the file now."""
    connection = tx.sync_connection
    if connection is not None and not connection.closed:
        debt.owed |= bool(connection.info.pop(_OWED, False))


async def scrub(writer: AsyncEngine, debt: Debt) -> None:
    """Write the log back and cut it. What prevents it leaves the debt as it is."""
    async with writer.connect() as tx:
        driver: Any = (await tx.get_raw_connection()).driver_connection
        before = await _value(driver, "busy_timeout")
        await _value(driver, f"busy_timeout={_PATIENCE}")
        try:
            debt.owed = bool(await _value(driver, "wal_checkpoint(TRUNCATE)"))
        finally:
            await _value(driver, f"busy_timeout={before}")


async def write_anew(writer: AsyncEngine) -> None:
    """Once in a file's life: what an earlier release deleted still stands in its free pages.

    Where there is no room for it, or somebody is in the way, it is done at the next start.
    """
    async with writer.connect() as tx:
        driver: Any = (await tx.get_raw_connection()).driver_connection
        if await _value(driver, "user_version") == 0:
            with suppress(sqlite3.OperationalError):
                await (await driver.execute("VACUUM")).close()
                await _value(driver, "user_version=1")


async def _value(driver: Any, pragma: str) -> Any:
    """The first that it answers; of the checkpoint: whether somebody was in the way."""
    cursor = await driver.execute(f"PRAGMA {pragma}")
    row = await cursor.fetchone()
    await cursor.close()
    return row and row[0]
