"""A phone without a platform behind it: it echoes, so that the page can be tried alone."""

import itertools
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Response

from playground.chat import Chat
from playground.page import PageCity, PagePlace, router
from playground.phones import (
    Attached,
    Bubble,
    Button,
    NoSuchButton,
    NoSuchPhone,
    NotOnThisApp,
    Picked,
    Pin,
    Side,
)

MENU = (
    Button("yes", "是的，提交"),
    Button("edit", "修改", row=1),
    Button("stop", "取消", row=1),
    Button("card", "发送我的手机号", row=2, asks="contact"),
)


class EchoPhone:
    """Says everything back; `菜单` brings buttons, and a tap edits them away."""

    def __init__(self, user: str, app: str, media: dict[str, tuple[bytes, str]]) -> None:
        self.user = user
        self.app = app
        self.chat = Chat()
        self._media = media
        self._ids = (str(number) for number in itertools.count(1))

    def bubbles(self, after: int) -> tuple[Bubble, ...]:
        return self.chat.since(after)

    async def changed(self, after: int) -> None:
        await self.chat.changed(after)

    async def open(self) -> None:
        self._add("platform", "", notice="followed" if self.app == "wechat" else "started")
        self._add("bot", "您好，这里是嘉峪关12345热线。请说说发生了什么事？")

    async def say(self, text: str) -> None:
        self._add("citizen", text)
        self._add("bot", text, MENU if text == "菜单" else ())

    async def tap(self, bubble_id: str, button_id: str) -> None:
        bubble = self.chat.find(bubble_id)
        pressed = next((b for b in bubble.buttons if b.id == button_id), None) if bubble else None
        if pressed is None:
            raise NoSuchButton(button_id)
        self.chat.edit(bubble_id, text=f"{pressed.label} ✓", buttons=())

    async def photos(self, files: Sequence[Picked], caption: str = "") -> None:
        for file in files:
            self._add("citizen", caption, attached=Attached("photo", self._kept(file)))

    async def voice(self, file: Picked) -> None:
        self._add("citizen", "", attached=Attached("voice", self._kept(file)))

    async def location(self, lat: float, lng: float, label: str = "") -> None:
        self._add("citizen", "", pin=Pin(lat, lng, label))

    async def contact(self, phone: str, name: str) -> None:
        if self.app == "wechat":
            raise NotOnThisApp
        self._add("citizen", f"{name} {phone}")

    def _kept(self, file: Picked) -> str:
        media_id = f"{self.user}/{len(self._media)}"
        self._media[media_id] = (file.content, file.media_type)
        return media_id

    def _add(
        self,
        side: Side,
        text: str,
        buttons: tuple[Button, ...] = (),
        *,
        attached: Attached | None = None,
        pin: Pin | None = None,
        notice: str = "",
    ) -> None:
        now = datetime.now(UTC)
        self.chat.add(
            next(self._ids), side, text, now, buttons=buttons, attached=attached, pin=pin, notice=notice
        )


class EchoShop:
    def __init__(self, app: str) -> None:
        self.app = app
        self.phones: dict[str, EchoPhone] = {}
        self.files: dict[str, tuple[bytes, str]] = {}

    async def phone(self, user: str | None) -> EchoPhone:
        if user is None:
            user = f"{self.app}-{len(self.phones) + 1}"
            self.phones[user] = EchoPhone(user, self.app, self.files)
        if user not in self.phones:
            raise NoSuchPhone(user)
        return self.phones[user]

    def media(self, media_id: str) -> tuple[bytes, str] | None:
        return self.files.get(media_id)


SCENE = PageCity(
    city="嘉峪关",
    account="嘉峪关12345热线",
    places=(PagePlace("雄关街道", 39.7980, 98.2710), PagePlace("新城镇", 39.9130, 98.4870)),
)


@pytest.fixture
def shops() -> dict[str, EchoShop]:
    return {app: EchoShop(app) for app in ("wechat", "telegram")}


@pytest.fixture
def site(shops: dict[str, EchoShop]) -> FastAPI:
    app = FastAPI()
    app.include_router(router(shops, SCENE))

    @app.get("/desk")
    async def desk() -> Response:
        return Response("<!doctype html><title>desk</title><h1>工作台</h1>", media_type="text/html")

    return app


@pytest.fixture
async def page(site: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client that looks like the page itself."""
    transport = httpx.ASGITransport(site)
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with httpx.AsyncClient(transport=transport, base_url="http://page", headers=headers) as client:
        yield client


@pytest.fixture
def address(site: FastAPI) -> Iterator[str]:
    """The site on a real port, for a real browser."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(site, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()
