"""A citizen's WeChat, open at the hotline's account: every act becomes the push it is for real."""

from collections.abc import Mapping, Sequence
from typing import Any

from playground.phones import Attached, Bubble, NoSuchButton, Picked, Pin
from playground.wechat.rights import Trigger
from playground.wechat.server import Follower, WeChatServer


class WeChatPhone:
    """`playground.phones.Phone` on WeChat, and what only WeChat has: scan, menu, unfollow."""

    def __init__(self, platform: WeChatServer, citizen: Follower) -> None:
        self._platform = platform
        self._citizen = citizen

    @property
    def user(self) -> str:
        return self._citizen.openid

    def bubbles(self, after: int) -> tuple[Bubble, ...]:
        return self._citizen.chat.since(after)

    async def changed(self, after: int) -> None:
        await self._citizen.chat.changed(after)

    async def open(self) -> None:
        """Follow the account; nothing more happens for a follower."""
        if not self._citizen.follows:
            self._follow("")

    async def say(self, text: str) -> None:
        self._show(text)
        self._message("text", {"Content": text})

    async def tap(self, bubble_id: str, button_id: str) -> None:
        """A link in a text says its words, with the account's id beside them. Raises NoSuchButton."""
        bubble = self._citizen.chat.find(bubble_id)
        if bubble is None or all(button.id != button_id for button in bubble.buttons):
            raise NoSuchButton(button_id)
        menu_id, _, content = button_id.partition("|")
        self._show(content)
        # A tap opens no 48 hours, only what a menu click opens.
        self._message("text", {"Content": content, "bizmsgmenuid": menu_id}, "click")

    async def photos(self, files: Sequence[Picked], caption: str = "") -> None:
        """Every photo is a push of its own, all at once; WeChat has no captions."""
        for file in files:
            media_id = self._platform.keep("image", file.content, file.media_type)
            self._show("", attached=Attached("photo", media_id))
            self._message("image", {"PicUrl": f"http://mmbiz.qpic.cn/{media_id}/0", "MediaId": media_id})
        if caption:
            await self.say(caption)

    async def voice(self, file: Picked) -> None:
        """In the 8 kHz and the 16 kHz version, without a transcription: that came to an end in 2023."""
        media_id = self._platform.keep("voice", file.content, file.media_type)
        better = self._platform.keep("voice", file.content, file.media_type)
        self._show("", attached=Attached("voice", media_id))
        fields = {"MediaId": media_id, "Format": "amr", "Recognition": "", "MediaId16K": better}
        self._message("voice", fields)

    async def video(self, file: Picked) -> None:
        media_id = self._platform.keep("video", file.content, file.media_type)
        self._show("", attached=Attached("file", media_id))
        self._message("video", {"MediaId": media_id, "ThumbMediaId": f"{media_id}-thumb"})

    async def location(self, lat: float, lng: float, label: str = "") -> None:
        """In degrees of GCJ-02, WeChat's own."""
        self._show(label, pin=Pin(lat, lng, label))
        self._message("location", {"Location_X": lat, "Location_Y": lng, "Scale": 16, "Label": label})

    async def contact(self, phone: str, name: str) -> None:
        """WeChat has no card for a hotline: the citizen types name and number."""
        await self.say(f"{name} {phone}".strip())

    async def sticker(self) -> None:
        """WeChat passes no stickers on; an unknown type stands for all it may send one day."""
        self._message("sticker", {})

    async def scan(self, scene: str) -> None:
        """Scan an account's QR code: a new follower's comes with the follow."""
        if not self._citizen.follows:
            self._follow(f"qrscene_{scene}")
            return
        self._event("SCAN", {"EventKey": scene, "Ticket": "TICKET"}, "scan")

    async def click(self, key: str) -> None:
        """Press a button of the account's menu."""
        self._event("CLICK", {"EventKey": key}, "click")

    async def allow(self, template: str) -> None:
        """Say yes to a notification in the account's page: for once, or for good where it is of that kind."""
        self._citizen.allows[template] = self._citizen.allows.get(template, 0) + 1
        self._permission("subscribe_msg_popup_event", "SubscribeMsgPopupEvent", template, "accept")

    async def forbid(self, template: str) -> None:
        """Switch a notification off in the app's settings."""
        self._citizen.allows.pop(template, None)
        self._permission("subscribe_msg_change_event", "SubscribeMsgChangeEvent", template, "reject")

    async def revoke(self) -> None:
        """Withdraw the authorisation: WeChat's own service tells it, in the citizen's place."""
        fields = {"Event": "user_authorization_revoke", "OpenID": self.user, "RevokeInfo": "201"}
        self._push({"MsgType": "event", "FromUserName": "oWeChatsOwnPushService000000"} | fields)

    async def leave(self) -> None:
        """Unfollow: nothing may be sent any more, and the answer to this push is not shown."""
        self._citizen.follows = False
        self._citizen.window.close()
        self._push({"MsgType": "event", "Event": "unsubscribe", "EventKey": ""})

    def _follow(self, key: str) -> None:
        self._citizen.follows = True
        self._show("", notice="followed")
        self._event("subscribe", {"EventKey": key}, "follow")

    def _permission(self, event: str, around: str, template: str, status: str) -> None:
        item = {"TemplateId": template, "SubscribeStatusString": status}
        self._push({"MsgType": "event", "Event": event, around: {"List": item}})

    def _event(self, name: str, fields: Mapping[str, Any], trigger: Trigger) -> None:
        self._citizen.window.grant(trigger, self._platform.clock())
        self._push({"MsgType": "event", "Event": name} | dict(fields))

    def _message(self, kind: str, fields: Mapping[str, Any], trigger: Trigger = "message") -> None:
        self._citizen.follows = True  # nobody can write to an account they do not follow
        self._citizen.window.grant(trigger, self._platform.clock())
        self._push({"MsgType": kind} | dict(fields) | {"MsgId": self._platform.next_id()})

    def _push(self, fields: Mapping[str, Any]) -> None:
        created = {"CreateTime": int(self._platform.clock().timestamp())}
        self._platform.push_soon(self._citizen, created | dict(fields))

    def _show(
        self, text: str, attached: Attached | None = None, pin: Pin | None = None, notice: str = ""
    ) -> None:
        self._citizen.chat.add(
            str(self._platform.next_id()),
            "platform" if notice else "citizen",
            text,
            self._platform.clock(),
            attached=attached,
            pin=pin,
            notice=notice,
        )
