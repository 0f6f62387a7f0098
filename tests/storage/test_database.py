"""A transaction happens wholly or not at all, and a database in trouble says `DatabaseDown`."""

import asyncio
import gc
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from intake.model.messages import Address, ChannelName
from intake.model.ports import Unavailable
from storage.db import engines
from storage.db.database import Database, DatabaseDown
from storage.db.keyring import KeyRing, Undecryptable
from storage.db.sealed import keyring as ring_of
from storage.db.tables import attachments
from storage.db.tables import replays as replays_table
from storage.messages import conversations, webhook_ids


async def test_an_error_in_the_block_leaves_nothing(database: Database, now: datetime) -> None:
    async def die_after_writing() -> None:
        async with database.write() as tx:
            await webhook_ids.remember(tx, "hotline", "m1", now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await die_after_writing()
    async with database.write() as tx:
        assert await webhook_ids.remember(tx, "hotline", "m1", now)


async def test_a_cancelled_block_leaves_nothing_and_frees_its_connection(
    database: Database, now: datetime
) -> None:
    inside = asyncio.Event()

    async def stuck() -> None:
        async with database.write() as tx:
            await webhook_ids.remember(tx, "hotline", "m1", now)
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(stuck())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.write() as tx:
        assert await webhook_ids.remember(tx, "hotline", "m1", now)


async def test_a_statement_cancelled_half_way_gives_its_lock_back(database: Database, now: datetime) -> None:
    slow = {
        "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 3000000) "
        "SELECT n FROM c WHERE n >= 2999998",
        "postgresql": "SELECT pg_sleep(0.3)",
    }
    going = asyncio.Event()

    async def cancelled() -> None:
        async with database.write() as tx:
            await webhook_ids.remember(tx, "hotline", "m1", now)
            going.set()
            await tx.execute(text(slow[database.kind]))

    task = asyncio.create_task(cancelled())
    await going.wait()
    await asyncio.sleep(0.05)
    gc.disable()  # what is left of the statement hangs on the task's end
    try:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with database.write() as tx:
            assert await webhook_ids.remember(tx, "hotline", "m1", now)
    finally:
        gc.enable()


async def test_what_was_committed_is_there_after_opening_again(
    database: Database, database_url: str, keyring: KeyRing, now: datetime
) -> None:
    async with database.write() as tx:
        await webhook_ids.remember(tx, "hotline", "m1", now)
    await database.close()
    async with Database.open(database_url, keyring) as again, again.write() as tx:
        assert not await webhook_ids.remember(tx, "hotline", "m1", now)


async def test_a_reader_does_not_wait_for_the_writer(database: Database, now: datetime) -> None:
    async with database.write() as writer:
        await webhook_ids.remember(writer, "hotline", "m1", now)
        async with database.read() as reader:
            assert (await reader.execute(select(replays_table))).all() == []


async def test_instants_come_back_aware_and_in_utc(database: Database) -> None:
    shanghai = datetime(2026, 4, 26, 17, 30, 0, 123456, timezone(timedelta(hours=8)))
    async with database.write() as tx:
        await webhook_ids.remember(tx, "hotline", "m1", shanghai)
        seen_at = (await tx.execute(select(replays_table.c.seen_at))).scalar_one()
    assert seen_at == shanghai
    assert seen_at.tzinfo is UTC


async def test_a_naive_instant_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"):
        async with database.write() as tx:
            await webhook_ids.remember(tx, "hotline", "m1", datetime(2026, 4, 26))  # noqa: DTZ001 - the mistake


async def test_a_row_cannot_point_nowhere(database: Database, now: datetime) -> None:
    values = {"conversation_id": 99, "kind": "photo", "media_id": "m", "state": "pending", "created_at": now}
    with pytest.raises(IntegrityError) as refused:
        async with database.write() as tx:
            await tx.execute(insert(attachments), values)
    assert "hide_parameters" in str(refused.value)


async def test_each_database_seals_with_the_keys_it_was_opened_with(
    database: Database, database_url: str, keyring: KeyRing
) -> None:
    another = Database.open(database_url, KeyRing(["another"]))
    async with another as other, database.read() as ours, other.read() as theirs:
        assert ring_of(ours) is keyring
        with pytest.raises(Undecryptable):
            ring_of(theirs).decrypt(ring_of(ours).encrypt(b"x"))


async def test_sqlite_survives_a_power_cut_and_checks_its_references(
    sqlite_url: str, keyring: KeyRing
) -> None:
    async with Database.open(sqlite_url, keyring) as database, database.write() as tx:
        told = [(await tx.execute(text(f"PRAGMA {name}"))).scalar() for name in _PRAGMAS]
    assert dict(zip(_PRAGMAS, told, strict=True)) == _PRAGMAS


_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}  # 2 is FULL


async def test_sqlite_held_by_another_process_is_down_for_us(
    sqlite_url: str, keyring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.01)
    async with Database.open(sqlite_url, keyring) as database:
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseDown):
            async with database.write():
                pass
        other.execute("ROLLBACK")
        other.close()
        async with database.write() as tx:
            await tx.execute(select(1))


async def test_a_file_that_is_damaged_is_down_until_it_is_restored(sqlite_url: str, keyring: KeyRing) -> None:
    """Nothing is left of a try: neither a connection nor its thread."""
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    whole = file.read_bytes()
    file.write_bytes(b"?" * 4096 + whole[4096:])
    async with Database.open(sqlite_url, keyring) as database:
        for transaction in (database.write, database.turn, database.read):
            with pytest.raises(DatabaseDown, match="SQLITE_NOTADB"):
                async with transaction():
                    pass
        gc.collect()
        file.write_bytes(whole)
        await database.ping()


async def test_postgresql_reads_what_was_committed_whatever_the_servers_default(
    postgresql_url: str, keyring: KeyRing
) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as admin:
        admin.execute("ALTER ROLE postgres SET default_transaction_isolation = 'serializable'")
        try:
            async with Database.open(postgresql_url, keyring) as database, database.write() as tx:
                level = (await tx.execute(text("SHOW transaction_isolation"))).scalar_one()
        finally:
            admin.execute("ALTER ROLE postgres RESET default_transaction_isolation")
    assert level == "read committed"


async def test_waiting_for_a_lock_ends(postgresql_url: str, keyring: KeyRing, now: datetime) -> None:
    async with Database.open(postgresql_url, keyring, lock_seconds=0.05) as database:
        citizen = Address(ChannelName.TELEGRAM, "1")
        async with database.write() as first:
            await conversations.lock(first, citizen, now)
            with pytest.raises(DatabaseDown):
                async with database.write() as second:
                    await conversations.lock(second, citizen, now)


async def test_a_broken_connection_is_down_and_the_next_one_works(
    postgresql_url: str, keyring: KeyRing
) -> None:
    async with Database.open(postgresql_url, keyring) as database:

        async def break_off() -> None:
            async with database.write() as tx:
                pid = (await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one()
                with psycopg.connect(postgresql_url, autocommit=True) as admin:
                    admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
                await tx.execute(select(1))

        with pytest.raises(DatabaseDown):
            await break_off()
        await database.ping()


async def test_a_server_that_is_not_there_is_down_without_showing_the_password(
    tmp_path: object, keyring: KeyRing
) -> None:
    async with Database.open(f"postgresql://jiesu:s3cret@/jiesu?host={tmp_path}", keyring) as database:
        with pytest.raises(Unavailable) as down:
            await database.ping()
        assert "s3cret" not in f"{down.value}{down.value.__cause__}{database}"


async def test_a_message_waits_for_what_writes_behind_it_and_not_for_their_queue(database: Database) -> None:
    behind, ended = database.behind(), list[str]()
    entered, free = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        async with behind.write():
            entered.set()
            await free.wait()
        ended.append("work")

    async def message() -> None:
        async with database.turn() as tx:
            await tx.execute(select(1))
        ended.append("message")

    queue = [asyncio.create_task(work()) for _ in range(20)]
    await entered.wait()
    asked = asyncio.create_task(message())
    for _ in range(100):
        await asyncio.sleep(0)
    if database.kind == "postgresql":
        await asked  # it has connections nobody behind may take
    free.set()
    await asyncio.gather(*queue, asked)
    assert "message" in ended[:2]
