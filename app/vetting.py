"""What a citizen's file really is, by its bytes, and what of it is kept.

The rule: archives and programs are turned away whatever they are called. A picture is encoded anew, so
that neither place nor device nor anything hidden behind the picture comes along; what claims to be a
picture and cannot be read as one is kept as it is and never shown, only saved.
"""

import io
import warnings
from dataclasses import dataclass

import puremagic
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from intake.messages import Location
from intake.ports import Fetched, Rejected

LARGEST = 25 * 1024 * 1024
MOST_PIXELS = 60_000_000
OPAQUE = "application/octet-stream"
_QUALITY = 88
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
_KEPT_AS = {"PNG": ("PNG", "image/png"), "GIF": ("PNG", "image/png"), "BMP": ("PNG", "image/png")}
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


@dataclass(frozen=True, slots=True)
class Vetted:
    """What is kept, its type, and where the picture says it was taken."""

    content: bytes
    media_type: str
    place: Location | None = None


def vet(fetched: Fetched) -> Vetted:
    """Slow for a large picture: keep it off the event loop. Raises Rejected with the reason."""
    content = fetched.content
    if not content:
        raise Rejected("an empty file")
    if len(content) > LARGEST:
        raise Rejected("a file that is too large")
    if _is_refused(content):
        raise Rejected("an archive, a program or a page: such files are not taken")
    return _picture(content) or Vetted(content, content_type(fetched))


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


def _picture(content: bytes) -> Vetted | None:
    """The picture alone; None for what is none. Raises Rejected for one made to fill our memory."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Rejected("a picture with too many pixels")
                return _encoded(picture)
    except Image.DecompressionBombError:
        raise Rejected("a picture with too many pixels") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):  # Pillow's, for broken ones
        return None


def _encoded(picture: Image.Image) -> Vetted:
    form, media_type = _KEPT_AS.get(picture.format or "", ("JPEG", "image/jpeg"))
    place = _place(picture)
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    clear = form == "PNG" and ("A" in upright.mode or upright.mode == "P")
    bare = upright.convert("RGBA" if clear else "RGB")
    bare.info.clear()
    out = io.BytesIO()
    bare.save(out, form, **({"quality": _QUALITY} if form == "JPEG" else {}))
    return Vetted(out.getvalue(), media_type, place)


def _place(picture: Image.Image) -> Location | None:
    """Where it was taken (WGS84), if it says so and means it."""
    gps = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    names = ExifTags.GPS
    lat = _degrees(gps.get(names.GPSLatitude), gps.get(names.GPSLatitudeRef), "S")
    lng = _degrees(gps.get(names.GPSLongitude), gps.get(names.GPSLongitudeRef), "W")
    if lat is None or lng is None or (lat, lng) == (0.0, 0.0) or abs(lat) > 90 or abs(lng) > 180:
        return None
    return Location(lat, lng, "WGS84")


def _degrees(value: object, sign: object, negative: str) -> float | None:
    if not isinstance(value, tuple) or len(value) != 3:
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    found = degrees + minutes / 60 + seconds / 3600
    return None if found != found else -found if sign == negative else found  # noqa: PLR0124  not a number
