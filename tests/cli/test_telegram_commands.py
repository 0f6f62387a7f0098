"""`jiesu telegram setup` and `link`, against the stand-in: run as often as one likes."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from socket import socket
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.base.clock import utc_now
from playground.telegram.bot_api import api_router
from playground.telegram.platform import TelegramPlatform

TOKEN = "4200:stand-in"


@dataclass
class Stand:
    platform: TelegramPlatform
    settings: dict[str, str]

    def changes(self) -> list[str]:
        """What was set since this was asked last."""
        made = [method for method, _ in self.platform.calls if method.startswith("set")]
        self.platform.calls.clear()
        return made


@pytest.fixture
def stand() -> Iterator[Stand]:
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    platform = TelegramPlatform(TOKEN, None, "", http, utc_now)
    app = FastAPI()
    app.include_router(api_router(platform))
    with closing(socket()) as line:
        line.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [line]})
        thread.start()
        settings = {
            "JIESU_TELEGRAM__TOKEN": TOKEN,
            "JIESU_TELEGRAM__WEBHOOK_SECRET": "a-secret",
            "JIESU_TELEGRAM__API_URL": f"http://127.0.0.1:{line.getsockname()[1]}",
            "JIESU_PUBLIC_URL": "https://12345.example.org",
        }
        yield Stand(platform, settings)
        server.should_exit = True
        thread.join()


def test_setup_tells_all_and_the_second_time_changes_nothing_of_the_profile(jiesu: Any, stand: Stand) -> None:
    said = jiesu("telegram", "setup", **stand.settings)
    assert (said.status, said.out.splitlines()[-1]) == (0, "Webhook, commands and descriptions are set.")
    hook = stand.platform.delivery.hook
    assert hook is not None
    assert (hook.url, hook.secret) == ("https://12345.example.org/webhooks/telegram", "a-secret")
    assert set(hook.allowed) == {"message", "edited_message", "callback_query", "my_chat_member"}
    assert "setMyCommands" in stand.changes()
    assert jiesu("telegram", "setup").status == 0
    assert stand.changes() == ["setWebhook"]


def test_a_wrong_token_and_a_missing_address_are_one_sentence(jiesu: Any, stand: Stand) -> None:
    wrong = jiesu("telegram", "setup", **stand.settings | {"JIESU_TELEGRAM__TOKEN": "4200:wrong"})
    assert wrong.status == 1
    assert "does not know this token" in wrong.err
    assert "4200:wrong" not in wrong.out + wrong.err
    nowhere = jiesu("telegram", "setup", **stand.settings | {"JIESU_PUBLIC_URL": ""})
    assert nowhere.status == 1
    assert "JIESU_PUBLIC_URL" in nowhere.err
    assert len(nowhere.err.splitlines()) == 1


def test_a_link_is_signed_and_a_name_that_cannot_be_carried_is_refused(jiesu: Any, stand: Stand) -> None:
    said = jiesu("telegram", "link", "poster_7", **stand.settings)
    assert said.status == 0
    assert said.out.startswith("https://t.me/")
    assert "?start=poster_7-" in said.out
    assert jiesu("telegram", "link", "海报").status == 1
