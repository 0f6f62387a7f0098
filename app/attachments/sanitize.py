"""What a citizen's file really is, by its bytes, and what of it is kept.

The rule: only what is on the list is taken: pictures (JPEG, PNG, WebP, GIF, BMP), voices and sound (AMR,
SILK, MP3, Ogg and WebM with Opus or Vorbis, M4A), films (MP4, MOV) and papers (PDF) in which nothing acts.
Each is read to its last byte as what it says it is: a file that is two things is none. A picture is encoded
anew, so that neither place nor device nor anything hidden behind it comes along; of the others what tells
that is blanked, or they are turned away. The type sent on is what the bytes say; the sender is not asked.

A small file may be a picture of many million points: none is opened in this process (`picture_process`).
"""

from collections.abc import Callable

from app.attachments import picture_process
from app.attachments.kinds import films, ogg, papers, sounds, webm
from app.attachments.kinds.smuggled import carries_another
from app.attachments.picture_encoding import BEGINNINGS
from app.attachments.sanitized import SanitizedFile
from intake.model.ports import Fetched, NotTaken

LARGEST = 25 * 1024 * 1024
OPAQUE = "application/octet-stream"
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIRO", b"IIRS", b"IIU\0", b"FUJIFILMCCD-RAW")
_OTHER_PICTURES = (*_TIFF, b"\xff\x0a", b"\0\0\0\x0cJXL \r\n", b"\0\0\0\x0cjP  \r\n", b"\xff\x4f\xff\x51")
"""Pictures that are not encoded anew here, and so may tell where they were taken."""
_HEIF = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"crx "})
_SOUNDS: tuple[tuple[Callable[[bytes], bytes | None], str], ...] = (
    (sounds.amr, "audio/amr"),
    (sounds.silk, "audio/silk"),
    (ogg.ogg, "audio/ogg"),
    (webm.webm, "audio/webm"),
    (sounds.mp3, "audio/mpeg"),
)
_BEGIN_AS = (
    # what is known by its first bytes alone, once it is kept
    ((b"\xff\xd8\xff",), "image/jpeg"),
    ((b"\x89PNG\r\n\x1a\n",), "image/png"),
    ((b"GIF87a", b"GIF89a"), "image/gif"),
    ((b"#!AMR",), "audio/amr"),
    ((b"#!SILK", b"\x02#!SILK"), "audio/silk"),
    ((b"OggS",), "audio/ogg"),
    ((b"\x1a\x45\xdf\xa3",), "audio/webm"),
    ((b"%PDF-",), "application/pdf"),
)


def vet(fetched: Fetched) -> SanitizedFile:
    """Slow for a picture: keep it off the event loop. Raises NotTaken with the reason, or Unavailable."""
    content = fetched.content
    if not content:
        raise NotTaken("empty", "an empty file")
    if len(content) > LARGEST:
        raise NotTaken("large", "a file that is too large")
    if content.startswith(BEGINNINGS) and not _is_other_riff(content):
        return _picture(content)
    if content.startswith(_OTHER_PICTURES) or (content[4:8] == b"ftyp" and content[8:12] in _HEIF):
        raise NotTaken("picture", "a picture of a kind that cannot be encoded anew")
    kept = _listed(content)
    if kept is None or carries_another(content):
        raise NotTaken("kind", "not of a kind that is taken")
    return kept


def _picture(content: bytes) -> SanitizedFile:
    seen = picture_process.looked_at(content)
    if seen is None:
        raise NotTaken("picture", "what claims to be a picture and is none")
    return seen


def _is_other_riff(content: bytes) -> bool:
    """Sounds and films of Windows begin as a WebP does."""
    return content.startswith(b"RIFF") and content[8:12] != b"WEBP"


def _listed(content: bytes) -> SanitizedFile | None:
    """What it is of the list, without what it tells beside; None for all else. Raises NotTaken."""
    if papers.is_paper(content):
        return SanitizedFile(papers.paper(content), "application/pdf")
    if films.is_film(content):
        found = films.film(content)
        return SanitizedFile(*found) if found else None
    for bare, media_type in _SOUNDS:
        if (kept := bare(content)) is not None:
            return SanitizedFile(kept, media_type)
    return None


def content_type(content: bytes) -> str:
    """The type of what is kept, by its bytes."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for signs, kind in _BEGIN_AS if content.startswith(signs)), OPAQUE)
