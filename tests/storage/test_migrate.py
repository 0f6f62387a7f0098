"""Tables come from revisions only, once, whoever starts first."""

import asyncio
import logging
import shutil
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text

from storage.db import tables
from storage.db.database import Database, SchemaState, standing, upgrade
from storage.db.keyring import KeyRing
from storage.db.migrate import LOCATION, VERSION_TABLE

DESK_REVISION = '''"""A table of somebody else's."""

import sqlalchemy as sa
from alembic import op

revision = "d1"
down_revision = None


def upgrade() -> None:
    op.create_table("desk_things", sa.Column("id", sa.Integer(), primary_key=True))
'''


async def test_a_database_without_tables_is_not_current(empty_database_url: str, keyring: KeyRing) -> None:
    async with Database.open(empty_database_url, keyring) as database, database.read() as tx:
        assert await standing(tx) is SchemaState.BEHIND


async def test_an_upgraded_database_is_current_and_upgrading_again_is_fine(
    empty_database_url: str, keyring: KeyRing
) -> None:
    await upgrade(empty_database_url)
    await upgrade(empty_database_url)
    async with Database.open(empty_database_url, keyring) as database, database.read() as tx:
        assert await standing(tx) is SchemaState.CURRENT


async def test_processes_that_start_at_once_migrate_once(empty_database_url: str, keyring: KeyRing) -> None:
    program = "import asyncio, sys; from storage.db.migrate import upgrade; asyncio.run(upgrade(sys.argv[1]))"
    root = Path(tables.__file__).parent.parent
    starts = [_python("-c", program, empty_database_url, root=root) for _ in range(3)]
    assert await asyncio.gather(*starts) == [0, 0, 0]
    async with Database.open(empty_database_url, keyring) as database, database.read() as tx:
        assert await standing(tx) is SchemaState.CURRENT


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # SQLite does not say what is in them
async def test_the_revisions_lead_exactly_to_the_tables(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        options = {"version_table": VERSION_TABLE}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata))

    async with database.read() as tx:
        assert await tx.run_sync(differences) == []


async def test_partial_indexes_are_made_as_declared(database: Database) -> None:
    async with database.read() as tx:
        made = await tx.run_sync(lambda connection: inspect(connection).get_indexes("outbox"))
    where = {
        index["name"]: index["dialect_options"][f"{database.kind}_where"]
        for index in made
        if f"{database.kind}_where" in index.get("dialect_options", {})
    }
    assert set(where) == {
        "ix_outbox_due",
        "ix_outbox_given_up",
        "ix_outbox_lane",
        "ix_outbox_kept",
        "ix_outbox_readable",
        "ix_outbox_receipt",
        "ix_outbox_settled",
    }
    assert "due" in str(where["ix_outbox_due"])


async def test_others_bring_their_own_revisions_beside_ours(
    database_url: str, tmp_path: Path, keyring: KeyRing
) -> None:
    versions = tmp_path / "100% theirs" / "versions"
    versions.mkdir(parents=True)
    (versions / "d1.py").write_text(DESK_REVISION)
    shutil.copy(LOCATION / "env.py", versions.parent)
    theirs = {"location": versions.parent, "version_table": "desk_version"}
    async with Database.open(database_url, keyring) as database:
        async with database.read() as tx:
            assert (
                await standing(tx, location=versions.parent, version_table="desk_version")
                is SchemaState.BEHIND
            )
        await upgrade(
            database_url, location=theirs["location"], version_table="desk_version", metadata=MetaData()
        )
        async with database.read() as tx:
            assert (
                await standing(tx, location=versions.parent, version_table="desk_version")
                is SchemaState.CURRENT
            )
            assert await standing(tx) is SchemaState.CURRENT
            await tx.execute(text("SELECT id FROM desk_things"))


async def test_migrating_leaves_logging_alone(empty_database_url: str) -> None:
    before = (logging.root.level, list(logging.root.handlers), logging.getLogger("alembic").disabled)
    await upgrade(empty_database_url)
    assert (logging.root.level, list(logging.root.handlers), logging.getLogger("alembic").disabled) == before


async def _python(*arguments: str, root: Path) -> int:
    process = await asyncio.create_subprocess_exec(sys.executable, "-W", "error", *arguments, cwd=root)
    return await process.wait()


@pytest.mark.parametrize("url", ["", "nothing", "mysql://u:s3cret@h/d", "sqlite://", "sqlite:///:memory:"])
async def test_a_url_we_cannot_use_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="database URL") as refused:
        await upgrade(url)
    assert "s3cret" not in str(refused.value)
