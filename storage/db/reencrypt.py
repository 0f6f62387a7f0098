"""Everything sealed with an older key, sealed again with the newest, while turns go on.

The rule: a value is replaced only if it still is the one that was read, so that nothing a turn
writes meanwhile is lost; a run that was broken off is begun anew and passes over what is done.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Column, MetaData, Row, Table, func, select, tuple_, update

from storage.db.database import Database
from storage.db.sealed import Tx, keyring

AT_ONCE = 100
"""Rows in one transaction: no turn waits for more."""

_SUFFIX = "_sealed"


def sealed_tables(metadata: MetaData) -> tuple[Table, ...]:
    """The tables that hold something encrypted."""
    return tuple(table for table in metadata.sorted_tables if _sealed(table))


async def size(database: Database, metadata: MetaData) -> int:
    """How many rows there are to look at."""
    async with database.read() as tx:
        counts = [select(func.count()).select_from(table) for table in sealed_tables(metadata)]
        return sum([int((await tx.execute(count)).scalar_one()) for count in counts])


async def seal_again(database: Database, metadata: MetaData) -> AsyncIterator[tuple[int, int]]:
    """How many rows were looked at since the last time, and how many values were sealed anew.

    Raises Undecryptable if a key is missing; what was done until then stays done.
    """
    for table in sealed_tables(metadata):
        last: Row[Any] | None = None
        while True:
            async with database.read() as tx:
                rows = await _next(tx, table, last)
            if not rows:
                break
            changed = 0
            if any(_older(tx, table, row) for row in rows):
                async with database.write() as tx:
                    changed = sum([await _again(tx, table, row) for row in rows])
            yield len(rows), changed
            last = rows[-1]


def _sealed(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.name.endswith(_SUFFIX)]


def _key(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns)


async def _next(tx: Tx, table: Table, last: Row[Any] | None) -> Sequence[Row[Any]]:
    key = _key(table)
    query = select(*key, *_sealed(table)).order_by(*key).limit(AT_ONCE)
    if last is not None:
        query = query.where(tuple_(*key) > tuple_(*last[: len(key)]))
    return (await tx.execute(query)).all()


def _older(tx: Tx, table: Table, row: Row[Any]) -> dict[Column[Any], bytes]:
    """The values of this row that an older key sealed."""
    ring = keyring(tx)
    found = zip(_sealed(table), row[len(_key(table)) :], strict=True)
    return {column: value for column, value in found if value is not None and not ring.is_newest(value)}


async def _again(tx: Tx, table: Table, row: Row[Any]) -> int:
    same = [column == value for column, value in zip(_key(table), row, strict=False)]
    changed = 0
    for column, value in _older(tx, table, row).items():
        statement = update(table).where(*same, column == value)
        changed += (await tx.execute(statement.values({column: keyring(tx).again(value)}))).rowcount
    return changed
