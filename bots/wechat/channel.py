"""WeChat as a channel: customer-service messages out, temporary media in.

The rule of errors: what ends this rung of the ladder for this citizen is `NotNow` or
`Unreachable`; what the account or WeChat suffers from is `Unavailable`; a request whose answer
was lost is `Unsure`. Codes as WeChat documents them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx

from bots.wechat.client import Answer, ApiError, Client, errcode_of, json_of
from bots.wechat.passive import split, wording
from bots.wechat.token import Cache
from intake.messages import ChannelName, Media, Outgoing
from intake.ports import Fetched, NotNow, Rejected, Unavailable, Unreachable

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes. WeChat's own limits are 10 MB for a photo and a video, 2 MB for a voice."""

_NOT_NOW = frozenset({45015, 45047, 48001, 48002, 50002, 50005})
_UNREACHABLE = frozenset({40003, 43004, 43019})
_BUSY = frozenset({-1, 45011})
# Secret, appid, token, address list: an operator's to repair, and then the entry goes out.
_ACCOUNT = frozenset({40001, 40013, 40014, 40125, 40164, 41001, 42001, 61004, 89503, 89506, 89507})
_DAILY_LIMIT = 45009
_BEIJING = "Asia/Shanghai"
_FILE_HOSTS = (".qq.com", ".qpic.cn")
_SENT_FOR = 3600.0  # seconds for which a sent piece of a longer message is remembered


class WeChat:
    """The port `Channel` for one service account."""

    name = ChannelName.WECHAT

    def __init__(
        self, client: Client, cache: Cache, http: httpx.AsyncClient, clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._cache = cache
        self._http = http
        self._clock = clock

    async def send(self, outgoing: Outgoing) -> None:
        """Deliver by customer-service message, in pieces if it is long; see `ports.Channel.send`."""
        pieces = [wording(piece) for piece in split(outgoing.reply)]
        if len(pieces) == 1:
            return await self._send(outgoing.address.user, pieces[0])
        for number, text in enumerate(pieces):
            await self._send_once(outgoing, number, text)
        return None

    async def fetch(self, media: Media) -> Fetched:
        """Download by MediaId; a video comes as an address to read. See `ports.Channel.fetch`."""
        try:
            answer = await self._client.download(media.media_id, LARGEST_FILE)
        except ApiError as refusal:
            raise self._consequence(refusal.errcode) from None
        if errcode_of(answer):
            raise self._consequence(errcode_of(answer))
        document = json_of(answer)
        if document is not None:
            answer = await self._video(document)
        return _file(answer)

    async def probe(self) -> None:
        """Ask for the access token. Raises Unavailable or Rejected."""
        try:
            await self._client.token.get()
        except ApiError as refusal:
            raise Rejected(f"errcode {refusal.errcode}") from None

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _send_once(self, outgoing: Outgoing, number: int, text: str) -> None:
        """A retry of the whole does not repeat the pieces that went out."""
        key = f"wechat:sent:{outgoing.key}:{number}"
        if await self._cache.get(key):
            return
        await self._send(outgoing.address.user, text)
        await self._cache.set(key, "1", _SENT_FOR)

    async def _send(self, openid: str, text: str) -> None:
        document = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        try:
            await self._client.post("/cgi-bin/message/custom/send", document)
        except ApiError as refusal:
            raise self._consequence(refusal.errcode) from None

    async def _video(self, document: dict[str, Any]) -> Answer:
        url = str(document.get("video_url", ""))
        if not self._is_wechats(url):
            raise Rejected("no file and no address of WeChat's")
        return await self._client.get(url, LARGEST_FILE)

    def _is_wechats(self, url: str) -> bool:
        """The API's own host or one of WeChat's file hosts: nothing else is read for anybody."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            return False
        return parts.netloc == urlsplit(self._client.url("")).netloc or str(parts.hostname).endswith(
            _FILE_HOSTS
        )

    def _consequence(self, errcode: int) -> Exception:
        reason = f"errcode {errcode}"
        if errcode in _NOT_NOW:
            return NotNow(reason)
        if errcode in _UNREACHABLE:
            return Unreachable(reason)
        if errcode == _DAILY_LIMIT:
            return Unavailable(reason, until_midnight(self._clock()))
        if errcode in _BUSY:
            return Unavailable(reason)
        if errcode in _ACCOUNT:
            return Unavailable(reason, retry_after=300)
        return Rejected(reason)


def until_midnight(now: datetime) -> float:
    """Seconds until WeChat's daily quotas start again, a minute's grace included."""
    here = now.astimezone(ZoneInfo(_BEIJING))
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=1, second=0, microsecond=0)
    return (midnight - here).total_seconds()


def _file(answer: Answer) -> Fetched:
    if answer.status >= 500 or answer.status == 429:
        raise Unavailable(f"HTTP {answer.status}")
    if answer.status != 200:
        raise Rejected(f"HTTP {answer.status}")
    if answer.cut:
        raise Rejected("larger than we take")
    return Fetched(answer.body, answer.headers.get("content-type", "").split(";")[0].strip())
