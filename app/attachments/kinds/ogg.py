"""Ogg with one Opus or Vorbis voice in it (RFC 3533, RFC 7845): a run of pages, each with its checksum.

The rule: every byte is one of a page of this one voice. What its comment packet says (names, places,
pictures) is blanked where it stands, and the checksums of its pages are made anew.
"""

import struct
import zlib
from dataclasses import dataclass

_HEAD = struct.Struct("<4sBBqIIIB")
_CRC = 22
_MARKS = {b"OpusHead": b"OpusTags", b"\x01vorbis": b"\x03vorbis"}
_MOST_COMMENTS = 4096


@dataclass(frozen=True, slots=True)
class _Page:
    start: int
    body: int
    end: int
    sizes: bytes
    serial: int


def ogg(content: bytes) -> bytes | None:
    """The voice without its comments; None if it is none, or holds more."""
    pages = _pages(content)
    if not pages or len({page.serial for page in pages}) != 1:
        return None
    first = content[pages[0].body : pages[0].end]
    tags = next((mark for head, mark in _MARKS.items() if first.startswith(head)), None)
    places = _second_packet(pages)
    if tags is None or bytes(content[at] for at in places[: len(tags)]) != tags:
        return None
    return _blanked(bytearray(content), pages, places[len(tags) :])


def _pages(content: bytes) -> list[_Page]:
    found: list[_Page] = []
    at = 0
    while at < len(content):
        if len(content) - at < _HEAD.size:
            return []
        sign, version, _, _, serial, _, _, segments = _HEAD.unpack_from(content, at)
        body = at + _HEAD.size + segments
        sizes = content[at + _HEAD.size : body]
        end = body + sum(sizes)
        if sign != b"OggS" or version or len(sizes) != segments or end > len(content):
            return []
        if _checksum(content[at:end]) != struct.unpack_from("<I", content, at + _CRC)[0]:
            return []
        found.append(_Page(at, body, end, sizes, serial))
        at = end
    return found


def _second_packet(pages: list[_Page]) -> list[int]:
    """Where each byte of the comment packet stands: it may go over several pages."""
    places: list[int] = []
    for page in pages[1:]:
        at = page.body
        for size in page.sizes:
            places += range(at, at + size)
            at += size
            if size < 255:
                return places
    return places


def _blanked(content: bytearray, pages: list[_Page], places: list[int]) -> bytes | None:
    """With the words of every comment replaced by blanks; None where their lengths do not hold."""
    at, number = 0, 1 + _MOST_COMMENTS
    for index in range(2 + _MOST_COMMENTS):
        if index > number:
            break
        size = _number(content, places, at)
        at += 4
        if size is None or at + size > len(places):
            return None
        for place in places[at : at + size]:
            content[place] = 0x20
        at += size
        if index == 0:
            counted = _number(content, places, at)
            at += 4
            if counted is None or counted > _MOST_COMMENTS:
                return None
            number = counted
    for place in places[at + 1 :]:  # padding may hold anything (RFC 7845 §5.2); Vorbis has one framing bit
        content[place] = 0
    _sign_again(content, pages, places)
    return bytes(content)


def _number(content: bytearray, places: list[int], at: int) -> int | None:
    four = bytes(content[place] for place in places[at : at + 4])
    return struct.unpack("<I", four)[0] if len(four) == 4 else None


def _sign_again(content: bytearray, pages: list[_Page], places: list[int]) -> None:
    last = places[-1] if places else 0
    for page in pages[1:]:
        if page.start > last:
            return
        content[page.start + _CRC : page.start + _CRC + 4] = bytes(4)
        struct.pack_into("<I", content, page.start + _CRC, _checksum(bytes(content[page.start : page.end])))


def _checksum(page: bytes) -> int:
    """Ogg's own, its field as zeros: the usual polynomial, but the bits run the other way."""
    turned = (page[:_CRC] + bytes(4) + page[_CRC + 4 :]).translate(_TURNED)
    crc = zlib.crc32(turned, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{crc:032b}"[::-1], 2)


_TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
