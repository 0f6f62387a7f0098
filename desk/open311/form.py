"""What a client posts: an urlencoded or multipart form of a size that has an end, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser

from desk.open311.responses import Open311Error
from hotline.body import BodyTooLarge, within

LARGEST = 11 * 1024 * 1024
"""Bytes of a whole request; one picture of a telephone is below."""

_FIELDS = 200
_TEXTS = 64 * 1024
_PLAIN = "application/x-www-form-urlencoded"
_PARTS = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Open311Form:
    """`texts` by name, each name's values in order; `media` is a file's content."""

    texts: Mapping[str, tuple[str, ...]]
    media: bytes | None = None

    def text(self, name: str) -> str:
        """The first value without space around it; "" if missing."""
        return self.texts.get(name, ("",))[0].strip()

    def answers(self) -> dict[str, tuple[str, ...]]:
        """The attributes by their codes: `attribute[CODE]`, or `attribute[CODE][]` for several values."""
        found: dict[str, tuple[str, ...]] = {}
        for name, values in self.texts.items():
            if name.startswith("attribute["):
                code = name.removeprefix("attribute[").removesuffix("[]").removesuffix("]")
                found[code] = (*found.get(code, ()), *(one for one in values if one))
        return found


async def read_form(request: Request) -> Open311Form:
    """The form. Raises Open311Error for one that is too large or no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = within(request.stream(), LARGEST)
    try:
        if kind == _PARTS:
            parser = MultiPartParser(
                request.headers, body, max_files=1, max_fields=_FIELDS, max_part_size=_TEXTS
            )
            return await _opened(await parser.parse())
        if kind in (_PLAIN, ""):
            return await _opened(await FormParser(request.headers, body).parse())
    except (MultiPartException, UnicodeDecodeError):
        raise Open311Error(400, "the form cannot be read") from None
    except BodyTooLarge:
        raise Open311Error(413, "the request is too large") from None
    raise Open311Error(400, f"the body must be {_PLAIN} or {_PARTS}")


async def _opened(data: FormData) -> Open311Form:
    texts: dict[str, tuple[str, ...]] = {}
    media = None
    try:
        for name, value in data.multi_items():
            if isinstance(value, UploadFile):
                media = await value.read() if name == "media" else media
            elif len(texts) < _FIELDS:
                texts[name] = (*texts.get(name, ()), _clean(value))
    finally:
        await data.close()
    return Open311Form(texts, media or None)


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "")
