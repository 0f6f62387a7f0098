"""Attachments as a page shows them: a picture, a voice to play, or a link."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hotline.contract import AttachmentPart

_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


@dataclass(frozen=True, slots=True)
class File:
    """`shows` is image, audio or link; `url` is "" where there is none to follow."""

    kind: str
    shows: str
    url: str
    size: str


def shown_files(
    parts: Iterable[AttachmentPart], address: Callable[[AttachmentPart], str]
) -> tuple[File, ...]:
    """The attachments, each with the address it is to be had at now."""
    return tuple(_shown(part, _safe(address(part))) for part in parts)


def _shown(part: AttachmentPart, url: str) -> File:
    """What lies elsewhere is a link: our pages show only what comes from us."""
    return File(part.kind, _shows(part) if url.startswith("/") else "link", url, _size(part.size))


def _shows(part: AttachmentPart) -> str:
    if part.media_type in _PICTURES:
        return "image"
    return "audio" if part.media_type.startswith("audio/") else "link"


def _safe(url: str) -> str:
    # An address from outside stands in a link: only the web's own schemes may.
    own = url.startswith("/") and not url.startswith(("//", "/\\"))
    return url if own or url.startswith(("https://", "http://")) else ""


def _size(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size // 1024, 1)} KB"
