"""Both apps' webhooks, knocked at as the platforms do."""

import time
from dataclasses import dataclass

import httpx

from playground.wechat.cipher import Seal
from playground.wechat.wire import ConsoleSettings

SECRET = "a-webhook-secret"
BOT = "100001:a-token-of-the-tests-a-token-of-th"
APPID, TOKEN, AES_KEY = "wx0123456789abcdef", "wechattoken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NOBODY = "http://127.0.0.1:9"
CITY = {
    "JIESU_TELEGRAM__TOKEN": BOT,
    "JIESU_TELEGRAM__WEBHOOK_SECRET": SECRET,
    "JIESU_TELEGRAM__API_URL": NOBODY,
    "JIESU_WECHAT__APPID": APPID,
    "JIESU_WECHAT__SECRET": "0123456789abcdef0123456789abcdef",
    "JIESU_WECHAT__TOKEN": TOKEN,
    "JIESU_WECHAT__AES_KEY": AES_KEY,
    "JIESU_WECHAT__API_URL": NOBODY,
    "JIESU_HOTLINE__KIND": "rest",
    "JIESU_HOTLINE__URL": NOBODY,
    "JIESU_HOTLINE__SECRET": "whsec_Y2FsbHMgb3V0IGNhbGxzIG91dCBjYWxscyBvdXQ",
}
"""Both channels and a backend, as a city has them: no playground, all limits on. The far ends are away."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where `http` leads."""

    http: httpx.AsyncClient

    async def telegram(self, user: int, number: int, text: str) -> httpx.Response:
        """One update."""
        who = {"id": user, "is_bot": False, "first_name": "甲"}
        chat = {"id": user, "type": "private", "first_name": "甲"}
        message = {"message_id": number, "from": who, "chat": chat, "date": 1_790_000_000, "text": text}
        return await self.http.post(
            "/webhooks/telegram",
            json={"update_id": number, "message": message},
            headers={"X-Telegram-Bot-Api-Secret-Token": SECRET},
        )

    async def wechat(self, openid: str, number: int, text: str) -> str | None:
        """One push; what its sender reads at once. Anything but HTTP 200 and a good answer is a fault."""
        said = {"MsgType": "text", "Content": text, "MsgId": number}
        return await self.pushed(openid, said)

    async def pushed(self, openid: str, fields: dict[str, object]) -> str | None:
        """Any push, signed now: an old one is refused."""
        now = int(time.time())
        wire = ConsoleSettings(Seal(APPID, TOKEN, AES_KEY), "safe")
        whole = {"ToUserName": "gh_1", "FromUserName": openid, "CreateTime": now, **fields}
        added, body = wire.push(whole, str(now), "n0nce")
        query = wire.query(str(now), "n0nce", openid) | added
        answer = await self.http.post("/webhooks/wechat", params=query, content=body)
        return wire.reply(answer.status_code, answer.content, openid)
