"""How long a text is for Telegram, and where it may be cut.

Telegram counts UTF-16 code units: an emoji is two, a family of four joined ones eleven.
"""

import unicodedata
from collections.abc import Iterator

LONGEST = 4096
"""UTF-16 units in one message. Bot API, sendMessage."""

_JOINER = "\u200d"
_GLUED = range(0x1F3FB, 0x1F400)  # skin tones
_FLAGS = range(0x1F1E6, 0x1F200)  # regional indicators: two make a flag
_FARTHEST_BACK = 32  # a "character" longer than this is nobody's script


def units(text: str) -> int:
    """Length in UTF-16 units; a lone surrogate counts as one."""
    return len(text) + sum(character > "\uffff" for character in text)


def pieces(text: str, longest: int = LONGEST) -> Iterator[str]:
    """The text in parts of at most `longest` units, whole characters each, cut at a near line end."""
    while units(text) > longest:
        end = _cut(text, longest)
        yield text[:end]
        text = text[end:]
    yield text


def _cut(text: str, longest: int) -> int:
    end = _fits(text, longest)
    line = text.rfind("\n", end - end // 4, end)
    if line > 0:
        return line + 1
    for back in range(min(_FARTHEST_BACK, end - 1)):
        if not _inside_character(text, end - back):
            return end - back
    return end


def _fits(text: str, longest: int) -> int:
    """How many leading code points take up no more than `longest` units."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > longest:
            return index
    return len(text)


def _inside_character(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if _JOINER in (before, after) or unicodedata.category(after).startswith("M"):
        return True
    return ord(after) in _GLUED or (ord(before) in _FLAGS and ord(after) in _FLAGS)
