"""Bringing the desk's tables up to date; they keep their own revisions and version table."""

from pathlib import Path

from desk.roll_ups import facts
from storage import migrate
from storage.documents import Tx
from storage.migrate import Standing

LOCATION = Path(__file__).parent / "migrations"
VERSION_TABLE = "desk_alembic_version"


async def upgrade(url: str) -> None:
    """Run the desk's missing revisions; `url` as for `Database.open`."""
    await migrate.upgrade(url, location=LOCATION, version_table=VERSION_TABLE, metadata=facts.metadata)


async def standing(tx: Tx) -> Standing:
    """Where the desk's tables stand, seen from this release."""
    return await migrate.standing(tx, location=LOCATION, version_table=VERSION_TABLE)
