"""What the played Bot API server keeps: chats, files, updates on their way, buttons that wait.

The methods of the API and the phones of citizens stand on it; `platform` puts all together.
"""

import itertools
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx

from playground.phones import NoSuchPhone
from playground.telegram.delivery import MESSAGE_LIFE, TAP_LIFE, Hook, UpdateDelivery
from playground.telegram.faults import Faults
from playground.telegram.files import BotFiles
from playground.telegram.room import BotChat
from playground.telegram.wire import BotApiError, Json, Params

_FIRST_USER = 700_000_001


class TelegramServer(ABC):
    """One bot's server.

    With `webhook_url` it starts as after `setWebhook`; without, updates wait for `getUpdates`.
    `http` reaches the webhook; `clock` dates messages; `time_scale` shortens the waits between retries.
    """

    def __init__(
        self,
        token: str,
        webhook_url: str | None,
        secret: str,
        http: httpx.AsyncClient,
        clock: Callable[[], datetime],
        time_scale: float = 1.0,
    ) -> None:
        self.token = token
        self.clock = clock
        self.bot: Json = _bot(token)
        self.rooms: dict[int, BotChat] = {}
        self.files = BotFiles()
        self.faults = Faults()
        self.calls: list[tuple[str, Params]] = []
        self.profile: dict[tuple[str, str], Any] = {}
        self.allowed: tuple[str, ...] = ()
        self.delivery = UpdateDelivery(http, time_scale, self.obey)
        self.delivery.hook = Hook(webhook_url, secret) if webhook_url else None
        self._spinners: dict[str, BotChat] = {}
        self._message_ids = itertools.count(1)
        self._update_ids = itertools.count(random.randrange(10**8, 10**9))  # noqa: S311  as Telegram begins
        self._user_ids = itertools.count(_FIRST_USER)
        self._updates = 0

    def room_of(self, user: str | None) -> BotChat:
        """The chat of this user, or a new citizen's for None. Raises NoSuchPhone."""
        if user is None:
            room = BotChat(next(self._user_ids), f"User {len(self.rooms) + 1}")
            self.rooms[room.user_id] = room
            return room
        known = self.rooms.get(int(user)) if user.isdecimal() else None
        if known is None:
            raise NoSuchPhone(user)
        return known

    def media(self, media_id: str) -> tuple[bytes, str] | None:
        """A file seen in a chat: content and media type."""
        kept = self.files.find(media_id)
        return None if kept is None else (kept.content, kept.media_type)

    def post(self, queue: str, kind: str, payload: Json, life: float = MESSAGE_LIFE) -> None:
        """Make an update of it and queue it, unless the bot did not ask for this kind."""
        allowed = self.delivery.hook.allowed if self.delivery.hook else self.allowed
        if not allowed or kind in allowed:
            self._updates += 1
            self.delivery.add(queue, {"update_id": next(self._update_ids), kind: payload}, life)

    def number_of_updates(self) -> int:
        """How many there have been; each may be brought more than once."""
        return self._updates

    def number(self) -> int:
        """A message's number: each higher than the last, over all chats of the bot."""
        return next(self._message_ids)

    def bot_says(self, room: BotChat, text: str, markup: Json | None) -> Json:
        """A message of the bot's appears in the chat."""
        at = self.clock()
        message: Json = {
            "message_id": self.number(),
            "from": self.bot,
            "chat": room.place(),
            "date": int(at.timestamp()),
            "text": text,
        }
        room.answered(message, at, markup)
        return message

    def spin(self, room: BotChat, message: Json, data: str) -> None:
        """A button was pressed: its spinner turns until the query is answered."""
        query_id = str(random.getrandbits(62))
        self._spinners[query_id] = room
        query = {
            "id": query_id,
            "from": room.person(),
            "message": message,
            "chat_instance": f"-{room.user_id}",
            "data": data,
        }
        self.post(f"tap:{room.user_id}", "callback_query", query, TAP_LIFE)

    def stop_spinner(self, query_id: str, text: str) -> None:
        """The query was answered. Raises BotApiError for one unknown or answered already."""
        room = self._spinners.pop(query_id, None)
        if room is None:
            raise BotApiError(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        if text:
            room.chat.add(f"note-{query_id}", "platform", text, self.clock())

    def spinning(self) -> int:
        """How many pressed buttons still wait for an answer."""
        return len(self._spinners)

    async def aclose(self) -> None:
        """Stop bringing updates."""
        await self.delivery.aclose()

    @abstractmethod
    async def obey(self, answer: httpx.Response) -> None:
        """Do what a webhook's answer asks for; its result and its failure are told to nobody."""


def _bot(token: str) -> Json:
    return {
        "id": int(token.partition(":")[0]),
        "is_bot": True,
        "first_name": "12345",
        "username": "hotline12345_bot",
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }
