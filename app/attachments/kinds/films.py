"""MP4, MOV and M4A (ISO/IEC 14496-12): a tree of boxes, of which few are known.

The rule: pictures and sound alone. What else a box may say (where it was taken, by whom, on what) is blanked
in its place, so that whatever points behind it still does; a track of anything else ends the whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from intake.model.ports import NotTaken

_BRANDS = frozenset(
    {b"isom", b"avc1", b"mp41", b"mp42", b"mp71", b"M4A ", b"M4B ", b"M4V ", b"MSNV", b"dash", b"qt  "}
    | {b"iso%d" % n for n in range(2, 10)}
)
_TOP = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"mfra", b"sidx", b"ssix", b"styp"}
)
_BLANKED = frozenset(
    {b"udta", b"meta", b"uuid", b"free", b"skip", b"loci", b"ilst", b"keys", b"gps ", b"XMP_", b"pnot"}
)
_HOLD = frozenset({b"moov", b"trak", b"mdia", b"minf", b"moof", b"traf", b"mvex", b"edts"})
_DEEPEST = 8
_KINDS = frozenset({b"vide", b"soun", b"tmcd", b"hint"})
_PLACE = NotTaken("film", "a film with a track that may tell where it was taken")


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    body: int
    end: int


def is_film(content: bytes) -> bool:
    """Whether it begins as one does."""
    return content[4:8] == b"ftyp" and content[8:12] in _BRANDS


def film(content: bytes) -> tuple[bytes, str] | None:
    """The film or sound alone, and its type; None if it is none. Raises NotTaken."""
    kept = bytearray(content)
    kinds: list[bytes] = []
    try:
        boxes = list(_boxes(kept, 0, len(kept)))
        for box in boxes:
            _clean(kept, box, kinds, 0)
    except ValueError:
        return None
    tops = {box.kind for box in boxes}
    if not {b"moov"} <= tops or not tops & {b"mdat", b"moof"} or not tops <= _TOP | _BLANKED:
        return None
    if not {b"vide", b"soun"} & set(kinds):
        return None
    return bytes(kept), _type(content, kinds)


def _type(content: bytes, kinds: list[bytes]) -> str:
    if b"vide" not in kinds:
        return "audio/mp4"
    return "video/quicktime" if content[8:12] == b"qt  " else "video/mp4"


def _clean(content: bytearray, box: _Box, kinds: list[bytes], depth: int) -> None:
    """Raises NotTaken for a track of anything but pictures and sound, ValueError for what holds no water."""
    if box.kind in _BLANKED or box.kind[:1] == b"\xa9":
        content[box.start + 4 : box.start + 8] = b"free"
        content[box.body : box.end] = bytes(box.end - box.body)
    if box.kind not in _HOLD:
        return
    if depth >= _DEEPEST:
        raise ValueError("too deep")
    for part in _boxes(content, box.body, box.end):
        if box.kind == b"mdia" and part.kind == b"hdlr":
            kinds.append(_handler(content, part))
        _clean(content, part, kinds, depth + 1)


def _handler(content: bytearray, box: _Box) -> bytes:
    """What a track is of; its free name is blanked."""
    kind = bytes(content[box.body + 8 : box.body + 12])
    if kind not in _KINDS:
        raise _PLACE
    content[box.body + 24 : box.end] = bytes(max(box.end - box.body - 24, 0))
    return kind


def _boxes(content: bytearray, at: int, end: int) -> Iterator[_Box]:
    """What stands between two places, without a gap. Raises ValueError."""
    while at < end:
        if not any(content[at:end]) and end - at < 8:
            return  # QuickTime ends a list of boxes with four zeros
        if end - at < 8:
            raise ValueError("cut off")
        size, kind, body = (
            int.from_bytes(content[at : at + 4], "big"),
            bytes(content[at + 4 : at + 8]),
            at + 8,
        )
        if size == 1:
            size, body = int.from_bytes(content[at + 8 : at + 16], "big"), at + 16
        elif size == 0 and end == len(content):
            size = end - at
        if size < body - at or at + size > end:
            raise ValueError("longer than what it is part of")
        yield _Box(kind, at, body, at + size)
        at += size
