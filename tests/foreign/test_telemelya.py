"""`jiesu serve` behind telemelya (PyPI): a webhook with files, which sends no secret and repeats nothing.

The secret is added on the way: without it our door stays shut, as it must.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from bench.crash.awake import awake
from bench.moved_clock import inherited
from tests.foreign.story import Citizen, is_handled, rates, submits
from tests.pictures import a_png
from tests.processes import Running, answers, free_port, listening, program, running

TOKEN, SECRET = "4200:stand-in", "a-secret"
USER = 77
KEY = {"Authorization": "Bearer any"}
PHOTO = a_png()


class Line:
    """The server's control API. What rides our answers is in its word about the delivery."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def say(self, text: str) -> None:
        await self._brings({"text": text})

    async def press(self, message_id: int, data: str) -> None:
        await self._brings({"callback_data": data, "callback_message_id": message_id})

    async def photo(self, content: bytes) -> None:
        made = await self._http.post("/upload_media", files={"file": ("a.jpg", content, "image/jpeg")})
        await self._brings({"photo_file_id": made.raise_for_status().json()["file_id"]})

    async def sent(self) -> list[dict[str, Any]]:
        answer = (await self._http.get("/responses")).raise_for_status().json()
        return [one for one in answer["responses"] if one["method"] == "sendMessage"]

    async def _brings(self, what: dict[str, Any]) -> None:
        body = {"chat_id": USER, "from_user": {"id": USER, "first_name": "王"}} | what
        answer = await self._http.post("/send_update", params={"bot_token": TOKEN}, json=body)
        delivery = answer.raise_for_status().json()["delivery"]
        assert delivery["status_code"] == 200, delivery
        riding = json.loads(delivery["response_body"] or "{}")
        assert "reply_markup" not in riding or "inline_keyboard" not in riding["reply_markup"]


def relay(to: str) -> FastAPI:
    """Passes pushes on, with the secret Telegram would send."""
    app = FastAPI()

    @app.post("/webhooks/telegram")
    async def push(request: Request) -> Response:
        async with httpx.AsyncClient(timeout=30) as http:
            secret = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
            answer = await http.post(f"{to}/webhooks/telegram", content=await request.body(), headers=secret)
        return Response(answer.content, answer.status_code)

    return app


@pytest.fixture
async def server(telemelya: Path, tmp_path: Path, redis_url: str) -> AsyncIterator[tuple[Line, str]]:
    """telemelya and the store of files that it needs."""
    port, files = free_port(), free_port()
    address = f"http://127.0.0.1:{port}"
    bare = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    env = bare | inherited(os.environ)
    own = {
        "MOCK_SERVER_HOST": "127.0.0.1",
        "MOCK_SERVER_PORT": str(port),
        "REDIS_URL": redis_url,
        "MINIO_ENDPOINT": f"127.0.0.1:{files}",
    }
    async with AsyncExitStack() as town:
        store = str(telemelya / "moto_server"), "-H", "127.0.0.1", "-p", str(files)
        stored = await town.enter_async_context(program(tmp_path / "files", env, *store, name="files"))
        await answers(f"http://127.0.0.1:{files}/moto-api/", stored)
        run = str(telemelya / "python"), "-m", "telemelya.server.app"
        started = await town.enter_async_context(program(tmp_path / "api", env | own, *run, name="api"))
        await answers(f"{address}/", started)
        http = await town.enter_async_context(
            httpx.AsyncClient(base_url=f"{address}/api/v1/test", headers=KEY, timeout=60)
        )
        yield Line(http), address


@pytest.mark.timeout(600)
async def test_the_main_story_with_a_photo(
    server: tuple[Line, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, address = server
    port, home = free_port(), tmp_path / "bot"
    ours = f"http://127.0.0.1:{port}"
    async with listening(relay(ours)) as public:
        env = {
            "JIESU_TELEGRAM__TOKEN": TOKEN,
            "JIESU_TELEGRAM__WEBHOOK_SECRET": SECRET,
            "JIESU_TELEGRAM__API_URL": address,
            "JIESU_PUBLIC_URL": public,
            "JIESU_CITY": awake(tmp_path / "awake"),
        }
        async with running(home, env, "serve", "--port", str(port)) as bot:
            await answers(f"{ours}/readyz", bot)
            await told_where(address, public, bot)
            citizen = Citizen(line)
            await line.photo(PHOTO)
            await submits(citizen)
            monkeypatch.chdir(home)
            filed = await is_handled()
            assert filed.document.person.phone == "13912345678"
            assert [part.size for part in filed.document.attachments] == [len(PHOTO)]
            await rates(citizen)
    told = [message["text"] for message in await line.sent()]
    assert len([text for text in told if "您的诉求已登记" in text]) == 1


async def told_where(address: str, public: str, bot: Running) -> None:
    """Returns as soon as the server has our webhook."""
    async with httpx.AsyncClient() as http:
        while True:
            known = (await http.post(f"{address}/bot{TOKEN}/getWebhookInfo")).json()["result"]["url"]
            if known.startswith(public):
                return
            assert not bot.died(), bot.died()
            await asyncio.sleep(0.2)
