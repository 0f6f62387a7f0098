"""A posted picture: looked at, kept by its content, and made an attachment like any other."""

from collections.abc import Awaitable, Callable

import puremagic

from desk.open311.answers import Failed
from hotline.contract import AttachmentPart

LARGEST = 10 * 1024 * 1024
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})

Keep = Callable[[bytes], Awaitable[str]]
"""Stores a content for good; returns its sha256."""


async def picture(content: bytes | None, keep: Keep) -> AttachmentPart | None:
    """The attachment, stored. Raises Failed for what is no picture, whatever the client calls it."""
    if content is None:
        return None
    if len(content) > LARGEST:
        raise Failed(413, "media is too large")
    media_type = _shown(content)
    if media_type not in _PICTURES:
        raise Failed(400, "media must be a JPEG, PNG, WebP or GIF picture")
    return AttachmentPart(
        kind="photo", sha256=await keep(content), media_type=media_type, size=len(content), url=""
    )


def _shown(content: bytes) -> str:
    try:
        guesses = puremagic.magic_string(content[:4096])
    except (puremagic.PureError, ValueError):
        return ""
    return next((guess.mime_type for guess in guesses if guess.mime_type), "")
