"""A test's PostgreSQL database cannot be told from a fresh copy, whatever the test before it has done."""

from datetime import datetime

import psycopg
import pytest

from intake.model.messages import Address
from storage.db.database import Database, DatabaseDown
from storage.db.keyring import KeyRing
from storage.messages import conversations
from tests.postgresql import Databases, database_name


@pytest.fixture
def url(databases: Databases, postgresql_template: str) -> str:
    """What the test before has; it gives it back itself."""
    return databases.lend(postgresql_template)


def say(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(statement.encode())
        return found.fetchall() if found.description else []


def identity(url: str) -> list[tuple[object, ...]]:
    """The server's own number for it: a database that is handed on keeps it."""
    name = database_name(url)
    return say(url, f"SELECT oid FROM pg_database WHERE datname = '{name}'")  # noqa: S608


async def writes(url: str, citizen: Address, keyring: KeyRing, now: datetime) -> int:
    async with Database.open(url, keyring) as opened, opened.write() as tx:
        return (await conversations.lock(tx, citizen, now)).id


async def test_rows_and_their_numbers_are_not_handed_on(
    url: str,
    databases: Databases,
    postgresql_template: str,
    citizen: Address,
    keyring: KeyRing,
    now: datetime,
) -> None:
    first, known = await writes(url, citizen, keyring, now), identity(url)
    databases.give_back(url)
    following = databases.lend(postgresql_template)
    assert identity(following) == known
    assert say(following, "SELECT count(*) FROM conversations") == [(0,)]
    assert await writes(following, citizen, keyring, now) == first
    databases.give_back(following)


async def test_who_is_left_behind_in_a_transaction_is_thrown_out_and_finds_no_way_back(
    url: str,
    databases: Databases,
    postgresql_template: str,
    citizen: Address,
    keyring: KeyRing,
    now: datetime,
) -> None:
    left = psycopg.connect(url)
    left.execute("LOCK TABLE conversations")
    databases.give_back(url)
    following = databases.lend(postgresql_template)
    with pytest.raises(psycopg.OperationalError):
        left.execute("SELECT 1")
    left.close()
    with pytest.raises(DatabaseDown):
        await writes(url, citizen, keyring, now)
    assert say(following, "SELECT count(*) FROM conversations") == [(0,)]
    databases.give_back(following)


MANY = """
    INSERT INTO conversations (channel, "user", reachable, created_at, updated_at)
    SELECT 'wechat', md5(n::text), true, now(), now() FROM generate_series(1, 3000) n
"""


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE conversations ADD COLUMN more text",
        "ALTER TABLE conversations ALTER COLUMN channel DROP NOT NULL",
        "DROP INDEX ix_outbox_due",
        MANY,
        "CREATE TABLE more (id int)",
        "CREATE VIEW more AS SELECT 1 AS one",
        "CREATE FUNCTION more() RETURNS int LANGUAGE sql RETURN 1",
        "CREATE SEQUENCE more",
        "ANALYZE jiesu_version",
        "UPDATE jiesu_version SET version_num = 'another'",
        "DELETE FROM jiesu_version",
        "DROP TABLE conversations CASCADE",
        "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET work_mem = 65'; END $$",
    ],
    ids=lambda change: " ".join(change.split()[:3]),
)
def test_a_database_changed_in_another_way_is_dropped(
    url: str, databases: Databases, postgresql_template: str, change: str
) -> None:
    known = identity(url)
    say(url, change)
    databases.give_back(url)
    following = databases.lend(postgresql_template)
    assert identity(following) != known
    databases.give_back(following)
    assert say(databases.server, f"SELECT 1 FROM pg_database WHERE oid = {known[0][0]}") == []  # noqa: S608
