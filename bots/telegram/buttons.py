"""The data a button carries: `flow|step|option`, at most 64 bytes of UTF-8.

Telegram shows it to nobody and keeps it as long as the message lives, so the version of the
dialog stands in it: a button of an older release must be told from one of today.
"""

from intake.model.messages import Tap

LONGEST = 64
"""Bytes. Bot API, InlineKeyboardButton.callback_data."""

UNKNOWN = Tap(flow="", step="", option="")
"""What a press means whose data we cannot read: a button of no version we know."""

_MARK = "|"


def encode(tap: Tap) -> str:
    """The data for one button. Raises ValueError if it cannot be carried."""
    if not tap.flow or _MARK in tap.flow + tap.step:
        raise ValueError(f"a button's flow and step may hold no {_MARK}: step {tap.step}")
    data = _MARK.join((tap.flow, tap.step, tap.option))
    if len(data.encode()) > LONGEST:
        raise ValueError(f"a button of step {tap.step} needs more than {LONGEST} bytes")
    return data


def decode(data: str) -> Tap | None:
    """The press behind the data, or None for what no button of ours ever carried."""
    parts = data.split(_MARK, 2)
    if len(parts) != 3 or not parts[0]:
        return None
    return Tap(*parts)
