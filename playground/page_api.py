"""The page's JSON doors to the phones: what a thumb can do, and what the screen shows.

News are fetched by long polling: a question that waits is answered as soon as a bubble is
added or edited. One way only, which needs no second one to fall back to, and it never keeps
the server from stopping for longer than `LONGEST_WAIT`.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Query, Response, UploadFile
from pydantic import BaseModel, Field

from playground.access import GuardedRoute
from playground.phones import Bubble, NoSuchButton, NoSuchPhone, NotOnThisApp, Phone, PhoneShop, Picked

LONGEST_WAIT = 5.0  # seconds
MOST_PHOTOS = 10  # an album's size on Telegram; WeChat sends 9 at once

# What a browser may show in place; anything else is offered as a download, since a page
# served from here could drive the phones.
_SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/")


class PhoneText(BaseModel):
    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class PhoneTap(BaseModel):
    bubble_id: str
    button_id: str


class PhonePin(BaseModel):
    lat: Annotated[float, Field(ge=-90, le=90)]
    lng: Annotated[float, Field(ge=-180, le=180)]
    label: Annotated[str, Field(max_length=200)] = ""


class PhoneContact(BaseModel):
    phone: Annotated[str, Field(min_length=1, max_length=40)]
    name: Annotated[str, Field(max_length=100)] = ""


class PageApi:
    """The HTTP side of the shops, by the app's name."""

    def __init__(self, shops: Mapping[str, PhoneShop]) -> None:
        self._shops = shops

    async def new(self, app: str) -> dict[str, str]:
        phone = await self._shop(app).phone(None)
        return {"user": phone.user}

    async def bubbles(
        self,
        app: str,
        user: str,
        after: Annotated[int, Query(ge=0)] = 0,
        wait: Annotated[float, Query(ge=0, le=60)] = 0,
    ) -> dict[str, Any]:
        """Bubbles above version `after`; waits up to `wait` seconds (5 at most) for the first."""
        phone = await self._phone(app, user)
        if wait and not phone.bubbles(after):
            with suppress(TimeoutError):
                await asyncio.wait_for(phone.changed(after), min(wait, LONGEST_WAIT))
        news = phone.bubbles(after)
        version = max((bubble.version for bubble in news), default=after)
        return {"bubbles": [_as_json(app, bubble) for bubble in news], "version": version}

    async def open(self, app: str, user: str) -> None:
        await (await self._phone(app, user)).open()

    async def say(self, app: str, user: str, said: PhoneText) -> None:
        await (await self._phone(app, user)).say(said.text)

    async def tap(self, app: str, user: str, tapped: PhoneTap) -> None:
        phone = await self._phone(app, user)
        try:
            await phone.tap(tapped.bubble_id, tapped.button_id)
        except NoSuchButton as gone:
            raise HTTPException(404, "No such button, or no longer") from gone

    async def photos(
        self, app: str, user: str, files: list[UploadFile], caption: Annotated[str, Form()] = ""
    ) -> None:
        phone = await self._phone(app, user)
        if len(files) > MOST_PHOTOS:
            raise HTTPException(413, "Too many photos at once")
        await phone.photos([await _picked(file) for file in files], caption)

    async def voice(self, app: str, user: str, file: UploadFile) -> None:
        phone = await self._phone(app, user)
        await phone.voice(await _picked(file))

    async def location(self, app: str, user: str, pinned: PhonePin) -> None:
        await (await self._phone(app, user)).location(pinned.lat, pinned.lng, pinned.label)

    async def contact(self, app: str, user: str, shared: PhoneContact) -> None:
        phone = await self._phone(app, user)
        try:
            await phone.contact(shared.phone, shared.name)
        except NotOnThisApp as unable:
            raise HTTPException(409, "This app has no contact card") from unable

    async def media(self, app: str, media_id: str) -> Response:
        found = self._shop(app).media(media_id)
        if found is None:
            raise HTTPException(404, "No such file")
        return _file(*found)

    def _shop(self, app: str) -> PhoneShop:
        if app not in self._shops:
            raise HTTPException(404, "No such app")
        return self._shops[app]

    async def _phone(self, app: str, user: str) -> Phone:
        try:
            return await self._shop(app).phone(user)
        except NoSuchPhone as unknown:
            raise HTTPException(404, "No such phone") from unknown


def routes(shops: Mapping[str, PhoneShop]) -> APIRouter:
    """`/playground/api/{app}/…`: everything the page's script calls."""
    doors = PageApi(shops)
    router = APIRouter(prefix="/playground/api/{app}", route_class=GuardedRoute, include_in_schema=False)
    router.add_api_route("/phones", doors.new, methods=["POST"], status_code=201)
    router.add_api_route("/phones/{user}/bubbles", doors.bubbles, methods=["GET"])
    router.add_api_route("/media/{media_id:path}", doors.media, methods=["GET"])
    for act in (doors.open, doors.say, doors.tap, doors.photos, doors.voice, doors.location, doors.contact):
        router.add_api_route(f"/phones/{{user}}/{act.__name__}", act, methods=["POST"], status_code=204)
    return router


def _as_json(app: str, bubble: Bubble) -> dict[str, Any]:
    shown = asdict(bubble)
    shown["at"] = bubble.at.isoformat()
    if bubble.attached:
        url = f"/playground/api/{app}/media/{quote(bubble.attached.media_id)}"
        shown["attached"] = {"kind": bubble.attached.kind, "url": url}
    return shown


async def _picked(file: UploadFile) -> Picked:
    return Picked(await file.read(), file.content_type or "", file.filename or "")


def _file(content: bytes, media_type: str) -> Response:
    shown = media_type.startswith(_SHOWN)
    headers = {
        "Content-Disposition": "inline" if shown else "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=3600",
    }
    return Response(content, headers=headers, media_type=media_type if shown else "application/octet-stream")
