"""WebM with one voice in it (a browser's recorder): a tree of elements (RFC 8794), of which few are known.

The rule: Opus or Vorbis alone; what stands around the voice (tags, attachments, chapters, names) goes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_EBML, _SEGMENT, _VOID = 0x1A45DFA3, 0x18538067, 0xEC
_DOC_TYPE = 0x4282
_TRACKS, _TRACK, _TRACK_TYPE, _CODEC = 0x1654AE6B, 0xAE, 0x83, 0x86
_CLUSTER = 0x1F43B675
_KEPT = frozenset({0x114D9B74, 0x1549A966, _TRACKS, _CLUSTER, 0x1C53BB6B, _VOID, 0xBF})
"""SeekHead, Info, Tracks, Cluster, Cues, Void, a checksum."""
_DROPPED = frozenset({0x1254C367, 0x1043A770})
"""Tags and chapters; an attachment is not even dropped."""
_SOUND = 2
_CODECS = frozenset({b"A_OPUS", b"A_VORBIS"})


@dataclass(frozen=True, slots=True)
class _Element:
    """`end` is where its parent's ends if it does not say its size."""

    id: int
    start: int
    body: int
    end: int
    sized: bool


def webm(content: bytes) -> bytes | None:
    """The voice alone; None if it is none, or holds more."""
    kept = bytearray(content)
    try:
        head, segment = _top(kept)
        if _child(kept, head, _DOC_TYPE) != b"webm" or not _clean(kept, segment):
            return None
    except (ValueError, IndexError):
        return None
    return bytes(kept)


def _top(content: bytearray) -> tuple[_Element, _Element]:
    """Raises ValueError unless there is one header and one segment, and nothing behind them."""
    head = _element(content, 0, len(content))
    segment = _element(content, head.end, len(content))
    if head.id != _EBML or segment.id != _SEGMENT or segment.end != len(content):
        raise ValueError("not one header and one segment")
    return head, segment


def _clean(content: bytearray, segment: _Element) -> bool:
    sounds = 0
    for one in _parts(content, segment):
        if one.id in _DROPPED:
            _void(content, one)
        elif one.id not in _KEPT:
            return False
        elif one.id == _TRACKS:
            for track in _inside(content, one):
                if track.id == _TRACK and not _is_sound(content, track):
                    return False
                sounds += track.id == _TRACK
        elif one.id == _VOID:
            content[one.body : one.end] = bytes(one.end - one.body)
    return sounds == 1


def _is_sound(content: bytearray, track: _Element) -> bool:
    kind, codec = _child(content, track, _TRACK_TYPE), _child(content, track, _CODEC)
    return kind == bytes([_SOUND]) and codec.rstrip(b"\0") in _CODECS


def _parts(content: bytearray, segment: _Element) -> Iterator[_Element]:
    """The segment's elements; a cluster that does not say its size ends where the next one begins."""
    at = segment.body
    while at < segment.end:
        one = _element(content, at, segment.end)
        if one.id == _CLUSTER and not one.sized:
            at = one.body
            while at < segment.end and (part := _element(content, at, segment.end)).id not in (
                _KEPT - {_VOID, 0xBF}
            ):
                if part.id > 0xFFFFFF or not part.sized:
                    break
                at = part.end
            yield one
            continue
        yield one
        at = one.end


def _inside(content: bytearray, parent: _Element) -> Iterator[_Element]:
    at = parent.body
    while at < parent.end:
        one = _element(content, at, parent.end)
        yield one
        at = one.end


def _child(content: bytearray, parent: _Element, id_: int) -> bytes:
    return next(
        (bytes(content[one.body : one.end]) for one in _inside(content, parent) if one.id == id_), b""
    )


def _element(content: bytearray, at: int, end: int) -> _Element:
    """The element that begins here. Raises ValueError or IndexError where none does."""
    id_, body = _number(content, at, 4, marked=True)
    size, body = _number(content, body, 8, marked=False)
    if size is None:
        return _Element(id_ or 0, at, body, end, sized=False)
    if body + size > end:
        raise ValueError("longer than what it is part of")
    return _Element(id_ or 0, at, body, body + size, sized=True)


def _number(content: bytearray, at: int, longest: int, *, marked: bool) -> tuple[int | None, int]:
    """A number of its own length, with its mark or without; None: all ones, a size that is not said."""
    length = 9 - content[at].bit_length()
    if length > longest:
        raise ValueError("no such number")
    value = int.from_bytes(content[at : at + length], "big")
    if len(content) < at + length:
        raise ValueError("cut off")
    bits = 7 * length
    if marked:
        return value, at + length
    value &= (1 << bits) - 1
    return (None if value == (1 << bits) - 1 else value), at + length


def _void(content: bytearray, one: _Element) -> None:
    """Blank in its place, so that whatever points behind it still does."""
    whole = one.end - one.start
    if whole < 9:
        raise ValueError("too short to be blanked")
    content[one.start : one.end] = bytes([_VOID, 0x01]) + (whole - 9).to_bytes(7, "big") + bytes(whole - 9)
