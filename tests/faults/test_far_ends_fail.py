"""Redis, the backend and WeChat behind a line that misbehaves: slower, never wrong."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import SecretStr

from app.base.settings import Enclosed, HotlineSettings, WeChatSettings
from app.bootstrap.bootstrap import open_house
from app.operations.worker import Worker
from app.turns.service import Service
from bench.faults.proxy import Trouble, always, nth, proxy
from bots.wechat.reply_windows import MESSAGE
from intake.model.messages import Address, ChannelName, Inbound
from storage.cache.redis_cache import RedisCache
from storage.db.database import Database
from storage.outbox import outbox

BROKEN = [Trouble.REFUSE, Trouble.RESET, Trouble.HALF, Trouble.STALL, Trouble.DELAY]
SECRET = "whsec_Y2FsbHMgb3V0IGNhbGxzIG91dCBjYWxscyBvdXQ"
OPENID = Address(ChannelName.WECHAT, "openid")


@dataclass
class Far:
    """A backend that de-duplicates, and WeChat's API: both write down what they took."""

    tickets: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    errcodes: list[int] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.post("/tickets")(self.file)
        app.get("/tickets")(self.find)
        app.post("/cgi-bin/stable_token")(self.token)
        app.post("/cgi-bin/message/custom/send")(self.send)
        return app

    async def file(self, request: Request) -> JSONResponse:
        key = (await request.json())["idempotency_key"]
        ref = self.tickets.setdefault(key, f"H{len(self.tickets) + 1}")
        return JSONResponse({"hotline_ref": ref, "padding": "x" * 200}, 201)

    async def find(self, idempotency_key: str) -> JSONResponse:
        ref = self.tickets.get(idempotency_key)
        return JSONResponse({"hotline_ref": ref}, 200) if ref else JSONResponse({}, 404)

    async def token(self) -> JSONResponse:
        return JSONResponse({"access_token": "t" * 100, "expires_in": 7200})

    async def send(self, request: Request) -> JSONResponse:
        if self.errcodes:
            return JSONResponse({"errcode": self.errcodes.pop(0), "errmsg": "busy"})
        self.said.append((await request.json())["text"]["content"])
        return JSONResponse({"errcode": 0, "errmsg": "ok"})


@asynccontextmanager
async def served(far: Far) -> AsyncIterator[tuple[str, int]]:
    line = socket.socket()
    line.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(far.app(), log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[line]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield line.getsockname()
    finally:
        server.should_exit = True
        await serving
        line.close()


@dataclass
class Opened:
    """A service and a worker whose far ends lie behind the proxy; `later` moves the clock."""

    service: Service
    worker: Worker
    far: Far
    line: Any
    database: Database
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def says(self, text: str, number: int) -> None:
        await self.service.receive(Inbound(f"m{number}", OPENID, self.now(), text=text, grant=MESSAGE))

    async def files(self) -> None:
        for number, text in enumerate(["新华路15号院门口井盖坏了，我姓王，电话13912345678", "同意", "提交"]):
            await self.says(text, number)

    async def deliver(self) -> None:
        """Round after round, each as much later as the longest pause, until nothing is open."""
        for _ in range(40):
            await self.worker.round("hotline", "wechat")
            async with self.database.read() as tx:
                if not await outbox.entries(tx, "due"):
                    return
            self.ahead += timedelta(minutes=2)
        raise AssertionError("something never got out")


@pytest.fixture
async def runtime(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Opened]:
    far = Far()
    made: list[Opened] = []
    monkeypatch.setattr(
        "app.bootstrap.bootstrap.utc_now", lambda: made[0].now() if made else datetime.now(UTC)
    )
    monkeypatch.setattr(Database, "open", partial(Database.open, played_time=True))
    async with served(far) as address, proxy(address) as line:
        url = f"http://127.0.0.1:{line.port}"
        settings = Enclosed(
            database_url=database_url,
            playground=False,
            wechat=WeChatSettings(
                appid="wx0123456789abcdef",
                secret=SecretStr("secret"),
                token=SecretStr("token"),
                aes_key=SecretStr("a" * 43),
                api_url=url,
            ),
            hotline=HotlineSettings(kind="rest", url=url, secret=SecretStr(SECRET)),
        )
        async with open_house(settings, "http://127.0.0.1:9", tmp_path) as opened:
            made.append(Opened(opened.service, opened.worker, far, line, opened.database))
            yield made[0]


@pytest.mark.parametrize("trouble", BROKEN)
async def test_the_backend_behind_a_bad_line_has_the_ticket_once(runtime: Any, trouble: Trouble) -> None:
    await runtime.files()
    runtime.line.plan, runtime.line.delay = always(trouble), 0.05
    for _ in range(1 if trouble is Trouble.STALL else 3):  # each takes its five seconds
        await runtime.worker.round("hotline")
        runtime.ahead += timedelta(minutes=2)
    runtime.line.plan = always(Trouble.NONE)
    await runtime.deliver()
    assert list(runtime.far.tickets.values()) == ["H1"]


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("trouble", [Trouble.RESET, Trouble.HALF])
async def test_the_nth_call_to_the_far_ends_fails(runtime: Any, trouble: Trouble, n: int) -> None:
    await runtime.files()
    runtime.line.plan = nth(runtime.line.count + n, trouble)
    await runtime.deliver()
    assert list(runtime.far.tickets.values()) == ["H1"]
    assert any("已登记" in words for words in runtime.far.said)


@pytest.mark.parametrize("trouble", [Trouble.REFUSE, Trouble.RESET, Trouble.HALF, Trouble.DELAY])
async def test_wechat_behind_a_bad_line_shows_the_receipt_all_the_same(
    runtime: Any, trouble: Trouble
) -> None:
    await runtime.files()
    runtime.ahead += timedelta(seconds=30)  # nobody took the answer: the receipt goes by a message
    runtime.line.plan, runtime.line.delay = always(trouble), 0.05
    for _ in range(2):
        await runtime.worker.round("wechat")
        runtime.ahead += timedelta(minutes=2)
    runtime.line.plan = always(Trouble.NONE)
    await runtime.deliver()
    assert any("已登记" in words for words in runtime.far.said)


async def test_wechat_says_busy_with_http_200_and_is_asked_again(runtime: Any) -> None:
    await runtime.files()
    runtime.ahead += timedelta(seconds=30)
    runtime.far.errcodes = [-1, -1]
    await runtime.deliver()
    assert not runtime.far.errcodes
    assert any("已登记" in words for words in runtime.far.said)


@pytest.mark.parametrize("trouble", BROKEN)
async def test_without_redis_turns_are_done_all_the_same(
    database: Database, redis_url: str, city: Any, trouble: Trouble
) -> None:
    parts = urlsplit(redis_url)
    async with proxy((parts.hostname or "", parts.port or 0), always(trouble)) as line:
        line.delay = 0.05
        cache = RedisCache(f"redis://127.0.0.1:{line.port}/0")
        service = Service(database, cache, city, lambda: datetime.now(UTC))
        replies = await service.receive(Inbound("m", OPENID, datetime.now(UTC), text="新华路井盖坏了"))
        assert replies
        async with cache.lock("token", 1.0):
            await cache.publish("outbox")
        assert await cache.wait("outbox", 0.1) in (True, False)
        await cache.aclose()
