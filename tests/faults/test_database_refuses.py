"""A database that answers and refuses: what is said meanwhile is kept, told so, and done later; never lost.

On both apps, at the doors themselves, by refusals the real servers give.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from app.base.settings import Enclosed, HotlineSettings, TelegramSettings, WeChatSettings
from app.bootstrap.bootstrap import open_house
from app.bootstrap.runtime import Runtime
from app.turns import step
from storage.db.database import Database
from storage.messages import inbox
from tests.doors import AES_KEY, APPID, BOT, NOBODY, SECRET, TOKEN, Doors
from webhooks.server import create_app

KEPT = "已收到"
LONG = "新华路15号院门口井盖坏了，" + "夜里车压过去响声很大，" * 150
"""More than a page of a database holds."""

Refuses = Callable[[Database], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Town:
    """A house as a city runs it, its doors, and a way to have its database refuse."""

    runtime: Runtime
    doors: Doors
    refuses: AbstractAsyncContextManager[None]

    async def done(self) -> int:
        """Empties the spool; how many messages had a turn of their own by then."""
        while await self.runtime.receiver.drain():
            pass
        async with self.runtime.database.read() as tx:
            (count,) = (
                await tx.exec_driver_sql("SELECT count(*) FROM inbox WHERE aside_sealed IS NULL")
            ).one()
            assert await inbox.aside(tx) == []
        return int(count)

    def waiting(self) -> int:
        return self.runtime.receiver._spool.depth()


def in_postgresql(setting: str, value: str) -> Refuses:
    """The operator, or a failover, changes a setting for all new sessions; the old ones end."""

    @asynccontextmanager
    async def refuses(database: Database) -> AsyncIterator[None]:
        url = database._writer.url.set(drivername="postgresql")
        server = url.set(database="postgres").render_as_string(hide_password=False)
        end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {url.database} SET {setting} = {value}".encode())
            admin.execute(end, [url.database])
            yield
            admin.execute(f"ALTER DATABASE {url.database} RESET {setting}".encode())
            admin.execute(end, [url.database])

    return refuses


def in_sqlite(limit: str, no_limit: str) -> Refuses:
    """The one connection that writes is limited."""

    @asynccontextmanager
    async def refuses(database: Database) -> AsyncIterator[None]:
        async def set_to(pragma: str) -> None:
            async with database._writer.connect() as writer:
                driver: Any = (await writer.get_raw_connection()).driver_connection
                await driver.execute_fetchall(f"PRAGMA {pragma}")

        await set_to(limit)
        yield
        await set_to(no_limit)

    return refuses


REFUSALS: dict[str, tuple[str, Refuses]] = {
    "postgresql reads only": ("postgresql_url", in_postgresql("default_transaction_read_only", "on")),
    "postgresql ends idle": ("postgresql_url", in_postgresql("idle_in_transaction_session_timeout", "'3ms'")),
    "sqlite reads only": ("sqlite_url", in_sqlite("query_only = 1", "query_only = 0")),
    "sqlite is full": ("sqlite_url", in_sqlite("max_page_count = 1", f"max_page_count = {2**30}")),
}


@pytest.fixture(params=REFUSALS)
async def town(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    fixture, refuses = REFUSALS[request.param]
    monkeypatch.setattr(step, "advance", _slowly(step.advance))
    settings = Enclosed(
        database_url=request.getfixturevalue(fixture),
        telegram=TelegramSettings(token=SecretStr(BOT), webhook_secret=SecretStr(SECRET), api_url=NOBODY),
        wechat=WeChatSettings(
            appid=APPID,
            secret=SecretStr("secret"),
            token=SecretStr(TOKEN),
            aes_key=SecretStr(AES_KEY),
            api_url=NOBODY,
        ),
        hotline=HotlineSettings(
            kind="rest", url=NOBODY, secret=SecretStr("whsec_Y2FsbHMgb3V0IGNhbGxzIG91dCBjYWxscyBvdXQ")
        ),
    )
    async with open_house(settings, "http://127.0.0.1:9", tmp_path) as runtime:
        transport = httpx.ASGITransport(create_app(runtime, with_worker=False), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://us") as http:
            yield Town(runtime, Doors(http), refuses(runtime.database))
            await _all_ended()


async def _all_ended() -> None:
    """What a door does once it has answered: a server's stop waits for it, too."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=10)


def _slowly(work: Callable[..., Any]) -> Callable[..., Any]:
    """A turn is idle in its transaction while the dialog thinks: here always long enough to be noticed."""

    def think(*given: Any) -> Any:
        sleep(0.05)
        return work(*given)

    return think


async def test_what_is_said_meanwhile_is_kept_and_done_later(town: Town) -> None:
    async with town.refuses:
        for number in (1, 2):
            assert KEPT in (await town.doors.wechat("oA", number, LONG) or "")
            answer = await town.doors.telegram(7, number, LONG)
            assert (answer.status_code, KEPT in answer.json()["text"]) == (200, True)
        assert not await town.runtime.receiver.drain()
        assert town.waiting() == 4
    assert await town.done() == 4


async def test_where_the_disk_takes_nothing_either_nobody_is_told_that_it_is_kept(
    town: Town, tmp_path: Path
) -> None:
    """WeChat asks once: its citizen must say it again. Telegram sends it again by itself."""
    (tmp_path / "spool").write_text("no folder")
    async with town.refuses:
        assert "再发一次" in (await town.doors.wechat("oA", 1, LONG) or "")
        assert (await town.doors.telegram(7, 1, LONG)).status_code == 503
    assert (await town.doors.telegram(7, 1, LONG)).status_code == 200
    assert await town.doors.wechat("oA", 2, LONG)
    assert await town.done() == 2


async def test_what_nobody_can_read_or_answer_is_kept_too(town: Town) -> None:
    """A push that is no message, and what the channel tells once."""
    event = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": 5, "Status": "success"}
    async with town.refuses:
        assert await town.doors.pushed("oA", {"MsgType": ""}) is None
        assert await town.doors.pushed("oA", event) is None
    while await town.runtime.receiver.drain():
        pass
    async with town.runtime.database.read() as tx:
        assert len(await inbox.aside(tx)) == 1
        (told,) = (await tx.exec_driver_sql("SELECT name FROM happenings")).all()
    assert told == ("TEMPLATESENDJOBFINISH",)
