"""What WeChat and Telegram put on the wire, and a client as light as can be to put it there."""

import asyncio
import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bench.load.keys import AES_KEY, APPID, TELEGRAM_SECRET, WECHAT_TOKEN
from playground.wechat.cipher import Seal
from playground.wechat.wire import ConsoleSettings

_numbers = itertools.count(time.time_ns())


@dataclass(slots=True)
class Line:
    """One connection that is kept open."""

    port: int
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
        """The answer's body. Raises RuntimeError unless it is 200."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        head = f"POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n{more}\r\n"
        writer.write(head.encode() + body)
        answered = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(answered.partition("content-length:")[2].partition("\r\n")[0] or 0)
        content = await reader.readexactly(length) if length else b""
        if "transfer-encoding: chunked" in answered:
            content = await _chunks(reader)
        if " 200 " not in answered.partition("\r\n")[0] + " ":
            raise RuntimeError(answered.partition("\r\n")[0])
        return content

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    found = b""
    while size := int(await reader.readline(), 16):
        found += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return found


@dataclass(slots=True)
class WeChatPhone:
    """A follower of the service account, in safe mode."""

    line: Line
    openid: str = field(default_factory=lambda: f"oBench{next(_numbers):022d}")
    _wire: ConsoleSettings = field(
        default_factory=lambda: ConsoleSettings(Seal(APPID, WECHAT_TOKEN, AES_KEY), "safe")
    )

    async def says(self, text: str) -> str:
        """The passive answer, decrypted."""
        stamp, nonce = str(int(time.time())), "1320562132"
        fields = {
            "ToUserName": "gh_bench",
            "FromUserName": self.openid,
            "CreateTime": int(stamp),
            "MsgType": "text",
            "Content": text,
            "MsgId": next(_numbers),
        }
        more, body = self._wire.push(fields, stamp, nonce)
        query = urlencode(self._wire.query(stamp, nonce, self.openid) | more)
        answer = await self.line.post(f"/webhooks/wechat?{query}", body, {"Content-Type": "text/xml"})
        return self._wire.reply(200, answer, self.openid) or ""


@dataclass(slots=True)
class TelegramPhone:
    """A private chat with the bot."""

    line: Line
    user: int = field(default_factory=lambda: 10_000_000 + next(_numbers) % 10**12)

    async def says(self, text: str) -> str:
        """What rides the webhook's answer; what is sent by a call of its own is not waited for."""
        person = {"id": self.user, "is_bot": False, "first_name": "王", "language_code": "zh-hans"}
        chat = {"id": self.user, "type": "private", "first_name": "王"}
        message = {"message_id": next(_numbers) % 10**9, "date": int(time.time()), "chat": chat}
        update: dict[str, Any] = {
            "update_id": next(_numbers) % 2**31,
            "message": message | {"from": person, "text": text},
        }
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}
        return (await self.line.post("/webhooks/telegram", json.dumps(update).encode(), headers)).decode()
