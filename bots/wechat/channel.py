"""WeChat as a channel: the best way that leads to the citizen, temporary media in.

The rule: nothing counts as sent on HTTP 200. A message is sent when WeChat answers errcode 0; a form
is only taken then, and its outcome is told later by a push (`OutcomePending`). Which refusal ends what stands
in `consequences`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from bots.wechat.client import ApiError, ApiResponse, Client, errcode_of, json_of
from bots.wechat.codec import UnreadablePush, parse
from bots.wechat.error_codes import CLOSED, NO_RIGHT, NOT_ALLOWED, consequence
from bots.wechat.incoming.events import to_channel_event
from bots.wechat.incoming.inbound import to_inbound
from bots.wechat.outgoing.passive_reply import split, wording
from bots.wechat.outgoing.send_ways import MessageType, QuotaStore, SendWay, steps
from bots.wechat.outgoing.template_messages import announcement
from bots.wechat.token import TokenCache
from intake.city import Template
from intake.model.channel_event import ChannelEvent
from intake.model.messages import Address, ChannelName, Inbound, Media, Outgoing
from intake.model.ports import Fetched, NotNow, NotTaken, OutcomePending, Rejected, Unavailable, Unreachable

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes. WeChat's own limits are 10 MB for a photo and a video, 2 MB for a voice."""

_FILE_HOSTS = (".qq.com", ".qpic.cn")
_SENT_FOR = 3600.0  # seconds for which a sent piece of a longer message is remembered
_PATHS = {
    MessageType.MESSAGE: "/cgi-bin/message/custom/send",
    MessageType.SUBSCRIPTION: "/cgi-bin/message/subscribe/bizsend",
    MessageType.TEMPLATE: "/cgi-bin/message/template/send",
}


@dataclass(frozen=True, slots=True)
class MessageTemplates:
    """The profile's templates by purpose, and the time zone in which their dates are written."""

    templates: Mapping[str, tuple[Template, ...]]
    timezone: str


class WeChatChannel:
    """The port `Channel` for one service account."""

    name = ChannelName.WECHAT

    def __init__(
        self,
        client: Client,
        cache: TokenCache,
        http: httpx.AsyncClient,
        clock: Callable[[], datetime],
        quota: QuotaStore,
        forms: MessageTemplates,
    ) -> None:
        self._client = client
        self._cache = cache
        self._http = http
        self._clock = clock
        self._quota = quota
        self._forms = forms

    async def send(self, outgoing: Outgoing) -> None:
        """Deliver by the first way that leads to the citizen; see `ports.Channel.send`.

        Raises OutcomePending for a form, whose outcome is told later.
        """
        pieces = await self._unsent(outgoing)
        if not pieces:
            return None
        standing = await self._quota.standing(outgoing.address)
        last = NotNow("no way leads to them now")
        for step in steps(standing, len(pieces), self._forms.templates.get(outgoing.purpose, ())):
            try:
                return await self._take(step, outgoing, pieces)
            except NotNow as refused:
                last = refused
        raise last

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

    def read_again(self, body: bytes, now: datetime) -> Inbound | ChannelEvent | None:
        """As `ports.ReadsAgain` has it."""
        try:
            push = parse(body)
        except UnreadablePush:
            return None
        return to_inbound(push, now) or to_channel_event(push, now)

    async def probe(self) -> None:
        """Ask for the access token. Raises Unavailable or Rejected."""
        try:
            await self._client.token.get()
        except ApiError as refusal:
            raise Rejected(f"errcode {refusal.errcode}") from None

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _unsent(self, outgoing: Outgoing) -> list[tuple[int, str]]:
        """The text in messages of WeChat's size, without those that an earlier try has sent."""
        pieces = list(enumerate(wording(piece) for piece in split(outgoing.reply)))
        if len(pieces) == 1:
            return pieces
        return [piece for piece in pieces if not await self._cache.get(_sent(outgoing, piece[0]))]

    async def _take(self, step: SendWay, outgoing: Outgoing, pieces: list[tuple[int, str]]) -> None:
        if step.template is not None:
            return await self._announce(step.message_type, step.template, outgoing)
        for number, text in pieces:
            await self._say(outgoing.address, text)
            await self._cache.set(_sent(outgoing, number), "1", _SENT_FOR)
        return None

    async def _say(self, address: Address, text: str) -> None:
        """One customer-service message, paid for before it goes; one that never left is given back."""
        trigger = await self._quota.spend(address)
        if trigger is None:
            raise NotNow("no message is left")
        document = {"touser": address.user, "msgtype": "text", "text": {"content": text}}
        try:
            await self._post(MessageType.MESSAGE, document, address)
        except Unavailable:
            await self._quota.give_back(address, trigger)
            raise

    async def _announce(self, message_type: MessageType, template: Template, outgoing: Outgoing) -> None:
        """A template's fields; the message itself stays for the next contact unless they say it all."""
        made = announcement(template, outgoing, self._clock(), self._forms.timezone)
        try:
            answer = await self._post(message_type, made.document, outgoing.address)
        except (NotNow, Unreachable):
            raise
        except Rejected as refused:  # the template is at fault, not the message: another way may do
            raise NotNow(refused.reason) from None
        if template.once:
            await self._quota.use(outgoing.address, template.id)
        receipt = str(answer.get("msgid") or "")
        if not receipt:
            raise NotNow("announced")
        raise OutcomePending(receipt, whole=made.whole)

    async def _post(
        self, message_type: MessageType, document: Mapping[str, Any], address: Address
    ) -> dict[str, Any]:
        try:
            return await self._client.post(_PATHS[message_type], document)
        except ApiError as refusal:
            await self._learn(message_type, refusal.errcode, document, address)
            raise self._consequence(refusal.errcode) from None

    async def _learn(
        self, message_type: MessageType, errcode: int, document: Mapping[str, Any], address: Address
    ) -> None:
        """What WeChat refuses once it need not be asked again."""
        if errcode in CLOSED and message_type is MessageType.MESSAGE:
            await self._quota.close(address)
        if errcode in NO_RIGHT:
            await self._quota.lacks(address, message_type, errcode)
        if errcode == NOT_ALLOWED:
            await self._quota.withdraw(address, str(document["template_id"]))

    async def _video(self, document: dict[str, Any]) -> ApiResponse:
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
        return consequence(errcode, self._clock())


def _sent(outgoing: Outgoing, number: int) -> str:
    return f"wechat:sent:{outgoing.key}:{number}"


def _file(answer: ApiResponse) -> Fetched:
    if answer.status >= 500 or answer.status == 429:
        raise Unavailable(f"HTTP {answer.status}")
    if answer.status != 200:
        raise Rejected(f"HTTP {answer.status}")
    if answer.cut:
        raise NotTaken("large", "larger than we take")
    return Fetched(answer.body, answer.headers.get("content-type", "").split(";")[0].strip())
