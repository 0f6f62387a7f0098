"""A citizen's phone with Telegram on it: each thing they do becomes the update the server would send."""

from collections.abc import Sequence

from playground.phones import Attached, Bubble, NoSuchButton, Picked, Pin
from playground.telegram import keyboard_markup
from playground.telegram.room import BotChat
from playground.telegram.server import TelegramServer
from playground.telegram.wire import Json, split_like_the_app, text_fields


class TelegramPhone:
    """One private chat with the bot. Implements `playground.phones.Phone`, and what only Telegram can do."""

    def __init__(self, platform: TelegramServer, room: BotChat) -> None:
        self._platform = platform
        self._room = room

    @property
    def user(self) -> str:
        return str(self._room.user_id)

    def bubbles(self, after: int) -> tuple[Bubble, ...]:
        return self._room.bubbles(after)

    async def changed(self, after: int) -> None:
        await self._room.chat.changed(after)

    async def open(self) -> None:
        """Press Start."""
        await self.start("")

    async def start(self, payload: str) -> None:
        """Press Start behind a deep link."""
        if self._room.blocked:
            await self.unblock()
        if not self._room.started:
            self._note("started")
        self._say_one(f"/start {payload}".strip())

    async def say(self, text: str) -> None:
        """Write; what is too long for one message, the app sends as several."""
        for part in split_like_the_app(text):
            self._say_one(part)

    async def edit(self, bubble_id: str, text: str) -> None:
        """Change an own message that was sent before. Raises KeyError."""
        message = self._room.messages[int(bubble_id)]
        message |= {**text_fields(text), "edit_date": self._now()}
        self._room.chat.edit(bubble_id, text=text)
        self._platform.post(self.user, "edited_message", message)

    async def tap(self, bubble_id: str, button_id: str) -> None:
        """Press a button; one of a reply keyboard types its label and puts the keyboard away."""
        bubble = self._room.chat.find(bubble_id)
        message = self._room.messages.get(int(bubble_id)) if bubble_id.isdecimal() else None
        shown = next((one for one in bubble.buttons if one.id == button_id), None) if bubble else None
        if shown is None or message is None:
            raise NoSuchButton(button_id)
        data = {key.button.id: key.data for key in keyboard_markup.keys(message.get("reply_markup"))}
        if data.get(button_id) is None:
            self._say_one(shown.label)
        else:
            self._platform.spin(self._room, message, data[button_id] or "")

    async def press(self, bubble_id: str, data: str) -> None:
        """Press with data of one's own, as a changed app can."""
        self._platform.spin(self._room, self._room.messages[int(bubble_id)], data)

    async def photos(self, files: Sequence[Picked], caption: str = "") -> None:
        """Send one photo, or several as an album whose first carries the caption."""
        group = {"media_group_id": str(self._platform.number())} if len(files) > 1 else {}
        for index, file in enumerate(files):
            sizes = self._platform.files.sizes(file)
            under = {"caption": caption} if caption and index == 0 else {}
            shown = Attached("photo", sizes[-1]["file_id"])
            self._send({"photo": sizes, **under, **group}, under.get("caption", ""), shown)

    async def voice(self, file: Picked) -> None:
        kept = self._platform.files.keep("voice", file)
        voice = {**kept, "duration": 3, "mime_type": file.media_type or "audio/ogg"}
        self._send({"voice": voice}, "", Attached("voice", kept["file_id"]))

    async def document(self, file: Picked) -> None:
        kept = self._platform.files.keep("documents", file)
        document = {**kept, "file_name": file.name, "mime_type": file.media_type}
        self._send({"document": document}, file.name, Attached("file", kept["file_id"]))

    async def video(self, file: Picked, caption: str = "") -> None:
        kept = self._platform.files.keep("videos", file)
        video = {**kept, "duration": 3, "width": 640, "height": 480, "mime_type": file.media_type}
        under = {"caption": caption} if caption else {}
        self._send({"video": video, **under}, caption, Attached("file", kept["file_id"]))

    async def location(self, lat: float, lng: float, label: str = "") -> None:
        """Send a pin; a named one goes as a venue, which carries the pin too."""
        pin = {"latitude": lat, "longitude": lng}
        venue = {"venue": {"location": pin, "title": label, "address": ""}} if label else {}
        self._send({"location": pin, **venue}, "", pin=Pin(lat, lng, label))

    async def contact(self, phone: str, name: str) -> None:
        """Share the own card: Telegram adds whose account it is."""
        self._card(phone, name, self._room.user_id)

    async def other_contact(self, phone: str, name: str, owner: int | None) -> None:
        """Share somebody else's card, with their account or without one."""
        self._card(phone, name, owner)

    async def sticker(self) -> None:
        kept = self._platform.files.keep("stickers", Picked(b"RIFF", "image/webp", "sticker"))
        sticker = {**kept, "type": "regular", "width": 512, "height": 512}
        kinds = {"is_animated": False, "is_video": False, "emoji": "👍"}
        self._send({"sticker": sticker | kinds}, "👍")

    async def block(self) -> None:
        """Stop the bot: it can no longer write, and is told."""
        self._room.blocked = True
        self._note("blocked")
        self._membership("member", "kicked")

    async def unblock(self) -> None:
        self._room.blocked = False
        self._membership("kicked", "member")

    def _say_one(self, text: str) -> None:
        self._send(text_fields(text), text)

    def _card(self, phone: str, name: str, owner: int | None) -> None:
        whose = {} if owner is None else {"user_id": owner}
        card = {"phone_number": phone, "first_name": name or "-", **whose}
        self._send({"contact": card}, f"{name} {phone}".strip())

    def _send(self, body: Json, shown: str, attached: Attached | None = None, pin: Pin | None = None) -> None:
        """One message of the citizen's: onto the screen, and into the chat's queue."""
        room, at = self._room, self._platform.clock()
        room.started = True
        room.put_keyboard_away()
        message = {
            "message_id": self._platform.number(),
            "from": room.person(),
            "chat": room.place(),
            "date": int(at.timestamp()),
            **body,
        }
        room.said(message, at, shown, attached, pin)
        self._platform.post(self.user, "message", message)

    def _membership(self, old: str, new: str) -> None:
        def standing(status: str) -> Json:
            until = {"until_date": 0} if status == "kicked" else {}
            return {"user": self._platform.bot, "status": status, **until}

        change = {
            "chat": self._room.place(),
            "from": self._room.person(),
            "date": self._now(),
            "old_chat_member": standing(old),
            "new_chat_member": standing(new),
        }
        self._platform.post(f"membership:{self.user}", "my_chat_member", change)

    def _note(self, notice: str) -> None:
        bubble_id = f"note-{self._platform.number()}"
        self._room.chat.add(bubble_id, "platform", "", self._platform.clock(), notice=notice)

    def _now(self) -> int:
        return int(self._platform.clock().timestamp())
