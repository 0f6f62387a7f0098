"""A picture encoded anew: neither place nor device nor anything hidden behind it comes along.

The rule: what it takes of memory and time is the picture's to say, so only `picture_process` opens one.
"""

import io
import struct
import warnings
from contextlib import suppress

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from app.attachments.sanitized import LARGEST_KEPT, SanitizedFile
from intake.model.messages import Location
from intake.model.ports import NotTaken

MOST_PIXELS = 60_000_000
_QUALITY = 88
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
_KEPT_AS = {"PNG": ("PNG", "image/png"), "GIF": ("PNG", "image/png"), "BMP": ("PNG", "image/png")}
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM")
"""What stands at the front of what is taken for a picture."""
_MARKS = (b"Exif\0\0", b"eXIf", b"EXIF", b"http://ns.adobe.com/xap", b"XML:com.adobe.xmp")
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, IndexError, struct.error)
"""What Pillow raises for pictures, and marks in them, that are not what they claim to be."""


def picture(content: bytes) -> SanitizedFile | None:
    """The picture alone; None for what is none. Raises NotTaken for a broken or a monstrous one."""
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
        if content.startswith(BEGINNINGS) and any(mark in content for mark in _MARKS):
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
