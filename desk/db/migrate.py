"""Bringing the desk's tables up to date; they keep their own revisions and version table."""

from pathlib import Path

from desk.db.derived_tables import facts
from storage.db import migrate
from storage.db.migrate import SchemaState
from storage.db.sealed import Tx

LOCATION = Path(__file__).parents[1] / "migrations"
VERSION_TABLE = "desk_alembic_version"


async def upgrade(url: str) -> None:
    """Run the desk's missing revisions; `url` as for `Database.open`."""
    await migrate.upgrade(url, location=LOCATION, version_table=VERSION_TABLE, metadata=facts.metadata)


async def standing(tx: Tx) -> SchemaState:
    """Where the desk's tables stand, seen from this release."""
    return await migrate.standing(tx, location=LOCATION, version_table=VERSION_TABLE)
