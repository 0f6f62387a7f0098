"""Bringing a database's tables up to date, from code and at any time.

The rule: a migration runs in one transaction, under a lock, so that two processes which
start at once do it once. Who has tables of their own (the desk) brings their own folder of
revisions, with its `env.py`, and the name of a version table.

A release rolls over with old and new processes side by side, the new one's tables first. So a revision
only adds (docs/adr/0014), and a database that is ahead of this release is left as it is and used.
"""

from enum import StrEnum
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db import engines, scrubbing, tables
from storage.db.errors import down

LOCATION = Path(__file__).parents[1] / "migrations"
VERSION_TABLE = "jiesu_version"
_ADVISORY_LOCK = 12345  # PostgreSQL: any number, as long as every process uses the same


class SchemaState(StrEnum):
    """Where a database stands, seen from this release."""

    CURRENT = "ok"
    BEHIND = "behind"
    AHEAD = "ahead"  # a newer release has added to it


async def upgrade(
    url: str,
    *,
    location: Path = LOCATION,
    version_table: str = VERSION_TABLE,
    metadata: MetaData = tables.metadata,
) -> None:
    """Run the revisions under `location` that are missing; none missing is fine, and so is one ahead.

    `url` is as for `Database.open`. `metadata` is what the revisions should lead to. Raises DatabaseDown.
    """
    engine = engines.migrator(engines.async_url(url))
    config = _config(location, version_table, metadata)
    try:
        with down():
            async with engine.connect():
                pass  # it answers; what fails from here on is a migration's own fault
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            await connection.run_sync(_upgrade, config, location, version_table)
        if engine.dialect.name == "sqlite":
            await scrubbing.write_anew(engine)
    finally:
        await engine.dispose()


async def standing(
    tx: AsyncConnection, *, location: Path = LOCATION, version_table: str = VERSION_TABLE
) -> SchemaState:
    """Whether this release's revisions are all there, and whether there are more."""
    return _standing(await tx.run_sync(_present, version_table), location)


def _standing(present: frozenset[str], location: Path) -> SchemaState:
    if present == _newest(location):
        return SchemaState.CURRENT
    return SchemaState.AHEAD if present - _known(location) else SchemaState.BEHIND


def _config(location: Path, version_table: str, metadata: MetaData) -> Config:
    config = Config(attributes={"version_table": version_table, "metadata": metadata})
    # the percent sign is the configuration parser's own
    config.set_main_option("script_location", str(location).replace("%", "%%"))
    return config


def _upgrade(connection: Connection, config: Config, location: Path, version_table: str) -> None:
    if _standing(_present(connection, version_table), location) is SchemaState.AHEAD:
        return
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _present(connection: Connection, version_table: str) -> frozenset[str]:
    context = MigrationContext.configure(connection, opts={"version_table": version_table})
    return frozenset(context.get_current_heads())


def _newest(location: Path) -> frozenset[str]:
    return frozenset(_revisions(location).get_heads())


@cache
def _known(location: Path) -> frozenset[str]:
    return frozenset(revision.revision for revision in _revisions(location).walk_revisions())


@cache
def _revisions(location: Path) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(location, VERSION_TABLE, tables.metadata))
