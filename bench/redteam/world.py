"""A whole house in a temporary folder, with both channels configured and nobody behind them."""

import asyncio
import itertools
import secrets
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import uvicorn
from sqlalchemy import func, select

from app.base.clock import utc_now
from app.base.settings import Enclosed
from app.bootstrap.bootstrap import open_house
from app.bootstrap.runtime import Runtime
from desk.accounts import users
from desk.workflow.states import Role
from hotline.signatures import sign
from playground.wechat.cipher import Seal
from playground.wechat.wire import ConsoleSettings
from storage.db.tables import metadata, tickets
from webhooks.server import create_app

SITE = "https://front.example"
TELEGRAM_SECRET = "the-hook"
PASSWORD = "a long password"
CALLS = "calls-and-callbacks-secret"
PATIENCE = 60.0
"""Seconds."""
STORY = "我家暖气不热三天了，整栋楼都这样，五一路幸福小区3号楼2单元，我叫王芳，电话13912345678"
UNIT = "heating"
STAFF = {
    "wang": (Role.CENTRE, None),
    "li": (Role.UNIT, UNIT),
    "sun": (Role.LEADER, None),
    "zhou": (Role.CALLBACK, None),
    "xu": (Role.AUDITOR, None),
}
"""One of each role."""


@dataclass
class World:
    """The house, its doors, and the keys a real platform would hold."""

    runtime: Runtime
    app: Any
    http: httpx.AsyncClient
    seal: Seal
    folder: Path
    ids: Any = field(default_factory=lambda: itertools.count(1000))

    def push(
        self, fields: Mapping[str, Any] | None = None, user: str = "oAttacker", **more: Any
    ) -> tuple[dict[str, str], bytes]:
        """A push as WeChat sends it in safe mode: parameters and body."""
        number = next(self.ids)
        base = {
            "ToUserName": "gh_1",
            "FromUserName": user,
            "CreateTime": int(time.time()),
            "MsgType": "text",
            "Content": "你好",
            "MsgId": number,
        }
        wire, stamp, nonce = ConsoleSettings(self.seal, "safe"), str(int(time.time())), secrets.token_hex(4)
        added, body = wire.push(base | dict(fields or {}) | more, stamp, nonce)
        return wire.query(stamp, nonce, user) | added, body

    async def wechat(self, query: Mapping[str, str], body: bytes) -> httpx.Response:
        return await self.http.post("/webhooks/wechat", params=dict(query), content=body)

    async def says(self, text: str, user: str = "oAttacker") -> str:
        """What the citizen hears, decrypted."""
        before = await self.count("inbox")
        answer = await self.wechat(*self.push(user=user, Content=text))
        heard = ConsoleSettings(self.seal, "safe").reply(answer.status_code, answer.content, user)
        if not heard:  # on a slow machine the turn may outlast the push that brought it
            await self._until_taken(before)
        return heard or ""

    async def _until_taken(self, before: int) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while await self.count("inbox") == before:  # noqa: ASYNC110  another task writes it
                    await asyncio.sleep(0.05)

    async def files_a_ticket(self, user: str, words: str = STORY) -> str:
        """Its number, read where it lies: on a slow machine the answer itself may come later."""
        for text in (words, "同意", "提交"):
            await self.says(text, user)
        newest = select(tickets.c.reference).order_by(tickets.c.id.desc()).limit(1)
        async with self.runtime.database.read() as tx:
            return str((await tx.execute(newest)).scalar_one())

    async def call(self, path: str, document: Any, **headers: str) -> httpx.Response:
        """The front door's own call to the desk, or the desk's to it: signed."""
        body = document if isinstance(document, bytes) else orjson.dumps(document)
        signed = sign(CALLS, secrets.token_hex(8), utc_now(), body) | headers
        return await self.http.post(path, content=body, headers=signed)

    async def count(self, table: str) -> int:
        async with self.runtime.database.read() as tx:
            counted = select(func.count()).select_from(metadata.tables[table])
            return int((await tx.execute(counted)).scalar_one())

    async def logged_in(self, name: str) -> httpx.AsyncClient:
        """Somebody of the staff, in a browser of their own."""
        browser = self.browser()
        token = token_in((await browser.get("/desk/login")).text)
        given = {"token": token, "name": name, "password": PASSWORD}
        assert (await browser.post("/desk/login", data=given)).status_code == 303
        return browser

    async def step(self, browser: httpx.AsyncClient, ref: str, action: str, **given: str) -> httpx.Response:
        """One of the staff takes a step at the ticket's page."""
        page = (await browser.get(f"/desk/tickets/{ref}")).text
        shown = {"token": token_in(page), "version": page.partition('data-key="')[2].partition('"')[0]}
        return await browser.post(f"/desk/tickets/{ref}/{action}", data=shown | given)

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=SITE)

    async def file_at_desk(self, **changes: Any) -> str:
        """A ticket filed at the desk by its API; returns its number there."""
        key = secrets.token_hex(16)
        document = DOCUMENT | {"idempotency_key": key, "reference": f"WX{key[:15]}".upper()} | changes
        answer = await self.call("/desk/api/v1/tickets", document, **{"idempotency-key": f'"{key}"'})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["hotline_ref"])


def token_in(page: str) -> str:
    """The proof that a page's form carries."""
    return page.partition('name="token" value="')[2].partition('"')[0]


DOCUMENT: dict[str, Any] = {
    "channel": "WX",
    "submitted_at": "2026-11-23T09:30:15+08:00",
    "appeal_type": "TS",
    "category": {"code": "99", "path": "其他", "confidence": 0.8},
    "urgency": {"level": "normal", "rule": None},
    "title": "暖气不热",
    "content": "暖气不热",
    "expectation": None,
    "occurred": None,
    "place": {"text": "雄关路88号", "area_code": None},
    "subject": None,
    "person": {"kind": "individual", "name": "王芳", "phone": "13912345678", "confidential": False},
    "reply_wanted": True,
    "is_public": False,
    "expected_by": None,
    "attachments": [],
    "suggested": {"lead_unit": None, "co_units": []},
    "related_to": None,
    "labels": [],
    "consent": None,
    "language": "zh",
}


@asynccontextmanager
async def serving(app: Any, line: socket.socket) -> AsyncIterator[None]:
    """The app at a real socket, for whoever does not come through `World`."""
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical", log_config=None))
    running = asyncio.create_task(server.serve(sockets=[line]))
    while not server.started:  # noqa: ASYNC110  uvicorn tells it by a flag
        await asyncio.sleep(0.05)
    try:
        yield
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def opened(
    folder: Path,
    *,
    database_url: str = "",
    inside: str = SITE,
    redis_url: str | None = None,
    hired: bool = False,
    **more: Any,
) -> AsyncIterator[World]:
    """A fresh house with staff, closed at the end; `inside` is where house and desk reach each other.

    `hired`: its database has its staff already. `more` settings go along.
    """
    seal = Seal("wx1", "a-token", secrets.token_hex(32)[:43])
    settings = Enclosed(
        database_url=database_url or f"sqlite:///{folder / 'jiesu.db'}",
        redis_url=redis_url,
        public_url=SITE,
        secret_key="a secret of the red team alone",
        telegram={"token": "42:abc", "webhook_secret": TELEGRAM_SECRET, "api_url": "http://127.0.0.1:9"},
        wechat={
            "appid": seal.appid,
            "secret": "a secret of 24 bytes and more",
            "token": seal.token,
            "aes_key": seal.aes_key,
            "api_url": "http://127.0.0.1:9",
        },
        hotline={"secret": CALLS},
        **more,
    )
    async with open_house(settings, inside, folder) as runtime:
        async with runtime.database.write() as tx:
            for name, (role, unit) in STAFF.items() if not hired else ():
                await users.add(tx, name, PASSWORD, role, unit, utc_now(), given=False)
        app = create_app(runtime, with_worker=False)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=SITE) as http:
            yield World(runtime, app, http, seal, folder)
