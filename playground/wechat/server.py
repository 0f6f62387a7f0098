"""What WeChat keeps of one account: followers, files, settings, pushes on their way.

It pushes what citizens do as the platform does (signed, encrypted, three deliveries of five
seconds), shows what the server answers, and keeps what the API (`playground.wechat.api`) serves.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx

from playground.chat import Chat
from playground.phones import Bubble, Button, NoSuchPhone
from playground.wechat.cipher import Seal
from playground.wechat.rights import Tokens, Window
from playground.wechat.wire import AccountOutOfOrder, ConsoleSettings, Mode, links, shown

DELIVERIES = 3
FAULT = "wechat-fault"
"""The notice's key in the page's phrases: the account cannot serve you, try later."""

_MOST_CITIZENS = 2000
_MOST_MEDIA = 64 * 1024 * 1024  # bytes
_MEDIA_LASTS = timedelta(days=3)


@dataclass(slots=True)
class Follower:
    """One follower: their chat, and what may still be sent to them."""

    openid: str
    chat: Chat = field(default_factory=Chat)
    window: Window = field(default_factory=Window)
    follows: bool = False
    allows: dict[str, int] = field(default_factory=dict)  # notifications by template: how often


@dataclass(frozen=True, slots=True)
class TemporaryFile:
    """A temporary file. `kind` is image, voice or video."""

    kind: str
    content: bytes
    media_type: str
    at: datetime


class WeChatServer:
    """One service account's WeChat. `patience` scales the five seconds; `clock` may be virtual."""

    def __init__(
        self,
        *,
        appid: str,
        secret: str,
        token: str,
        aes_key: str,
        mode: Mode,
        webhook_url: str,
        http: httpx.AsyncClient,
        clock: Callable[[], datetime],
        patience: float = 5.0,
        in_json: bool = False,
        original_id: str = "gh_playground",
    ) -> None:
        self.appid = appid
        self.secret = secret
        self.wire = ConsoleSettings(Seal(appid, token, aes_key), mode, in_json)
        self.original_id = original_id
        self.clock = clock
        self.tokens = Tokens()
        self.calls: Counter[str] = Counter()  # API calls by path
        self.refuse: dict[str, int] = {}  # path -> the errcode it is to answer with
        self.verified = True  # an account that is not may only answer
        self.menu: dict[str, Any] | None = None
        self._webhook_url = webhook_url
        self._http = http
        self._patience = patience
        self._citizens: dict[str, Follower] = {}
        self._media: dict[str, TemporaryFile] = {}
        self._last_id = 0
        self._under_way: set[asyncio.Task[None]] = set()

    def follower(self, user: str | None) -> Follower:
        """Who has this openid, or a new citizen for None. Raises NoSuchPhone."""
        if user is None:
            citizen = Follower("o" + secrets.token_urlsafe(24)[:27])
            self._citizens[citizen.openid] = citizen
            _drop_oldest(self._citizens, len(self._citizens) - _MOST_CITIZENS)
            return citizen
        if user not in self._citizens:
            raise NoSuchPhone(user)
        return self._citizens[user]

    def citizen(self, openid: str) -> Follower | None:
        return self._citizens.get(openid)

    def media(self, media_id: str) -> tuple[bytes, str] | None:
        """A file seen in a chat; None once its three days are over."""
        stored = self.stored(media_id)
        return (stored.content, stored.media_type) if stored else None

    def stored(self, media_id: str) -> TemporaryFile | None:
        found = self._media.get(media_id)
        return found if found and self.clock() < found.at + _MEDIA_LASTS else None

    def keep(self, kind: str, content: bytes, media_type: str) -> str:
        """Take a citizen's file; its MediaId. The oldest files make room."""
        media_id = secrets.token_urlsafe(48)
        self._media[media_id] = TemporaryFile(kind, content, media_type, self.clock())
        while sum(len(stored.content) for stored in self._media.values()) > _MOST_MEDIA:
            _drop_oldest(self._media, 1)
        return media_id

    def next_id(self) -> int:
        """A 64-bit id, growing over restarts too."""
        self._last_id = max(self._last_id + 1, int(self.clock().timestamp() * 1000) << 20)
        return self._last_id

    def push_soon(self, citizen: Follower, fields: Mapping[str, Any]) -> None:
        """Deliver without keeping the thumb waiting; `settled` waits for it."""
        self._start(self.push(citizen, fields))

    async def settled(self) -> None:
        """Return when every push under way has been answered or given up."""
        while self._under_way:
            await asyncio.wait(set(self._under_way))

    async def push(self, citizen: Follower, fields: Mapping[str, Any]) -> None:
        """Deliver one push as the platform does: up to three times, then the fault notice."""
        response = await self.bring(citizen, fields)
        if response is None:
            self._notice(citizen)
        else:
            self._answered(citizen, response, str(fields.get("Event", "")))

    async def bring(self, citizen: Follower, fields: Mapping[str, Any]) -> httpx.Response | None:
        """The same push again until its answer is 200, three times at most; the last answer, if any."""
        whole = {"ToUserName": self.original_id, "FromUserName": citizen.openid} | dict(fields)
        response = None
        for _ in range(DELIVERIES):
            response = await self._deliver(citizen, whole)
            if response is not None and response.status_code == HTTPStatus.OK:
                break
        return response

    def say(self, citizen: Follower, text: str) -> Bubble:
        """Show what the account wrote."""
        buttons = tuple(
            Button(f"{link.menu_id}|{link.content}", link.label, row) for row, link in enumerate(links(text))
        )
        return citizen.chat.add(self._bubble_id(), "bot", shown(text), self.clock(), buttons=buttons)

    async def deliver(self, citizen: Follower, fields: Mapping[str, Any]) -> httpx.Response:
        """One delivery, signed and sealed; whatever httpx raises comes through."""
        timestamp, nonce = str(int(self.clock().timestamp())), f"{secrets.randbelow(10**9):010d}"
        sealed, body = self.wire.push(fields, timestamp, nonce)
        return await self._http.post(
            self._webhook_url,
            params=self.wire.query(timestamp, nonce, citizen.openid) | sealed,
            content=body,
            headers={"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"},
            timeout=None,
        )

    async def _deliver(self, citizen: Follower, fields: Mapping[str, Any]) -> httpx.Response | None:
        try:
            async with asyncio.timeout(self._patience):
                return await self.deliver(citizen, fields)
        except (TimeoutError, httpx.TransportError):
            return None

    def _answered(self, citizen: Follower, response: httpx.Response, event: str) -> None:
        try:
            text = self.wire.reply(response.status_code, response.content, citizen.openid)
        except AccountOutOfOrder:
            self._notice(citizen)
            return
        if text is not None and event != "unsubscribe":
            self.say(citizen, text)

    def _notice(self, citizen: Follower) -> None:
        citizen.chat.add(self._bubble_id(), "platform", "", self.clock(), notice=FAULT)

    def _bubble_id(self) -> str:
        return str(self.next_id())

    def _start(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(what)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)


def _drop_oldest(kept: dict[str, Any], count: int) -> None:
    for key in list(kept)[: max(count, 0)]:
        del kept[key]
