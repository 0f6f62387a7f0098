"""A release rolls over: tables first, then its processes one by one, beside those of the release before."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, inspect

from app.base.settings import Enclosed
from app.bootstrap.bootstrap import open_house
from desk.db import migrate as desk_tables
from desk.db.derived_tables import facts
from intake.model.messages import Address, ChannelName, Inbound
from storage.db import engines, migrate, tables
from storage.db.database import SchemaState, standing, upgrade
from storage.db.migrate import LOCATION, VERSION_TABLE

OURS = (LOCATION, VERSION_TABLE, tables.metadata)
THE_DESKS = (desk_tables.LOCATION, desk_tables.VERSION_TABLE, facts.metadata)

NEXT_RELEASE = '''"""What a release after this one might add."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {newest!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("wishes", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("conversations", sa.Column("mood", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("weight", sa.Integer(), nullable=False, server_default="1"))
'''


def _steps() -> Iterator[Any]:
    """Every revision with the one before it, of both sets of tables."""
    for location, version_table, metadata in (OURS, THE_DESKS):
        revisions = [one.revision for one in migrate._revisions(location).walk_revisions()][::-1]
        for before, after in pairwise(revisions):
            label = f"{location.parent.name} {after}"
            yield pytest.param(location, version_table, metadata, before, after, id=label)


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # SQLite does not say what is in them
@pytest.mark.parametrize(("location", "version_table", "metadata", "before", "after"), list(_steps()))
async def test_a_revision_only_adds_so_that_the_release_before_it_works_on(
    location: Path, version_table: str, metadata: MetaData, before: str, after: str, empty_database_url: str
) -> None:
    """What the old code reads stays, as it was; what it writes still goes in, though it knows nothing new."""
    config = migrate._config(location, version_table, metadata)

    def to(connection: Connection, revision: str) -> dict[str, Any]:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        return _shape(connection)

    engine = engines.migrator(engines.async_url(empty_database_url))
    async with engine.begin() as connection:
        old = await connection.run_sync(to, before)
        new = await connection.run_sync(to, after)
    await engine.dispose()

    assert old.keys() <= new.keys()
    for table, columns in old.items():
        kept = {name: new[table].get(name) for name in columns}
        assert kept == columns, f"{table} is not what it was"
        for name in new[table].keys() - columns.keys():
            _, nullable, default = new[table][name]
            assert nullable or default, f"{table}.{name} must be NULL or have a server's default"


def _shape(connection: Connection) -> dict[str, Any]:
    """Of every table its columns; a narrower unique rule shows as a column of its own."""
    looked = inspect(connection)
    return {
        table: {
            **{c["name"]: (str(c["type"]), c["nullable"], c["default"]) for c in looked.get_columns(table)},
            **{f"unique {u['column_names']}": ("", True, "") for u in looked.get_unique_constraints(table)},
        }
        for table in looked.get_table_names()
        if "version" not in table
    }


@pytest.fixture
def next_release(tmp_path: Path) -> Path:
    """Its revisions: ours and one more."""
    folder = tmp_path / "migrations"
    shutil.copytree(LOCATION, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (newest,) = migrate._revisions(LOCATION).get_heads()
    (folder / "versions" / "9999_next.py").write_text(NEXT_RELEASE.format(newest=newest))
    return folder


async def test_this_releases_processes_work_on_and_start_again_beside_the_next_release(
    empty_database_url: str, next_release: Path, tmp_path: Path
) -> None:
    settings = Enclosed(database_url=empty_database_url)
    address = Address(ChannelName.TELEGRAM, "7")

    def says(number: int) -> Inbound:
        return Inbound(id=f"m{number}", address=address, at=datetime.now(UTC), text="查进度")

    async with open_house(settings, "http://127.0.0.1:1", tmp_path) as old:
        first = await old.service.receive(says(1))
        await upgrade(empty_database_url, location=next_release)  # the next release's tables come first
        assert (await old.health.checks())["migrations"] == "ahead"
        assert await old.service.receive(says(2))
    async with open_house(settings, "http://127.0.0.1:1", tmp_path) as again:  # one died and is replaced
        assert await again.service.receive(says(1)) == first
        assert await again.service.receive(says(3))
        async with again.database.read() as tx:
            assert await standing(tx) is SchemaState.AHEAD
            assert await standing(tx, location=next_release) is SchemaState.CURRENT


async def test_a_table_that_lacks_our_revision_is_behind(empty_database_url: str, tmp_path: Path) -> None:
    async with open_house(
        Enclosed(database_url=empty_database_url), "http://127.0.0.1:1", tmp_path
    ) as runtime:
        async with runtime.database.write() as tx:
            (version,) = [
                one for one in migrate._revisions(LOCATION).walk_revisions() if not one.down_revision
            ]
            await tx.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '{version.revision}'")  # noqa: S608
        assert (await runtime.health.checks())["migrations"] == "behind"
