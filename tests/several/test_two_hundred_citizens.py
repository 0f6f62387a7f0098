"""Two web processes, two workers, PostgreSQL and Redis: many citizens at once, and Telegram at its worst.

Bursts of forwarded messages, albums, double presses, and answers of ours that get lost on the way, so
that updates come again, to the other process. Everybody's words must arrive in order, in one ticket.

`JIESU_TEST_CITIZENS` says how many (200 for the whole claim; a tenth of it where nothing is said).
"""

import asyncio
import itertools
import os
import random
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.base.clock import utc_now
from playground.phones import Picked
from playground.telegram.bot_api import api_router
from playground.telegram.platform import TelegramPlatform
from tests.pictures import a_png
from tests.processes import answers, free_port, listening, running

MANY = int(os.environ.get("JIESU_TEST_CITIZENS", "20"))
TOKEN, SECRET = "4200:many", "a-secret"
PATIENCE = 300.0
LOST = 0.05
"""Share of our answers that never reach Telegram."""


class TwoDoors(httpx.AsyncBaseTransport):
    """What lies between Telegram and us: it takes turns between the processes, and loses answers."""

    def __init__(self, ports: list[int], chance: random.Random) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._ports = itertools.cycle(ports)
        self._chance = chance
        self.brought = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(port=next(self._ports))
        self.brought += 1
        response = await self._inner.handle_async_request(request)
        if self._chance.random() < LOST:
            await response.aread()
            raise httpx.ReadError("the answer was lost")
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class Backend:
    """A hotline that counts."""

    def __init__(self) -> None:
        self.tickets: dict[str, dict[str, Any]] = {}
        self.later: dict[str, tuple[str, int]] = {}
        self.calls = 0

    def photos(self, ticket: dict[str, Any]) -> int:
        """With the ticket and after it."""
        after = (count for reference, count in self.later.values() if reference == ticket["reference"])
        return len(ticket["attachments"]) + sum(after)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/tickets")
        async def file(request: Request) -> dict[str, str]:
            self.calls += 1
            document = await request.json()
            self.tickets.setdefault(document["idempotency_key"], document)
            return {"hotline_ref": f"H{document['reference']}"}

        @app.post("/tickets/{ref}/events")
        async def add(ref: str, request: Request) -> dict[str, str]:
            """The rest of an album, if "submit" was pressed before it had all come."""
            document = await request.json()
            key = request.headers["Idempotency-Key"]
            self.later[key] = (ref.removeprefix("H"), len(document.get("attachments") or ()))
            return {}

        @app.get("/tickets")
        async def find(idempotency_key: str) -> JSONResponse:
            found = self.tickets.get(idempotency_key)
            ref = {"hotline_ref": f"H{found['reference']}"} if found else {}
            return JSONResponse(ref, 200 if found else 404)

        return app


class Somebody:
    """One citizen who writes in a hurry, sends photos, and presses everything twice."""

    def __init__(self, number: int, phone: Any, chance: random.Random) -> None:
        self.phone, self._chance = phone, chance
        self.own_number = f"139{number:08d}"
        self.picture = a_png(number % 256)
        self.words = [
            f"甲{number}：新华路15号院楼下烧烤店油烟太大，晚上没法开窗",
            f"乙{number}：每天晚上九点到十二点都这样，孩子睡不着觉",
            f"丙{number}：我姓王，电话{self.own_number}",
        ]

    async def lives(self) -> None:
        await asyncio.sleep(self._chance.uniform(0, 2))
        for text in self.words:
            await self.phone.say(text)
        await self.phone.photos([Picked(self.picture, "image/png", "a.png")] * 3)
        await self._press_twice("登记前请看一眼", "同意")
        await self._press_twice("单独确认", "单独同意")
        if "位市民" in (await self._hears("请核对", "位市民")).text:  # as others say the same
            await self._press_twice("位市民", "单独登记")
        await self._press_twice("请核对", "提交")
        await self._hears("您的诉求已登记")

    async def _press_twice(self, words: str, label: str) -> None:
        bubble = await self._hears(words)
        button = next(one for one in bubble.buttons if one.label.partition("（")[0] == label)
        await self.phone.tap(bubble.id, button.id)
        still = self.phone._room.messages[int(bubble.id)].get("reply_markup")
        if still and self._chance.random() < 0.5:
            await self.phone.tap(bubble.id, button.id)

    async def _hears(self, *words: str) -> Any:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._shown(words)
        except TimeoutError:
            chat = [(bubble.side, bubble.text[:40], len(bubble.buttons)) for bubble in self.phone.bubbles(0)]
            pytest.fail(f"{self.own_number} never saw {words}, but {chat}")

    async def _shown(self, words: tuple[str, ...]) -> Any:
        while True:
            chat = self.phone.bubbles(0)
            for bubble in reversed(chat):
                said = any(word in bubble.text for word in words)
                if bubble.side == "bot" and said and bubble.buttons:
                    return bubble
            await self.phone.changed(max((bubble.version for bubble in chat), default=0))


@pytest.mark.timeout(1800)
async def test_everybody_is_heard_in_order_and_has_one_ticket(
    tmp_path: Path, postgresql_url: str, redis_url: str
) -> None:
    chance, backend, ports = random.Random(7), Backend(), [free_port(), free_port()]
    doors, starting = TwoDoors(ports, chance), list[Coroutine[Any, Any, None]]()
    async with AsyncExitStack() as town:
        http = await town.enter_async_context(httpx.AsyncClient(transport=doors))
        hook = f"http://127.0.0.1:{ports[0]}/webhooks/telegram"
        platform = TelegramPlatform(TOKEN, hook, SECRET, http, utc_now, time_scale=0.05)
        api = FastAPI()
        api.include_router(api_router(platform))
        api_url = await town.enter_async_context(listening(api))
        backend_url = await town.enter_async_context(listening(backend.app()))
        town.push_async_callback(platform.aclose)
        env = {
            "JIESU_DATABASE_URL": postgresql_url,
            "JIESU_REDIS_URL": redis_url,
            "JIESU_SECRET_KEY": "a secret of the tests of many",
            "JIESU_TELEGRAM__TOKEN": TOKEN,
            "JIESU_TELEGRAM__WEBHOOK_SECRET": SECRET,
            "JIESU_TELEGRAM__API_URL": api_url,
            "JIESU_HOTLINE__KIND": "rest",
            "JIESU_HOTLINE__URL": backend_url,
            "JIESU_HOTLINE__SECRET": "whsec_c2VjcmV0LW9mLXRoZS10ZXN0cyBzZWNyZXQtb2YtdGhlLXRlc3Rz",
        }
        for port in ports:
            web = ("serve", "--no-worker", "--port", str(port))
            started = await town.enter_async_context(running(tmp_path / str(port), env, *web))
            starting.append(answers(f"http://127.0.0.1:{port}/readyz", started))
        for name in ("1", "2"):
            await town.enter_async_context(running(tmp_path / name, env, "work"))
        await asyncio.gather(*starting)
        people = [Somebody(n, await platform.phone(None), chance) for n in range(MANY)]
        await asyncio.gather(*(one.lives() for one in people))
        await platform.delivery.idle()
        await has_all(people, backend)
        everyone_in_order_once(people, backend)
        assert taken(postgresql_url) == platform.number_of_updates()
        assert doors.brought > platform.number_of_updates()


async def has_all(people: list[Somebody], backend: Backend) -> None:
    """Waits for every ticket with its photos: a receipt is told before its ticket has left."""

    def lacking() -> dict[str, int]:
        photos = {one["person"]["phone"]: backend.photos(one) for one in backend.tickets.values()}
        counts = {one.own_number: photos.get(one.own_number, 0) for one in people}
        return {phone: count for phone, count in counts.items() if count < 3}

    try:
        async with asyncio.timeout(PATIENCE):
            while lacking():
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"tickets or photos never came: {lacking()}")


def everyone_in_order_once(people: list[Somebody], backend: Backend) -> None:
    tickets = list(backend.tickets.values())
    assert len(tickets) == len(people)
    by_phone = {ticket["person"]["phone"]: ticket for ticket in tickets}
    for one in people:
        ticket = by_phone[one.own_number]
        places = [ticket["content"].find(words[:8]) for words in one.words[:2]]
        assert -1 < places[0] < places[1]
        assert backend.photos(ticket) == 3
        receipts = [bubble for bubble in one.phone.bubbles(0) if "您的诉求已登记" in bubble.text]
        assert len(receipts) == 1


def taken(url: str) -> int:
    """Updates with a turn of their own."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM inbox WHERE aside_sealed IS NULL").fetchone()
        assert row is not None
        return int(row[0])
