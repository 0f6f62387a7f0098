"""Bringing the desk's tables up to date; they keep their own revisions and version table."""

from pathlib import Path

from desk.roll_ups import facts
from storage import migrate
from storage.documents import Tx

LOCATION = Path(__file__).parent / "migrations"
VERSION_TABLE = "desk_alembic_version"


async def upgrade(url: str) -> None:
    """Run the desk's missing revisions; `url` as for `Database.open`."""
    await migrate.upgrade(url, location=LOCATION, version_table=VERSION_TABLE, metadata=facts.metadata)


async def is_current(tx: Tx) -> bool:
    """Whether the desk's tables stand exactly at this release's newest revision."""
    return await migrate.is_current(tx, location=LOCATION, version_table=VERSION_TABLE)
