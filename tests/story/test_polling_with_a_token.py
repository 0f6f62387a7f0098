"""The whole story over long polling: the real command, and nothing in its environment but a token."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.settings import Enclosed
from app.wiring import open_desk, utc_now
from desk.states import Actor, Role, State
from playground.telegram_api import api_router
from playground.telegram_platform import TelegramPlatform

TOKEN = "4200:nothing-but-a-token"
CENTRE = Actor(Role.CENTRE, "desk", None)
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def stand_in() -> AsyncIterator[tuple[TelegramPlatform, str]]:
    """Telegram on a free port."""
    async with httpx.AsyncClient() as http:
        platform = TelegramPlatform(TOKEN, None, "", http, utc_now)
        app = FastAPI()
        app.include_router(api_router(platform))
        with closing(socket.socket()) as line:
            line.bind(("127.0.0.1", 0))
            config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1)
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[line]))
            yield platform, f"http://127.0.0.1:{line.getsockname()[1]}"
            await platform.aclose()
            server.should_exit = True
            await serving


@asynccontextmanager
async def polling(api_url: str, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """`jiesu poll` in an empty folder; it must end by itself when told."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("JIESU_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from cli.main import run; run()",
        "poll",
        "--port",
        "0",
        cwd=folder,
        env=bare
        | {"PYTHONPATH": str(ROOT), "JIESU_TELEGRAM__TOKEN": TOKEN, "JIESU_TELEGRAM__API_URL": api_url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    reading = asyncio.create_task(process.communicate())
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        _, errors = await reading
        sys.stderr.write(errors.decode())  # what a failed test is understood by
    assert process.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in errors.decode()


async def asked(platform: TelegramPlatform) -> None:
    """The command is up: it has asked for updates."""
    async with asyncio.timeout(60):
        while not any(method == "getUpdates" for method, _ in platform.calls):
            await asyncio.sleep(0.05)


async def test_the_whole_story_with_nothing_but_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, citizen_of: Any
) -> None:
    async with stand_in() as (platform, api_url), polling(api_url, tmp_path):
        await asked(platform)
        citizen = citizen_of(await platform.phone(None))
        await citizen.says("新华路15号院楼下烧烤店油烟太大，我姓王，电话13912345678")
        await citizen.agrees()
        await citizen.hears("请核对")
        await citizen.taps("提交")
        await citizen.hears("您的诉求已登记")
        monkeypatch.chdir(tmp_path)
        async with open_desk(Enclosed(), "http://desk") as alone:
            await handled(alone.desk)
        await citizen.hears("已受理")
        await citizen.hears("已转至【")
        pushed = await citizen.hears("油烟净化器")
        assert "13912345678" not in pushed.text
        await citizen.hears("联系过您吗")
        await citizen.taps("联系过")
        await citizen.hears("解决了吗")
        await citizen.taps("已解决")
        await citizen.hears("满意吗")
        await citizen.taps("满意")
        await citizen.hears("谢谢您的评价")
        assert set(platform.profile) >= {("commands", ""), ("commands", "en")}


async def handled(desk: Any) -> None:
    """The desk's part, on the same database as the running bot."""
    async with asyncio.timeout(20):
        while not (found := await desk.queue(CENTRE)):
            await asyncio.sleep(0.05)
    (ticket,) = found
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("accept", {}),
        ("dispatch", {"lead_unit": "urban_management"}),
        ("sign", {}),
        ("contact", {}),
        ("answer", {"public_text": "已装油烟净化器，已电话13912345678告知", "internal_text": "好"}),
        ("complete", {}),
    )
    for action, fields in steps:
        ticket = await desk.act(ticket.hotline_ref, action, CENTRE, ticket.version, **fields)
    assert ticket.life.state is not State.SUBMITTED
