"""From bytes to what was heard: the one place where an update may turn out to be unreadable."""

import hashlib
import json
from datetime import datetime
from typing import Any

import orjson
from aiogram.types import Update
from pydantic import ValidationError

from bots.telegram.incoming.inbound import heard
from bots.telegram.incoming.update import ParsedUpdate, UnreadableUpdate


def hear(body: bytes, bot_id: int, now: datetime) -> ParsedUpdate:
    """One update as the webhook got it. Raises UnreadableUpdate."""
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UnreadableUpdate(_stand_in_id(bot_id, body), "not JSON") from None
    return hear_raw(raw, bot_id, now)


def hear_raw(raw: Any, bot_id: int, now: datetime) -> ParsedUpdate:
    """One update as decoded JSON. Raises UnreadableUpdate."""
    try:
        return heard(Update.model_validate(raw), bot_id, now)
    except ValidationError as error:
        raise UnreadableUpdate(_id(raw, bot_id), _wrong(error)) from None
    except (
        OverflowError,
        RecursionError,
    ) as error:  # a date past all calendars; replies to replies to replies
        raise UnreadableUpdate(_id(raw, bot_id), type(error).__name__) from None


def as_bytes(raw: Any) -> bytes:
    """Decoded JSON as bytes again, whatever its numbers and half characters."""
    return json.dumps(raw).encode()


def _id(raw: Any, bot_id: int) -> str:
    update_id = raw.get("update_id") if isinstance(raw, dict) else None
    return f"{bot_id}:{update_id}" if type(update_id) is int else _stand_in_id(bot_id, as_bytes(raw))


def _stand_in_id(bot_id: int, body: bytes) -> str:
    """An id for what carries none: the same bytes are the same message."""
    return f"{bot_id}:sha256-{hashlib.sha256(body).hexdigest()[:32]}"


def _wrong(error: ValidationError) -> str:
    """Which fields are wrong and how, without what stood in them."""
    found = error.errors(include_input=False, include_url=False, include_context=False)[:3]
    return "; ".join(f"{'.'.join(map(str, one['loc'][:6])) or 'update'}: {one['type']}" for one in found)
