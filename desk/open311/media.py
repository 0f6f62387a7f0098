"""A posted picture: looked at, kept as it may be shown, and made an attachment like any other."""

from collections.abc import Awaitable, Callable

import puremagic

from desk.open311.responses import Open311Error
from hotline.contract import AttachmentPart
from intake.model.ports import Rejected, Unavailable

LARGEST = 10 * 1024 * 1024
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})

Keep = Callable[[bytes], Awaitable[AttachmentPart]]
"""Looks at a picture and stores it for good. Raises Unavailable, or Rejected for what may not be taken."""


async def picture(content: bytes | None, keep: Keep) -> AttachmentPart | None:
    """The attachment, stored. Raises Open311Error for what is no picture, whatever the client calls it."""
    if content is None:
        return None
    if len(content) > LARGEST:
        raise Open311Error(413, "media is too large")
    if _shown(content) not in _PICTURES:
        raise Open311Error(400, "media must be a JPEG, PNG, WebP or GIF picture")
    try:
        return await keep(content)
    except Rejected:
        raise Open311Error(400, "media may not be taken") from None
    except Unavailable:
        raise Open311Error(503, "try again later", retry_after=30) from None


def _shown(content: bytes) -> str:
    try:
        guesses = puremagic.magic_string(content[:4096])
    except (puremagic.PureError, ValueError):
        return ""
    return next((guess.mime_type for guess in guesses if guess.mime_type), "")
