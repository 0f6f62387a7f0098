"""Two words the databases share, but SQLAlchemy spells per dialect."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.db.sealed import Tx


def insert_new(tx: Tx, table: Table, *unique: str) -> Any:
    """INSERT that does nothing where a row with the same `unique` columns stands; RETURNING tells."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing(index_elements=list(unique))


async def add_new(tx: Tx, table: Table, values: Mapping[str, Any], *unique: str) -> bool:
    """Insert the row; False if one with the same `unique` columns stands, which is left as it is."""
    statement = insert_new(tx, table, *unique).returning(table.c[unique[0]])
    return (await tx.execute(statement, dict(values))).one_or_none() is not None
