"""What a client posts: an urlencoded or multipart form of a size that has an end, as plain values."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser

from desk.open311.responses import Open311Error
from hotline.body import BodyTooLarge, within

LARGEST = 11 * 1024 * 1024
"""Bytes of a whole request; one picture of a telephone is below."""

LARGEST_WORDS = 256 * 1024
"""Bytes of a form without a file, and of what is read before a key is seen."""

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


Fits = Callable[[str], bool]


async def read_form(request: Request, fits: Fits) -> Open311Form:
    """The form of who has a key that `fits`: in the address, or in the form before its file.

    Of anybody else no more is read than a form of words has. Raises Open311Error: 403 without such a key,
    413 for what is too large, 400 for no form.
    """
    key = request.query_params.get("api_key", "").strip()
    if key and not fits(key):
        raise no_key()
    form = await _read(request, fits, admitted=bool(key))
    if not fits(form.text("api_key") or key):
        raise no_key()
    return form


def no_key() -> Open311Error:
    """What is said to who may not write."""
    return Open311Error(403, "api_key was not provided, or is wrong")


async def _read(request: Request, fits: Fits, *, admitted: bool) -> Open311Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == _PARTS:
            return await _opened(await _KeyBeforeFile(request, fits, admitted=admitted).parse())
        if kind in (_PLAIN, ""):
            words = within(request.stream(), LARGEST_WORDS)
            return await _opened(await FormParser(request.headers, words).parse())
    except (MultiPartException, UnicodeDecodeError):
        raise Open311Error(400, "the form cannot be read") from None
    except BodyTooLarge:
        raise Open311Error(413, "the request is too large") from None
    raise Open311Error(400, f"the body must be {_PLAIN} or {_PARTS}")


class _KeyBeforeFile(MultiPartParser):
    """Reads words, and a file only once a field before it has held a key that fits."""

    def __init__(self, request: Request, fits: Fits, *, admitted: bool) -> None:
        body = self._bounded(request.stream())
        super().__init__(request.headers, body, max_files=1, max_fields=_FIELDS, max_part_size=_TEXTS)
        self._fits = fits
        self._admitted = admitted

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        self._admitted = self._admitted or any(
            name == "api_key" and isinstance(value, str) and self._fits(value.strip())
            for name, value in self.items
        )
        if self._current_part.file is not None and not self._admitted:
            raise no_key()

    async def _bounded(self, chunks: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
        total = 0
        async for chunk in chunks:
            total += len(chunk)
            if total > (LARGEST if self._admitted else LARGEST_WORDS):
                raise BodyTooLarge
            yield chunk


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
