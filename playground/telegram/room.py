"""One private chat with the bot, as the server keeps it and as the phone shows it."""

from dataclasses import dataclass, field
from datetime import datetime

from playground.chat import Chat
from playground.phones import Attached, Bubble, Pin
from playground.telegram import keyboard_markup
from playground.telegram.wire import NOT_MODIFIED, Json, bad


@dataclass(slots=True)
class BotChat:
    """`started`: the citizen pressed Start, so that the bot may write. `messages` by their number."""

    user_id: int
    first_name: str
    language: str = "zh-hans"
    started: bool = False
    blocked: bool = False
    chat: Chat = field(default_factory=Chat)
    messages: dict[int, Json] = field(default_factory=dict)
    keyboard_under: int | None = None  # the message whose reply keyboard lies below the field of entry

    def person(self) -> Json:
        return {
            "id": self.user_id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language,
        }

    def place(self) -> Json:
        return {"id": self.user_id, "type": "private", "first_name": self.first_name}

    def said(
        self,
        message: Json,
        at: datetime,
        shown: str,
        attached: Attached | None = None,
        pin: Pin | None = None,
    ) -> None:
        """Keep and show what the citizen sent."""
        self.messages[message["message_id"]] = message
        self.chat.add(str(message["message_id"]), "citizen", shown, at, attached=attached, pin=pin)

    def answered(self, message: Json, at: datetime, markup: Json | None) -> None:
        """Keep and show what the bot sent. Only inline keyboards become part of the message itself."""
        number = message["message_id"]
        self.messages[number] = message
        if markup and "inline_keyboard" in markup:
            message["reply_markup"] = markup
        elif markup:
            self.put_keyboard_away()
            self.keyboard_under = number if markup.get("keyboard") else None
        shown = keyboard_markup.buttons(markup)
        self.chat.add(str(number), "bot", message["text"], at, buttons=shown)

    def put_keyboard_away(self) -> None:
        """The reply keyboard vanishes: used once, replaced or removed."""
        if self.keyboard_under is not None:
            self.chat.edit(str(self.keyboard_under), buttons=())
            self.keyboard_under = None

    def changed(self, number: int, text: str | None, markup: Json | None) -> Json:
        """Edit one of the bot's messages. Raises BotApiError."""
        message = self.own(number)
        new_text = message["text"] if text is None else text
        if (new_text, markup) == (message["text"], message.get("reply_markup")):
            raise bad(NOT_MODIFIED)
        message["text"] = new_text
        message.pop("reply_markup", None)
        if markup:
            message["reply_markup"] = markup
        self.chat.edit(str(number), text=new_text, buttons=keyboard_markup.buttons(markup))
        return message

    def deleted(self, number: int) -> None:
        """Take a message away; its bubble stays, empty, since a chat here only grows."""
        if self.messages.pop(number, None) is None:
            raise bad("message to delete not found")
        self.chat.edit(str(number), text="", buttons=())

    def own(self, number: int) -> Json:
        """A message of the bot's. Raises BotApiError."""
        message = self.messages.get(number)
        if message is None:
            raise bad("message to edit not found")
        if not message["from"]["is_bot"]:
            raise bad("message can't be edited")
        return message

    def bubbles(self, after: int) -> tuple[Bubble, ...]:
        return self.chat.since(after)
