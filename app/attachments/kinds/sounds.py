"""Voices and music: AMR, SILK and MP3 are runs of frames, and nothing else may stand in them.

The rule: every byte is one of a frame; what stands around those of an MP3 (names, pictures, places) goes.
"""

import struct
from collections.abc import Callable
from itertools import pairwise

Bare = Callable[[bytes], bytes | None]

_NARROW = (12, 13, 15, 17, 19, 20, 26, 31, 5, None, None, None, None, None, None, 0)
_WIDE = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, None, None, None, None, 0, 0)
"""Bytes of a frame by its type (RFC 4867 §4.3.3); None: no such type."""
_PADDING = 0x83
_LONGEST_SILK = 1250
_SILK_END = 0xFFFF


def amr(content: bytes) -> bytes | None:
    """An AMR voice, as it is; None if it is none."""
    wide = content.startswith(b"#!AMR-WB\n")
    at, sizes = (9, _WIDE) if wide else (6, _NARROW)
    if not content.startswith(b"#!AMR\n") and not wide:
        return None
    while at < len(content):
        size = sizes[content[at] >> 3 & 15]
        if content[at] & _PADDING or size is None:
            return None
        at += 1 + size
    return content  # the last frame may be cut off: recorders stop so


def silk(content: bytes) -> bytes | None:
    """WeChat's own voice, as it is; None if it is none."""
    at = content.find(b"#!SILK_V3", 0, 10)
    if at not in (0, 1) or content[:at] not in (b"", b"\x02"):
        return None
    at += 9
    while at + 2 <= len(content):
        (size,) = struct.unpack_from("<H", content, at)
        if size == _SILK_END:
            return content if at + 2 == len(content) else None
        if size > _LONGEST_SILK:
            return None
        at += 2 + size
    return content


_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_KBIT = {
    (True, 3): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 1): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 3): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 1): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_FEWEST = 2
"""Frames by which an MP3 is known: one alone is too likely by chance."""


def mp3(content: bytes) -> bytes | None:
    """An MP3 without its tags; None if it is none."""
    start = _behind_tags(content)
    at, frames = start, [start]
    while (size := _frame(content, at)) and at + size <= len(content):
        at += size
        frames.append(at)
    if len(list(pairwise(frames))) < _FEWEST or not _is_end(content, at):
        return None
    return content[start:at]


def _behind_tags(content: bytes) -> int:
    """Where the first frame should begin: behind as many ID3v2 tags as there are."""
    at = 0
    while content[at : at + 3] == b"ID3" and len(content) >= at + 10:
        sizes = content[at + 6 : at + 10]
        if any(one > 127 for one in sizes):
            return len(content)
        size = sizes[0] << 21 | sizes[1] << 14 | sizes[2] << 7 | sizes[3]
        at += 10 + size + (10 if content[at + 5] & 0x10 else 0)
    while content[at : at + 1] == b"\0":  # some leave room behind the tag
        at += 1
    return at


def _frame(content: bytes, at: int) -> int:
    """The length of the frame that begins here; 0 for none (ISO/IEC 11172-3 §2.4.1.3)."""
    head = content[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or not layer or not 0 < bits < 15 or rate == 3:
        return 0
    kbit, hertz = _KBIT[version == 3, layer][bits] * 1000, _RATES[version][rate]
    if layer == 3:
        return (12 * kbit // hertz + padding) * 4
    return (72 if layer == 1 and version != 3 else 144) * kbit // hertz + padding


def _is_end(content: bytes, at: int) -> bool:
    """Whether only what is known to stand behind the frames does: tags, silence, a frame cut off."""
    rest = content[at:]
    known = rest.startswith((b"TAG", b"APETAGEX", b"LYRICSBEGIN"))
    return known or not rest.strip(b"\0") or bool(_frame(content, at))
