"""The Bot API's own words: errors, parameters in any of its three forms, and the objects it sends.

Independent of the bot's code on purpose: what both sides got wrong in the same way would go unseen.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_COMMAND = re.compile(r"/[A-Za-z0-9_]{1,32}")


class BotApiError(Exception):
    """An answer with `ok: false`."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def as_json(self) -> Json:
        answer: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            answer["parameters"] = {"retry_after": self.retry_after}
        return answer


def bad(description: str) -> BotApiError:
    """A 400 in Telegram's own words."""
    return BotApiError(400, f"Bad Request: {description}")


@dataclass(frozen=True, slots=True)
class Params:
    """A call's parameters. Forms carry everything as text, JSON as it is; both mean the same."""

    given: Mapping[str, Any]

    def text(self, name: str, default: str = "") -> str:
        value = self.given.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number. Raises BotApiError where it is missing or none."""
        value = self.given.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad(f"{name} must be a number") from None

    def structure(self, name: str) -> Any:
        """An object or list; None if not given. Raises BotApiError for broken JSON."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad(f"can't parse {name}: not JSON") from None


def units(text: str) -> int:
    """Length as Telegram counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_like_the_app(text: str, longest: int = 4096) -> list[str]:
    """What the citizen's app makes of a text too long for one message."""
    parts, used = [""], 0
    for character in text:
        width = units(character)
        if used + width > longest:
            parts.append("")
            used = 0
        parts[-1] += character
        used += width
    return parts


def text_fields(text: str) -> Json:
    """A text message's own fields: a command is marked as such."""
    command = _COMMAND.match(text)
    if command is None:
        return {"text": text}
    return {"text": text, "entities": [{"type": "bot_command", "offset": 0, "length": command.end()}]}
