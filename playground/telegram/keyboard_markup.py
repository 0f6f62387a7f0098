"""Keyboards: what the server accepts, and how they look on a phone."""

from dataclasses import dataclass
from typing import Any, Literal

from playground.phones import Button
from playground.telegram.wire import Json, bad

LONGEST_DATA = 64  # bytes of callback_data


@dataclass(frozen=True, slots=True)
class Key:
    """One button as shown; `data` is what its press reports, None for a key that types its label."""

    button: Button
    data: str | None


def checked(markup: Any) -> Json | None:
    """A `reply_markup` as Telegram would take it. Raises BotApiError."""
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    for row in markup.get("inline_keyboard", []):
        for button in row:
            _check_inline(button)
    for row in markup.get("keyboard", []):
        for key in row:
            if not _label(key):
                raise bad("reply keyboard button text must be non-empty")
    return markup


def keys(markup: Json | None) -> tuple[Key, ...]:
    """The buttons of a keyboard, whichever of the two kinds."""
    markup = markup or {}
    rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
    return tuple(
        Key(Button(f"{y}.{x}", _label(key), y, _asks(key)), _data(key))
        for y, row in enumerate(rows)
        for x, key in enumerate(row)
    )


def buttons(markup: Json | None) -> tuple[Button, ...]:
    return tuple(key.button for key in keys(markup))


def _check_inline(button: Any) -> None:
    if not isinstance(button, dict) or not button.get("text"):
        raise bad("inline keyboard button text must be non-empty")
    data = button.get("callback_data")
    if data is None and "url" not in button:
        raise bad("text buttons are unallowed in the inline keyboard")
    if data is not None and not 1 <= len(str(data).encode()) <= LONGEST_DATA:
        raise bad("BUTTON_DATA_INVALID")


def _label(key: Any) -> str:
    return str(key.get("text", "")) if isinstance(key, dict) else str(key)


def _data(key: Any) -> str | None:
    return key.get("callback_data") if isinstance(key, dict) else None


def _asks(key: Any) -> Literal["", "contact", "location"]:
    if isinstance(key, dict) and key.get("request_contact"):
        return "contact"
    return "location" if isinstance(key, dict) and key.get("request_location") else ""
