"""What a citizen's file really is, by its bytes, and what of it is kept.

The rule: archives and programs are turned away whatever they are called. A picture is encoded anew, so
that neither place nor device nor anything hidden behind the picture comes along; one that cannot be, and may
still tell where its citizen lives, is turned away. What only claims to be a picture is kept as it is.

A small file may be a picture of many million points: none is opened in this process (`picture_process`).
"""

import io
import struct
import warnings
from contextlib import suppress

import puremagic
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from app.attachments import picture_process
from app.attachments.sanitized import LARGEST_KEPT, SanitizedFile
from intake.model.messages import Location
from intake.model.ports import Fetched, NotTaken

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
_TIFF = (b"II*\0", b"MM\0*")
_HEIF = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM")
_MARKS = (b"Exif\0\0", b"eXIf", b"EXIF", b"http://ns.adobe.com/xap", b"XML:com.adobe.xmp")
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, IndexError, struct.error)
"""What Pillow raises for pictures, and marks in them, that are not what they claim to be."""


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
    seen = picture_process.looked_at(content) if content.startswith(_PICTURES) else None
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


def picture(content: bytes) -> SanitizedFile | None:
    """The picture alone; None for what is none. Raises NotTaken for a broken or a monstrous one.

    What it takes of memory is the picture's to say: only `app.attachments.picture_process` calls it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of bombs, counted here, and of broken marks
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise NotTaken("large", "a picture with too many pixels")
                return _whole(picture)
    except Image.DecompressionBombError:
        raise NotTaken("large", "a picture with too many pixels") from None
    except (UnidentifiedImageError, *_BROKEN):
        if content.startswith(_PICTURES) and any(mark in content for mark in _MARKS):
            raise NotTaken("picture", "a broken picture with marks in it") from None
        return None


def _whole(picture: Image.Image) -> SanitizedFile:
    try:
        return _encoded(picture)
    except _BROKEN:
        raise NotTaken("picture", "a picture that cannot be read") from None


def _encoded(picture: Image.Image) -> SanitizedFile:
    form, media_type = _KEPT_AS.get(picture.format or "", ("JPEG", "image/jpeg"))
    place = _place(picture)
    picture.load()
    _set_upright(picture)
    clear = form == "PNG" and ("A" in picture.mode or picture.mode == "P")
    mode = "RGBA" if clear else "RGB"
    bare = picture if picture.mode == mode else picture.convert(mode)
    bare.info.clear()
    out = io.BytesIO()
    bare.save(out, form, **({"quality": _QUALITY} if form == "JPEG" else {}))
    if out.tell() > LARGEST_KEPT:
        raise NotTaken("large", "a picture that is too large when encoded anew")
    return SanitizedFile(out.getvalue(), media_type, place)


def _set_upright(picture: Image.Image) -> None:
    """Turned as its marks say, without a second copy; as it lies where they say nothing that can be read."""
    with suppress(*_BROKEN):
        ImageOps.exif_transpose(picture, in_place=True)


def _place(picture: Image.Image) -> Location | None:
    """Where it was taken (WGS84), if it says so and means it."""
    try:
        gps = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    except _BROKEN:
        return None
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
