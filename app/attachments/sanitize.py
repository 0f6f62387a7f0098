"""What a citizen's file really is, by its bytes, and what of it is kept.

The rule: archives and programs are turned away whatever they are called. A picture is encoded anew, so
that neither place nor device nor anything hidden behind the picture comes along; one that cannot be, and may
still tell where its citizen lives, is turned away. What only claims to be a picture is kept as it is.

A small file may be a picture of many million points: none is opened in this process (`picture_process`).
"""

import puremagic

from app.attachments import picture_process
from app.attachments.picture_encoding import BEGINNINGS
from app.attachments.sanitized import SanitizedFile
from intake.model.ports import Fetched, NotTaken

LARGEST = 25 * 1024 * 1024
OPAQUE = "application/octet-stream"
_REFUSED = (
    # what stands at the front of what runs, or holds other files
    *(b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"#!", b"dex\n"),
    *(b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b"),
    *(b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"MSCF", b"ISc(", b"!<arch>"),
    *(b"\xd0\xcf\x11\xe0", b"L\x00\x00\x00\x01\x14\x02", b"\x1f\x9d", b"\x1f\xa0", b"CD001"),
)
_VOICES = (b"#!AMR\n", b"#!AMR-WB\n", b"#!SILK_V3")  # RFC 4867 §5: a voice begins as a script does
_MARKUP = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<?php", b"<hta", b"[internetshortcut]")
_TAR = (257, b"ustar")
_TIFF = (b"II*\0", b"MM\0*")
_HEIF = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})


def vet(fetched: Fetched) -> SanitizedFile:
    """Slow for a picture: keep it off the event loop. Raises NotTaken with the reason, or Unavailable."""
    content = fetched.content
    if not content:
        raise NotTaken("empty", "an empty file")
    if len(content) > LARGEST:
        raise NotTaken("large", "a file that is too large")
    if _is_refused(content):
        raise NotTaken("kind", "an archive, a program or a page: such files are not taken")
    if content.startswith(_TIFF) or (content[4:8] == b"ftyp" and content[8:12] in _HEIF):
        raise NotTaken("picture", "a picture of a kind that cannot be encoded anew")
    seen = picture_process.looked_at(content) if content.startswith(BEGINNINGS) else None
    return seen or SanitizedFile(content, content_type(fetched))


def content_type(fetched: Fetched) -> str:
    """The type the bytes show; what the platform claims only where they show none."""
    claimed = fetched.media_type or OPAQUE
    try:
        guesses = puremagic.magic_string(fetched.content[:4096])
    except (puremagic.PureError, ValueError):
        return claimed
    return next((guess.mime_type for guess in guesses if guess.mime_type), claimed)


def _is_refused(content: bytes) -> bool:
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    at, sign = _TAR
    return (
        (content.startswith(_REFUSED) and not content.startswith(_VOICES))
        or content[at : at + len(sign)] == sign
        or start[:64].lower().startswith(_MARKUP)
    )
