"""Many rows dropped or changed a little at a time: each batch its own transaction, and what it did is kept.

The rule: no statement grows with what has piled up, so that none meets a limit on statements, turns find the
writer free in between, and a stop loses one batch. Rows that somebody holds are left for the next time.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, tuple_, update

from storage.db.database import Database
from storage.db.sealed import Tx

AT_ONCE = 1000


async def until_none(database: Database, batch: Callable[[Tx], Awaitable[int]]) -> int:
    """Repeat it, each time in a transaction of its own, until it finds nothing; how many in all."""
    total = 0
    while True:
        async with database.write() as tx:
            found = await batch(tx)
        if not found:
            return total
        total += found


async def delete_some(tx: Tx, table: Table, where: ColumnElement[bool], limit: int = AT_ONCE) -> int:
    """Delete up to `limit` of these rows; returns how many."""
    return (await tx.execute(delete(table).where(_some(table, where, limit)))).rowcount


async def update_some(
    tx: Tx, table: Table, where: ColumnElement[bool], values: Mapping[str, Any], limit: int = AT_ONCE
) -> int:
    """Change up to `limit` of these rows, which are these rows no longer then; returns how many."""
    return (await tx.execute(update(table).where(_some(table, where, limit)).values(values))).rowcount


def _some(table: Table, where: ColumnElement[bool], limit: int) -> ColumnElement[bool]:
    key = tuple(table.primary_key)
    picked = select(*key).where(where).limit(limit).with_for_update(skip_locked=True)
    return key[0].in_(picked) if len(key) == 1 else tuple_(*key).in_(picked)
