"""Whose clock the leases and due times of an outbox go by: the database's, which all its processes share.

The rule: a process's own clock counts only as a distance from its own `now`, so that two hosts whose clocks
differ neither take each other's entries nor leave them lying. Processes on one SQLite file share a machine,
and so a clock; there the caller's `now` is the time, as it is where a test or a bench plays the time
(`Database.open(..., played_time=True)`).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from storage.db.sealed import Tx

PLAYED = "played_time"

SQL_NOW = "COALESCE(CAST(:played AS timestamptz), statement_timestamp())"
"""PostgreSQL's shared time within a statement; `:played` is what `played` gives."""


def with_played_time(*, played_time: bool) -> Mapping[str, Any]:
    """The engine's execution option that says who tells the time."""
    return {PLAYED: played_time}


def played(tx: Tx, own: datetime) -> datetime | None:
    """`own`, if the caller's clock is the one that counts; None where the database has its own."""
    connection = tx.sync_connection
    assert connection is not None, "a transaction has begun"  # noqa: S101 - a caller's mistake, not an input
    if tx.dialect.name != "postgresql" or connection.get_execution_options().get(PLAYED):
        return own
    return None


async def shared(tx: Tx, own: datetime) -> datetime:
    """What the shared clock shows while the caller's own shows `own`."""
    if (told := played(tx, own)) is not None:
        return told
    shown: datetime = (await tx.execute(select(func.statement_timestamp()))).scalar_one()
    return shown.astimezone(UTC)
