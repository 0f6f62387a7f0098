"""With the database, Redis or the backend slow or dead, WeChat has its answer while they still are.

No clock is watched: each trouble is held until the answer has come.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from intake.model.messages import Address, ChannelName
from storage.cache.redis_cache import RedisCache
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.messages import conversations

SCALED = 1.0  # seconds, in place of four and a half


async def answered(office: Any, citizen: Any, text: str) -> tuple[int, str]:
    """One push, brought as WeChat brings it, and the last answer's status and text."""
    held = office.platform.citizen(citizen.phone.user)
    fields = {
        "MsgType": "text",
        "Content": text,
        "MsgId": office.platform.next_id(),
        "CreateTime": 1732177800,
    }
    answer = await office.platform.bring(held, fields)
    said = office.platform.wire.reply(answer.status_code, answer.content, held.openid)
    return answer.status_code, said or ""


@asynccontextmanager
async def locked(database_url: str, keyring: KeyRing, user: str) -> AsyncIterator[None]:
    """Somebody holds this citizen's conversation (on SQLite: the whole database)."""
    other = Database.open(database_url, keyring, played_time=True)
    try:
        async with other.write() as tx:
            await conversations.lock(tx, Address(ChannelName.WECHAT, user), datetime.now(UTC))
            yield
    finally:
        await other.close()


async def test_a_slow_database(
    database: Database, database_url: str, keyring: KeyRing, open_office: Any
) -> None:
    office = open_office(database, patience=SCALED)
    citizen = await office.citizen()
    await citizen.says("你好")
    await office.emptied()
    async with locked(database_url, keyring, citizen.phone.user):
        assert await answered(office, citizen, "路灯坏了") == (200, "")
    await office.rest()
    office.clock.on(seconds=30)
    await office.deliver()
    assert "登记前请看一眼" in citizen.heard()[-1]  # told later, once it was done


async def test_a_dead_database(keyring: KeyRing, open_office: Any) -> None:
    async with Database.open("postgresql://127.0.0.1:9/nothing", keyring) as dead:
        office = open_office(dead, patience=5)
        citizen = await office.citizen()
        status, said = await answered(office, citizen, "路灯坏了")
        assert status == 200
        assert "已收到您的消息" in said
        await office.rest()


async def test_a_redis_that_says_nothing(sqlite_url: str, keyring: KeyRing, open_office: Any) -> None:
    server = socket.create_server(("127.0.0.1", 0))  # connects, and never reads
    port = server.getsockname()[1]
    cache, database = RedisCache(f"redis://127.0.0.1:{port}/0"), Database.open(sqlite_url, keyring)
    office = open_office(database, patience=SCALED, cache=cache)
    citizen = await office.citizen()
    hanging = asyncio.create_task(cache.publish("outbox"))
    status, _ = await answered(office, citizen, "路灯坏了")
    assert status == 200
    assert not hanging.done()
    await hanging
    await office.rest()
    await database.close()
    await cache.aclose()
    server.close()


async def test_a_dead_redis(sqlite_url: str, keyring: KeyRing, open_office: Any) -> None:
    cache, database = RedisCache("redis://127.0.0.1:9/0"), Database.open(sqlite_url, keyring)
    office = open_office(database, cache=cache)
    citizen = await office.citizen()
    status, said = await answered(office, citizen, "路灯坏了")
    assert status == 200
    assert "登记前请看一眼" in said
    await office.rest()
    await database.close()
    await cache.aclose()


async def test_a_backend_that_hangs(office: Any) -> None:
    citizen = await office.citizen()
    await citizen.says("新华路15号院门口井盖坏了，我姓王，电话13912345678")
    await citizen.says("同意")
    await citizen.says("提交")
    office.backend.gate = asyncio.Event()
    working = asyncio.create_task(office.worker.drain())
    await asyncio.sleep(0.1)
    status, said = await answered(office, citizen, "查进度")
    assert (status, working.done()) == (200, False)
    assert "已收到" in said
    office.backend.gate.set()
    await working
