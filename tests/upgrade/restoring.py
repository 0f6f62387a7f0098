"""What the release before stored, put back as it lay there: rows at its own revisions, and files.

`release_1dbb962/` was written by that release itself (see its README). A sealed value is the very bytes it
wrote, or, so that the file stays small, what was in them; those are sealed here with the same key.
"""

import gzip
import json
import tarfile
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from alembic import command
from sqlalchemy import Column, Connection, Date, LargeBinary, MetaData, Table, Uuid, insert, text

from desk.db import migrate as desk_tables
from desk.db.derived_tables import facts
from desk.db.tables import tickets as desk_tickets
from desk.search import search
from desk.tickets import store
from storage.db import engines, migrate, tables
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.db.tables import UtcDateTime

STORED = Path(__file__).parent / "release_1dbb962"
SECRET = "a secret of the tests"
REVISIONS = (
    (migrate.LOCATION, migrate.VERSION_TABLE, tables.metadata, "0008"),
    (desk_tables.LOCATION, desk_tables.VERSION_TABLE, facts.metadata, "0011"),
)
SINCE = {"desk_barred_units", "desk_index_anew", "desk_journal_end", "file_sums"}
"""Tables that release did not have."""

TABLES: Mapping[str, Table] = {
    name: table
    for name, table in {**tables.metadata.tables, **facts.metadata.tables}.items()
    if name not in SINCE
}


@cache
def lines(name: str) -> tuple[dict[str, Any], ...]:
    with gzip.open(STORED / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return tuple(json.loads(line) for line in file)


def rows(table: str) -> list[dict[str, Any]]:
    """The rows of one table, as they are in the file."""
    return [line["row"] for line in lines("rows") if line["table"] == table]


def stored_at() -> datetime:
    """When the release before stopped."""
    return datetime.fromisoformat(json.loads((STORED / "about.json").read_text())["stored_at"])


def codes() -> dict[str, str]:
    """What citizens have written down: the number of a ticket, and its query code."""
    found: dict[str, str] = json.loads((STORED / "codes.json").read_text())
    return found


def unpack_files(folder: Path) -> None:
    """The release's `var/`."""
    with tarfile.open(STORED / "var.tar.gz") as packed:
        packed.extractall(folder, filter="data")


async def restore(url: str) -> None:
    """Its tables at their own revision, and every row."""
    engine = engines.migrator(engines.async_url(url))
    async with engine.begin() as connection:
        for location, version_table, metadata, revision in REVISIONS:
            await connection.run_sync(_to, location, version_table, metadata, revision)
        for name in _in_order():
            table = TABLES[name]
            values = [_read(table, row) for row in rows(name)]
            if values:
                await connection.execute(insert(table), values)
        if engine.dialect.name == "postgresql":
            await connection.run_sync(_go_on_numbering)
    await engine.dispose()


async def enter_words(url: str) -> None:
    """The desk's index of words is another thing on each database: its digests are made by the desk."""
    async with Database.open(url, KeyRing([SECRET])) as database, database.write() as tx:
        refs = (await tx.scalars(desk_tickets.select().with_only_columns(desk_tickets.c.hotline_ref))).all()
        for ref in refs:
            ticket = await store.load(tx, ref, lock=True)
            assert ticket is not None
            await search.index(tx, ticket)


def _in_order() -> list[str]:
    known = (table for metadata in (tables.metadata, facts.metadata) for table in metadata.sorted_tables)
    return [table.name for table in known if table.name in TABLES]


def _to(
    connection: Connection, location: Path, version_table: str, metadata: MetaData, revision: str
) -> None:
    config = migrate._config(location, version_table, metadata)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _go_on_numbering(connection: Connection) -> None:
    for name in _in_order():
        numbered = TABLES[name].autoincrement_column
        if numbered is not None and rows(name):
            most = max(row[numbered.name] for row in rows(name))
            sequence = text("SELECT setval(pg_get_serial_sequence(:table, :column), :most)")
            connection.execute(sequence, {"table": name, "column": numbered.name, "most": most})


def _read(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(table.c[name], value) for name, value in row.items()}


def _value(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        return sealed(value)
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return UUID(value) if isinstance(column.type, Uuid) else value


def sealed(value: Any) -> bytes:
    if isinstance(value, dict):
        return KeyRing([SECRET]).encrypt(json.dumps(value["clear"], ensure_ascii=False).encode())
    token: str = value
    return token.encode()


def clear(value: Any) -> Any:
    """What a sealed value says."""
    return (
        value["clear"] if isinstance(value, dict) else json.loads(KeyRing([SECRET]).decrypt(value.encode()))
    )
