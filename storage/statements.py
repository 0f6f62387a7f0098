"""Two words the databases share, but SQLAlchemy spells per dialect."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.documents import Tx


def insert_new(tx: Tx, table: Table, *unique: str) -> Any:
    """INSERT that does nothing where a row with the same `unique` columns stands; RETURNING tells."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing(index_elements=list(unique))
