"""`jiesu poll` against telegram-test-api (npm): no long polling, no files, few methods, answers cut short."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.crash.awake import awake
from tests.foreign.story import Citizen, is_handled, rates, submits
from tests.processes import answers, free_port, program, running

TOKEN = "666:nothing-but-a-token"
USER = 77
START = Path(__file__).with_name("start_telegram_test_api.js")


class Line:
    """The client's side of the server. It asks for what it is to pass on; a press needs its own date."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._who = {"id": USER, "is_bot": False, "first_name": "王", "language_code": "zh-hans"}
        self._chat = {"id": USER, "type": "private", "first_name": "王"}

    async def say(self, text: str) -> None:
        await self._does("sendMessage", {"text": text, **self._said()})

    async def press(self, message_id: int, data: str) -> None:
        under = {"message_id": message_id, "chat": self._chat, "date": int(time.time())}
        await self._does("sendCallback", {"data": data, "from": self._who, "message": under})

    async def sent(self) -> list[dict[str, Any]]:
        found = [one for one in await self._history() if _from_bot(one)]
        found.sort(key=lambda one: one["messageId"])
        return [one["message"] | {"message_id": one["messageId"]} for one in found]

    async def all_read(self) -> bool:
        """Whether the bot has asked for all there was."""
        return all(one["isRead"] for one in await self._history() if not _from_bot(one))

    async def _history(self) -> list[dict[str, Any]]:
        answer = await self._http.post("/getUpdatesHistory", json={"token": TOKEN})
        history: list[dict[str, Any]] = answer.raise_for_status().json()["result"]
        return history

    def _said(self) -> dict[str, Any]:
        return {"from": self._who, "chat": self._chat, "date": int(time.time())}

    async def _does(self, what: str, body: dict[str, Any]) -> None:
        (await self._http.post(f"/{what}", json=body | {"botToken": TOKEN})).raise_for_status()


def _from_bot(one: dict[str, Any]) -> bool:
    return "chat_id" in one.get("message", {})


@pytest.fixture
async def line(telegram_test_api: Path, tmp_path: Path) -> AsyncIterator[tuple[Line, str]]:
    port = free_port()
    env = {"NODE_PATH": str(telegram_test_api), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    address = f"http://127.0.0.1:{port}"
    async with (
        program(tmp_path / "server", env, "node", str(START), str(port), name="server") as started,
        httpx.AsyncClient(base_url=address, timeout=30) as http,
    ):
        await answers(f"{address}/bot{TOKEN}/getMe", started)
        yield Line(http), address


@pytest.mark.timeout(600)
async def test_the_main_story(
    line: tuple[Line, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, address = line
    home = tmp_path / "bot"
    env = {
        "JIESU_TELEGRAM__TOKEN": TOKEN,
        "JIESU_TELEGRAM__API_URL": address,
        "JIESU_CITY": awake(tmp_path / "awake"),
    }
    async with running(home, env, "poll", "--port", "0") as bot:
        await server.say("你好")
        while not await server.all_read():
            assert not bot.died(), bot.died()
            await asyncio.sleep(0.2)
        citizen = Citizen(server)
        await submits(citizen)
        monkeypatch.chdir(home)
        filed = await is_handled()
        assert filed.document.person.phone == "13912345678"
        await rates(citizen)
    told = [message["text"] for message in await server.sent()]
    assert len([text for text in told if "您的诉求已登记" in text]) == 1
