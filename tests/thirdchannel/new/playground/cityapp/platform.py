"""The city's app, played: its citizens' phones, and the API by which it is written to."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

import httpx
from fastapi import APIRouter, HTTPException, Request

from playground.chat import Chat
from playground.phones import Bubble, Button, NoSuchButton, NoSuchPhone, NotOnThisApp, Picked

TRIES = 3


class CityAppPlatform:
    """Implements `PhoneShop`."""

    def __init__(
        self, secret: str, webhook_url: str, http: httpx.AsyncClient, clock: Callable[[], datetime]
    ) -> None:
        self.clock = clock
        self._secret = secret
        self._url = webhook_url
        self._http = http
        self._phones: dict[str, CityAppPhone] = {}
        self._ids = count(1)

    async def phone(self, user: str | None) -> "CityAppPhone":
        if user is None:
            user = f"resident-{len(self._phones) + 1}"
            self._phones[user] = CityAppPhone(self, user)
        if user not in self._phones:
            raise NoSuchPhone(user)
        return self._phones[user]

    def split(self, text: str) -> list[str]:
        return [text]

    def media(self, media_id: str) -> tuple[bytes, str] | None:
        return None

    def api(self) -> APIRouter:
        """What our channel calls."""
        routes = APIRouter(include_in_schema=False)

        @routes.get("/me")
        async def me(request: Request) -> dict[str, str]:
            self._checked(request)
            return {"name": "city app"}

        @routes.post("/messages")
        async def messages(request: Request) -> dict[str, str]:
            self._checked(request)
            message = await request.json()
            if message["user"] not in self._phones:
                raise HTTPException(404)
            self._phones[message["user"]].show(message, message["key"])
            return {}

        return routes

    async def post(self, phone: "CityAppPhone", **said: Any) -> None:
        """One message to our webhook, again while it is not taken; what it answers is shown."""
        post = {"id": f"m{next(self._ids)}", "user": phone.user, **said}
        for _ in range(TRIES):
            answer = await self._http.post(self._url, json=post, headers={"X-CityApp-Secret": self._secret})
            if answer.status_code == 200:
                for number, message in enumerate(answer.json()["messages"]):
                    phone.show(message, f"cityapp:{post['id']}:{number}")
                return

    def _checked(self, request: Request) -> None:
        if request.headers.get("x-cityapp-secret") != self._secret:
            raise HTTPException(401)


class CityAppPhone:
    """`playground.phones.Phone` on the city's app."""

    def __init__(self, platform: CityAppPlatform, user: str) -> None:
        self._platform = platform
        self._chat = Chat()
        self._buttons: dict[str, Mapping[str, Any]] = {}
        self.user = user

    def bubbles(self, after: int) -> tuple[Bubble, ...]:
        return self._chat.since(after)

    async def changed(self, after: int) -> None:
        await self._chat.changed(after)

    async def open(self) -> None:
        await self._platform.post(self, event="start")

    async def say(self, text: str) -> None:
        self._chat.add(f"own:{len(self.bubbles(0))}", "citizen", text, self._platform.clock())
        await self._platform.post(self, text=text)

    async def tap(self, bubble_id: str, button_id: str) -> None:
        if button_id not in self._buttons:
            raise NoSuchButton(button_id)
        await self._platform.post(self, pressed=self._buttons[button_id])

    async def photos(self, files: Sequence[Picked], caption: str = "") -> None:
        raise NotOnThisApp

    async def voice(self, file: Picked) -> None:
        raise NotOnThisApp

    async def location(self, lat: float, lng: float, label: str = "") -> None:
        raise NotOnThisApp

    async def contact(self, phone: str, name: str) -> None:
        raise NotOnThisApp

    def show(self, message: Mapping[str, Any], key: str) -> None:
        """One message of the hotline's; the same key again is the same message."""
        if self._chat.find(key) is not None:
            return
        buttons = tuple(Button(f"{key}:{n}", one["label"]) for n, one in enumerate(message["buttons"]))
        for n, one in enumerate(message["buttons"]):
            self._buttons[f"{key}:{n}"] = one["pressed"]
        self._chat.add(key, "bot", message["text"], self._platform.clock(), buttons=buttons)
