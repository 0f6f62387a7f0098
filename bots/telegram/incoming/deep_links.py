"""What a deep link carries behind `?start=`, signed: anybody may write such a link.

`payload-mark`, at most 64 of `[A-Za-z0-9_-]` together (Bot API, deep linking). What was not made
by us is as good as empty.
"""

import hmac
import re
from collections.abc import Callable

LONGEST = 40
_MARK = 20  # hex digits: 80 bits
_PAYLOAD = re.compile(rf"[A-Za-z0-9_]{{1,{LONGEST}}}")

Digest = Callable[[str], str]
"""A keyed digest in hex; without the key nobody can make it."""


def signed(payload: str, digest: Digest) -> str:
    """The payload as a link carries it. Raises ValueError for what Telegram or we could not take back."""
    if not _PAYLOAD.fullmatch(payload):
        raise ValueError(f"a link's name is 1 to {LONGEST} letters, digits or _")
    return f"{payload}-{digest(payload)[:_MARK]}"


def opened(carried: str, digest: Digest) -> str:
    """The payload if the mark is ours, else nothing."""
    payload, _, mark = carried.rpartition("-")
    if not _PAYLOAD.fullmatch(payload):
        return ""
    return payload if hmac.compare_digest(digest(payload)[:_MARK].encode(), mark.encode()) else ""
