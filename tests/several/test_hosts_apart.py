"""Two hosts whose clocks are two minutes apart, and far ends that cannot tell a repeat from something new.

The backend files whatever it is sent, and cannot be asked; both far ends take their time, so that what one
host has in hand lies in the past of the other's clock. Nothing may go twice.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from bench import moved_clock
from tests.doors import CITY, Doors
from tests.processes import ROOT, answers, cold, free_port, listening, running

APART = timedelta(seconds=120)
CITIZENS = 12
TAKES = 1.5  # seconds that a far end thinks
PATIENCE = 180.0
RECEIPT = "您的诉求已登记"
SAYS = ("同意", "单独同意", "单独登记", "提交")


@dataclass
class FarEnds:
    """A backend and a Bot API that count, and take everything."""

    filed: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/tickets")
        async def file(request: Request) -> dict[str, str]:
            reference = (await request.json())["reference"]
            self.filed[reference] += 1
            await asyncio.sleep(TAKES)
            return {"hotline_ref": f"H{reference}{self.filed[reference]}"}

        @app.get("/tickets")
        async def find() -> JSONResponse:
            return JSONResponse({}, 404)

        @app.post("/bot{token}/{method}")
        async def call(request: Request, method: str) -> dict[str, Any]:
            form = await request.form()
            if "chat_id" not in form or method != "sendMessage":
                return {"ok": True, "result": True}
            chat, text = str(form["chat_id"]), str(form["text"])
            self.heard[chat] += RECEIPT in text
            await asyncio.sleep(TAKES)
            message = {"message_id": 1, "date": 0, "chat": {"id": int(chat), "type": "private"}, "text": text}
            return {"ok": True, "result": message}

        return app


def ahead(by: timedelta) -> Mapping[str, str]:
    """What puts a process's clock ahead; skipped by name where there is no such library."""
    if (library := moved_clock.library()) is None:
        pytest.skip(moved_clock.MISSING)
    now = datetime.now(UTC)
    moved = moved_clock.moved(now + by, now, library)
    return {**moved, "PYTHONPATH": os.pathsep.join((moved["PYTHONPATH"], str(ROOT)))}


async def lives(doors: Doors, user: int) -> None:
    """On Telegram, until the ticket is handed in."""
    road = f"新华路{user * 7}号院门口井盖坏了，我姓王，电话139000000{user:02}"
    for step, words in enumerate((road, *SAYS)):
        assert (await doors.telegram(user, user * 100 + step, words)).status_code == 200


@pytest.mark.timeout(900)
async def test_every_ticket_is_filed_once_and_every_text_sent_once(
    tmp_path: Path, postgresql_url: str, redis_url: str
) -> None:
    far, port = FarEnds(), free_port()
    async with AsyncExitStack() as city:
        url = await city.enter_async_context(listening(far.app()))
        env = CITY | {
            "JIESU_DATABASE_URL": postgresql_url,
            "JIESU_REDIS_URL": redis_url,
            "JIESU_HOTLINE__URL": url,
            "JIESU_TELEGRAM__API_URL": url,
            "JIESU_SECRET_KEY": "a secret of the tests of two hosts",
        }
        web = await city.enter_async_context(running(tmp_path / "one", env, "serve", "--port", str(port)))
        other_port = free_port()
        other = await city.enter_async_context(
            cold(tmp_path / "other", env | ahead(APART), "work", "--port", str(other_port))
        )
        await answers(f"http://127.0.0.1:{port}/readyz", web)
        await answers(f"http://127.0.0.1:{other_port}/readyz", other)
        http = await city.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE)
        )
        await asyncio.gather(*(lives(Doors(http), user) for user in range(1, CITIZENS + 1)))
        async with asyncio.timeout(PATIENCE):
            while len(far.filed) < CITIZENS or sum(far.heard.values()) < CITIZENS:
                await asyncio.sleep(0.1)
        await asyncio.sleep(4 * TAKES)  # whoever takes another's for due takes it within a look
    assert set(far.filed.values()) == {1}, far.filed
    assert {chat: count for chat, count in far.heard.items() if count} == {
        str(user): 1 for user in range(1, CITIZENS + 1)
    }
    assert "our clock is not the database's" in other.log.read_text()
