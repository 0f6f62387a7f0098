"""What an operator does with the account: menu, QR codes, and finding out what it may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bots.wechat.client import ApiError, Client
from bots.wechat.error_codes import NO_RIGHT
from bots.wechat.outgoing.send_ways import MessageType
from intake.city import MenuButton, MenuItem

_SHOWN_AT = "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket="
_NOBODY = (
    "jiesu-check"  # no openid: what may be sent to it is refused for that reason, or for want of a right
)


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code: `url` is what it says, `picture` where WeChat draws it."""

    ticket: str
    url: str
    picture: str


class WeChatAccount:
    """One account's own calls. All raise ApiError, Unavailable or Unsure."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def log_in(self) -> None:
        """Have a token, or be told why not."""
        await self._client.token.get()

    async def push_menu(self, buttons: Sequence[MenuButton]) -> None:
        """Replace the account's menu; phones show it within minutes."""
        await self._client.post("/cgi-bin/menu/create", {"button": [_button(button) for button in buttons]})

    async def code(self, scene: str, seconds: int | None = None) -> Code:
        """A QR code for this scene, for good or for some seconds (30 days at most)."""
        name = "QR_LIMIT_STR_SCENE" if seconds is None else "QR_STR_SCENE"
        asked: dict[str, Any] = {"action_name": name, "action_info": {"scene": {"scene_str": scene}}}
        if seconds is not None:
            asked["expire_seconds"] = seconds
        made = await self._client.post("/cgi-bin/qrcode/create", asked)
        ticket = str(made.get("ticket", ""))
        return Code(ticket, str(made.get("url", "")), _SHOWN_AT + quote(ticket, safe=""))

    async def may_send_messages(self) -> int:
        """0, or the errcode that says that the account has no right to customer-service messages."""
        document = {"touser": _NOBODY, "msgtype": "text", "text": {"content": "?"}}
        try:
            await self._client.post("/cgi-bin/message/custom/send", document)
        except ApiError as refusal:
            return refusal.errcode if refusal.errcode in NO_RIGHT else 0
        return 0

    async def templates(self, message_type: MessageType) -> frozenset[str]:
        """The ids of the account's templates of this kind."""
        if message_type is MessageType.SUBSCRIPTION:
            found = (await self._client.ask("/wxaapi/newtmpl/gettemplate")).get("data")
            return _ids(found, "priTmplId")
        found = (await self._client.ask("/cgi-bin/template/get_all_private_template")).get("template_list")
        return _ids(found, "template_id")


def _ids(rows: object, name: str) -> frozenset[str]:
    return frozenset(str(row[name]) for row in rows if name in row) if isinstance(rows, list) else frozenset()


def _button(button: MenuButton) -> Mapping[str, Any]:
    if button.under:
        return {"name": button.name, "sub_button": [_entry(item) for item in button.under]}
    return _entry(button)


def _entry(entry: MenuButton | MenuItem) -> Mapping[str, Any]:
    """A key is what the citizen could have written: the click is read like those words."""
    if entry.url:
        return {"name": entry.name, "type": "view", "url": entry.url}
    return {"name": entry.name, "type": "click", "key": entry.say}
