"""PDF without anything that acts: no script, no start of another program, no file within, no form that runs.

The rule: nothing is believed of how the file is built, for its readers do not agree on it. Every byte is
looked through, and so is whatever can be unpacked behind every "stream", wherever that word stands; what
packs in a way that is not undone here, or locks its words, is turned away. Photos in it lose their marks.
"""

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import product

from intake.model.ports import NotTaken

_ACTS = re.compile(
    rb"/(?:JavaScript|OpenAction|Launch|EmbeddedFiles?|XFA|RichMedia|SubmitForm|ImportData|GoToE|Rendition"
    rb"|FileAttachment|Encrypt|Movie|Sound)(?![A-Za-z0-9])"
)
_ACTS_IN_WORDS = re.compile(rb"/(?:JS|AA)(?![A-Za-z0-9])")
_PACKED = re.compile(rb"/(\w+Decode|Crypt|AHx|A85|LZW|RL)(?![A-Za-z0-9])")
_UNDONE = frozenset({b"FlateDecode", b"DCTDecode", b"CCITTFaxDecode", b"JBIG2Decode"})
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n?")
_NUMBERS = {
    # what an image or a table of objects is laid out by, and what it is where nothing says so
    b"Columns": 1,
    b"Colors": 1,
    b"BitsPerComponent": 8,
}
_LAID_OUT = re.compile(rb"/Predictor(?![A-Za-z0-9])\s*(\S{0,3})")
_PLAIN = (b"1",)
_PNG = (b"10", b"11", b"12", b"13", b"14", b"15")
_PIECE = 1 << 20
_OVERLAP = 64
_MOST = 400 * _PIECE
_MOST_STREAMS = 20_000
_FED = 64 * 1024
_MOST_LAID_OUT = 16 * _PIECE
_MOST_LAYOUTS = 32
_MOST_WORK = 2 * _PIECE
_PAETH = 4
Layouts = tuple[tuple[int, int], ...]
_MARKS = re.compile(rb"\xff\xe1(..)(?=Exif\0\0|http://ns\.adobe\.com/)", re.DOTALL)


def is_paper(content: bytes) -> bool:
    """Whether it begins as one does."""
    return content.startswith(b"%PDF-")


def paper(content: bytes) -> bytes:
    """The paper, its photos without marks. Raises NotTaken."""
    plain = _unescaped(content)
    if _ACTS.search(plain) or _ACTS.search(content):
        raise _refused("something in it acts")
    if any(match[1] not in _UNDONE for match in _PACKED.finditer(plain)):
        raise _refused("something in it is packed in a way we do not look into")
    layouts = _layouts(plain)
    words, left = bytearray(content), _MOST
    if content.count(b"stream") > _MOST_STREAMS:
        raise _refused("it has too many parts")
    for match in _STREAM.finditer(content):
        taken, ends = _looked_through(content, match.end(), left, layouts)
        left -= taken
        if left <= 0:
            raise _refused("it unpacks to too much")
        words[match.end() : ends] = bytes(ends - match.end())
    if _ACTS_IN_WORDS.search(_unescaped(_without_pictures(bytes(words)))):
        raise _refused("something in it acts")
    return _without_marks(content)


def _refused(reason: str) -> NotTaken:
    return NotTaken("paper", f"a PDF: {reason}")


def _unescaped(content: bytes) -> bytes:
    """Names with their escaped signs written out."""
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), content)


def _layouts(plain: bytes) -> Layouts:
    """How rows may be laid out in this file: bytes of a row, and of a point. Raises NotTaken."""
    said = {match[1].strip(b"/<>[]()") for match in _LAID_OUT.finditer(plain)} - set(_PLAIN)
    if not said:
        return ()
    if not said <= set(_PNG):
        raise _refused("it is laid out in a way we do not look into")
    values = [_values(plain, name, usual) for name, usual in _NUMBERS.items()]
    found = {
        ((columns * colors * bits + 7) // 8, max(colors * bits // 8, 1))
        for columns, colors, bits in product(*values)
    }
    if len(found) > _MOST_LAYOUTS:
        raise _refused("it is laid out in too many ways")
    return tuple(sorted(found))


def _values(plain: bytes, name: bytes, usual: int) -> set[int]:
    given = re.findall(rb"/" + name + rb"(?![A-Za-z0-9])\s*(\d{1,6})?", plain)
    if any(not one for one in given):
        raise _refused("its layout is said elsewhere")
    return {usual, *map(int, given)}


def _looked_through(content: bytes, at: int, most: int, layouts: Layouts) -> tuple[int, int]:
    """How much could be unpacked here, and where that ended. Raises NotTaken."""
    taken, before, unpacked = 0, b"", bytearray()
    packed = _Packed(content, at)
    for piece in packed.pieces(most):
        taken += len(piece)
        if _acts(before + piece):
            raise _refused("something in it acts")
        before = piece[-_OVERLAP:]
        if layouts:
            unpacked += piece
        if len(unpacked) > _MOST_LAID_OUT:
            raise _refused("something in it is laid out in a way that takes too long")
    for row, point in layouts if unpacked else ():
        if _acts(_plain_rows(unpacked, row, point)):
            raise _refused("something in it acts")
    return taken, packed.end


def _acts(words: bytes) -> bool:
    return bool(_ACTS.search(words) or (b"#" in words and _ACTS.search(_unescaped(words))))


class _Packed:
    """What is packed from a place on; `end` is where it ended, or that place if it is nothing whole."""

    def __init__(self, content: bytes, at: int) -> None:
        self._content = memoryview(content)
        self._at = self.end = at

    def pieces(self, most: int) -> Iterator[bytes]:
        """It unpacked, piece by piece, as far as that goes."""
        unpacker, rest, at = zlib.decompressobj(), b"", self._at
        with suppress(zlib.error):
            while most >= 0 and not unpacker.eof and (rest or at < len(self._content)):
                fed = rest or bytes(self._content[at : at + _FED])
                at += 0 if rest else len(fed)
                piece = unpacker.decompress(fed, _PIECE)
                rest = unpacker.unconsumed_tail
                most -= len(piece)
                yield piece
        if unpacker.eof:
            self.end = at - len(unpacker.unused_data)


def _plain_rows(laid_out: bytearray, row: int, point: int) -> bytes:
    """Rows as PNG lays them out (ISO/IEC 15948 §9), undone; readers copy a row that is laid out in no way."""
    before, rows, work = bytearray(row), [], 0
    for at in range(0, len(laid_out), row + 1):
        how, line = laid_out[at], laid_out[at + 1 : at + 1 + row]
        work += len(line) if 1 <= how <= _PAETH else 1
        if work > _MOST_WORK:
            raise _refused("something in it is laid out in a way that takes too long")
        if 1 <= how <= _PAETH:
            _undo(how, line, before, point)
        rows.append(bytes(line))
        before = line + bytes(row - len(line))
    return b"".join(rows)


def _undo(how: int, line: bytearray, above: bytearray, point: int) -> None:
    for at in range(len(line)):
        left = line[at - point] if at >= point else 0
        corner = above[at - point] if at >= point else 0
        line[at] = line[at] + _foretold(how, left, above[at], corner) & 0xFF


def _foretold(how: int, left: int, above: int, corner: int) -> int:
    if how == 1:
        return left
    if how == 2:
        return above
    if how == 3:
        return (left + above) // 2
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))


def _without_pictures(words: bytes) -> bytes:
    """What is no picture: in its bytes any three signs may stand."""
    return re.sub(rb"\xff\xd8\xff.*?\xff\xd9", b"", words, flags=re.DOTALL)


def _without_marks(content: bytes) -> bytes:
    """The marks of its photos blanked in their place."""
    kept = bytearray(content)
    for match in _MARKS.finditer(content):
        size = int.from_bytes(match[1], "big")
        end = min(match.start() + 2 + size, len(kept))
        kept[match.end() : end] = bytes(max(end - match.end(), 0))
    return bytes(kept)
