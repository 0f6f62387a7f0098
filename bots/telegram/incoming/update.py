"""What an update turned out to be. Free of aiogram, so that whoever only passes it on starts quickly."""

from dataclasses import dataclass

from intake.model.messages import Inbound


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do and nobody to answer: acknowledge it. `reason` holds no content."""

    reason: str


@dataclass(frozen=True, slots=True)
class FromGroup:
    """Someone called the bot in a group: answer with the way to the private chat, take nothing in.

    `called` is the bot's name as written behind the command, "" for none.
    """

    chat_id: int
    called: str = ""


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A press waiting for its answer. `message_id` is the bubble it sits under, None if unknown."""

    callback_id: str
    chat_id: int
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Improper:
    """A message that may not stay in the chat either: what it held was dropped unread."""

    chat_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class ParsedUpdate:
    """One update, read."""

    message: Inbound | FromGroup | Ignored
    tapped: ButtonPress | None = None
    improper: Improper | None = None


class UnreadableUpdate(Exception):
    """Not an update we can read: put it aside and acknowledge it, for it will never get better.

    `message_id` is as unique as an inbound's; `reason` names fields and kinds, never values.
    """

    def __init__(self, message_id: str, reason: str) -> None:
        super().__init__(reason)
        self.message_id = message_id
        self.reason = reason
