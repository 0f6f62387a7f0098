"""The whole story over long polling: the real command, and nothing in its environment but a token.

And a city that may ask at any hour, since the tests run at any hour."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.base.clock import utc_now
from app.base.settings import Enclosed
from app.bootstrap.backend import open_desk
from bench.crash.awake import awake
from desk.workflow.states import Actor, Role, State
from playground.telegram.bot_api import api_router
from playground.telegram.platform import TelegramPlatform
from tests.processes import STARTS, Running, cold, listening, running

TOKEN = "4200:nothing-but-a-token"
CENTRE = Actor(Role.CENTRE, "desk", None)


@asynccontextmanager
async def stand_in() -> AsyncIterator[tuple[TelegramPlatform, str]]:
    """Telegram on a free port."""
    async with httpx.AsyncClient() as http:
        platform = TelegramPlatform(TOKEN, None, "", http, utc_now)
        app = FastAPI()
        app.include_router(api_router(platform))
        async with listening(app) as address:
            try:
                yield platform, address
            finally:
                await platform.aclose()


def polling(api_url: str, folder: Path) -> AbstractAsyncContextManager[Running]:
    """`jiesu poll` in a folder of its own."""
    env = {
        "JIESU_TELEGRAM__TOKEN": TOKEN,
        "JIESU_TELEGRAM__API_URL": api_url,
        "JIESU_CITY": awake(folder / "awake"),
    }
    return running(folder, env, "poll", "--port", "0")


async def asked(platform: TelegramPlatform, bot: Running) -> None:
    """The command is up: it has asked for updates. Fails when it has ended."""
    async with asyncio.timeout(STARTS):
        while not any(method == "getUpdates" for method, _ in platform.calls):
            assert not bot.died(), bot.died()
            await asyncio.sleep(0.05)


@pytest.mark.timeout(600)
async def test_the_whole_story_with_nothing_but_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, citizen_of: Any
) -> None:
    async with stand_in() as (platform, api_url), polling(api_url, tmp_path) as bot:
        await asked(platform, bot)
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


@pytest.mark.timeout(600)
async def test_a_wrong_token_ends_it_with_one_sentence(tmp_path: Path) -> None:
    async with stand_in() as (platform, api_url):
        env = {"JIESU_TELEGRAM__TOKEN": "4200:wrong", "JIESU_TELEGRAM__API_URL": api_url}
        async with cold(tmp_path, env, "poll", "--port", "0") as started, asyncio.timeout(STARTS):
            assert await started.process.wait() == 1
        assert platform.calls == []
    said = started.log.read_text()
    assert "Telegram does not know this token" in said.splitlines()[-1]
    assert "Traceback" not in said
    assert "wrong" not in said


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
