"""PostgreSQL behind a pooler that lends a server connection for one transaction only, as cities run it.

The pooler refuses settings at connect, and its few server connections know statements of whoever had them
before. Everybody must be served all the same.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import text

from app.base.settings import Enclosed
from app.checks.installation import inspect
from intake.model.conversation import Conversation
from intake.model.messages import Address, ChannelName, Reply
from storage import turn_store
from storage.db.database import Database, DatabaseDown
from storage.db.keyring import KeyRing
from storage.outbox import outbox, passive_fallback
from tests.doors import CITY, Doors
from tests.processes import answers, free_port, listening, running
from tests.several.test_two_hundred_citizens import Backend

Pooler = Callable[..., AbstractContextManager[str]]
PATIENCE = 120.0
CITIZENS = 12
ROADS = ("新华", "雄关", "兰新", "迎宾", "胜利", "五一")
SAYS = ("同意", "单独同意", "单独登记", "提交")


@pytest.fixture
async def pooled(pooled_url: str, keyring: KeyRing) -> AsyncIterator[Database]:
    database = Database.open(pooled_url, keyring)
    yield database
    await database.close()


async def turn(database: Database, user: str, message: str, now: datetime) -> None:
    async with database.turn() as tx:
        begun = await turn_store.begin(tx, Address(ChannelName.WECHAT, user), message, "citizen:", now)
        lane = f"citizen:{begun.stored.id}"
        await outbox.queue(tx, destination="wechat", kind="reply", lane=lane, body={}, now=now)
        await turn_store.end(tx, begun.stored, message, Conversation(), (Reply("x"),), now)


async def test_turns_of_many_lines_on_few_server_connections(pooled: Database, now: datetime) -> None:
    for number in range(8):
        await asyncio.gather(*(turn(pooled, f"o{who}", f"{who} {number}", now) for who in range(CITIZENS)))
    async with pooled.read() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM inbox"))).scalar_one() == 8 * CITIZENS


async def test_a_message_recorded_before_is_told_as_such(pooled: Database, now: datetime) -> None:
    """The record's refusal breaks the trip; the line is as good as before."""
    for number in range(3):
        await turn(pooled, "o1", f"m{number}", now)
        async with pooled.turn() as tx:
            begun = await turn_store.begin(tx, Address(ChannelName.WECHAT, "o2"), "m9", "citizen:", now)
            with pytest.raises(turn_store.AlreadyRecorded):
                await turn_store.end(tx, begun.stored, f"m{number}", Conversation(), (), now)


async def test_no_statement_is_left_behind_and_no_setting(
    pooled: Database, postgresql_url: str, pooled_url: str, now: datetime
) -> None:
    """Who gets the server connection next may be somebody else's program."""
    for number in range(8):
        await turn(pooled, "o1", f"m{number}", now)
    with psycopg.connect(pooled_url, autocommit=True, prepare_threshold=None) as next_one:
        assert next_one.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
        for setting in ("statement_timeout", "lock_timeout"):
            assert next_one.execute(f"SHOW {setting}".encode()).fetchone() == ("0",)


@pytest.mark.parametrize("how", ["write", "read", "turn"])
async def test_statements_and_waits_for_locks_end_in_time(
    pooled_url: str, keyring: KeyRing, how: str, now: datetime
) -> None:
    database = Database.open(pooled_url, keyring, statement_seconds=0.2, lock_seconds=0.1)
    with pytest.raises(DatabaseDown, match="QueryCanceled"):
        await _too_long(database, how, now)
    async with database.write() as first:
        await first.execute(text("LOCK TABLE replays"))
        with pytest.raises(DatabaseDown, match="LockNotAvailable"):
            async with database.write() as second:
                await second.execute(text("LOCK TABLE replays"))
    await database.close()


async def _too_long(database: Database, how: str, now: datetime) -> None:
    async with getattr(database, how)() as tx:
        if how == "turn":
            await turn_store.begin(tx, Address(ChannelName.WECHAT, "o1"), "m1", "citizen:", now)
        await tx.execute(text("SELECT pg_sleep(30)"))


async def test_a_lone_statement_does_not_wait_for_ever_either(
    pooled_url: str, keyring: KeyRing, now: datetime
) -> None:
    """It is a transaction of its own, without a word that one begins."""
    database = Database.open(pooled_url, keyring, lock_seconds=0.1)
    async with database.turn() as tx:
        await outbox.queue(tx, destination="wechat", kind="reply", lane="1", body={}, now=now, once="k")
    async with database.write() as first:
        await first.execute(text("LOCK TABLE outbox"))
        with pytest.raises(DatabaseDown, match="LockNotAvailable"):
            async with database.turn() as second:
                await passive_fallback.settle(second, ["k"], now)
    async with database.turn() as tx:
        assert await passive_fallback.settle(tx, ["k"], now) == 1
    await database.close()


async def test_a_pooler_is_noticed_and_a_direct_line_is_told_from_it(
    pooled_by: Pooler, postgresql_url: str, keyring: KeyRing
) -> None:
    with pooled_by("transaction") as transactions, pooled_by("session") as sessions:
        for url, pooled in ((postgresql_url, False), (transactions, True), (sessions, True)):
            database = Database.open(url, keyring)
            assert await database.is_pooled() is pooled
            await database.close()


async def test_a_direct_line_keeps_its_statements_prepared_through_rollbacks(
    postgresql_url: str, keyring: KeyRing, now: datetime
) -> None:
    database = Database.open(postgresql_url, keyring, pool_size=1)
    for number in range(3):
        await turn(database, "o1", f"m{number}", now)
        with pytest.raises(ZeroDivisionError):
            await _broken_off(database, now)
        await turn(database, "o2", f"n{number}", now)
    async with database.read() as tx:
        found = await tx.execute(text("SELECT count(*) FROM pg_prepared_statements"))
        assert found.scalar_one() > 3
    await database.close()


async def _broken_off(database: Database, now: datetime) -> None:
    async with database.turn() as tx:
        await turn_store.begin(tx, Address(ChannelName.WECHAT, "o1"), "m9", "citizen:", now)
        raise ZeroDivisionError


class Telling:
    """Citizens at both apps, each of a street of their own, each until their ticket is handed in."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def lives(self, number: int) -> None:
        road = f"{ROADS[number // 2]}路{number + 11}号院门口井盖坏了，我姓王，电话139000000{number:02}"
        for step, words in enumerate((road, *SAYS)):
            if number % 2:
                answer = await self._doors.telegram(number + 1, number * 100 + step + 1, words)
                assert answer.status_code == 200
            else:
                await self._doors.wechat(f"o{number:027}", number * 100 + step + 1, words)


@pytest.mark.timeout(600)
async def test_twelve_citizens_through_serve_and_a_worker(
    tmp_path: Path, pooled_url: str, postgresql_url: str, redis_url: str
) -> None:
    backend, port = Backend(), free_port()
    async with AsyncExitStack() as city:
        url = await city.enter_async_context(listening(backend.app()))
        env = CITY | {
            "JIESU_DATABASE_URL": pooled_url,
            "JIESU_REDIS_URL": redis_url,
            "JIESU_HOTLINE__URL": url,
            "JIESU_SECRET_KEY": "a secret of the tests of a pooler",
        }
        serve = ("serve", "--no-worker", "--workers", "2", "--port", str(port))
        web = await city.enter_async_context(running(tmp_path / "web", env, *serve))
        address = f"http://127.0.0.1:{port}"
        await answers(f"{address}/readyz", web)
        await city.enter_async_context(running(tmp_path / "worker", env, "work"))
        http = await city.enter_async_context(httpx.AsyncClient(base_url=address, timeout=PATIENCE))
        citizens = Telling(Doors(http))
        await asyncio.gather(*(citizens.lives(number) for number in range(CITIZENS)))
        await filed(backend, CITIZENS)
    phones = sorted(ticket["person"]["phone"] for ticket in backend.tickets.values())
    assert phones == [f"139000000{number:02}" for number in range(CITIZENS)]
    assert rows(postgresql_url, "SELECT count(*) FROM inbox WHERE aside_sealed IS NOT NULL") == 0
    assert rows(postgresql_url, "SELECT count(DISTINCT conversation_id) FROM tickets") == CITIZENS
    assert "pooler" in web.log.read_text()


async def filed(backend: Backend, many: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(backend.tickets) < many:
            await asyncio.sleep(0.1)


def rows(url: str, query: str) -> Any:
    with psycopg.connect(url) as look:
        found: Sequence[Any] | None = look.execute(query.encode()).fetchone()
        assert found is not None
        return found[0]


async def looked_at(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `jiesu check` says of it, line by line."""
    monkeypatch.chdir(folder)
    return {found.what: found for found in await inspect(Enclosed(database_url=url, playground=True))}


async def test_the_check_tells_of_a_pooler(
    pooled_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = (await looked_at(pooled_url, tmp_path, monkeypatch))["database"]
    assert found.ok
    assert "behind a pooler" in found.says


async def test_the_check_tells_how_a_pooler_must_be_set(
    pooled_by: Pooler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pooled_by("statement") as one_by_one, pooled_by("transaction") as strict:
        for url in (one_by_one, f"{strict}?options=-c%20search_path%3Dx"):
            found = (await looked_at(url, tmp_path, monkeypatch))["database"]
            assert not found.ok
            assert "pool_mode" in found.says, found
