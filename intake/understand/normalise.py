"""The text as the other modules read it: half-width, simplified, without what cannot be seen.

Everything found later has its span in this text. Chinese punctuation stays: it is what the
citizen wrote and what the summary shows.
"""

import unicodedata
from functools import cache

from intake.understand.lexicon import file

LONGEST = 5000
"""Characters read; no platform sends longer messages."""

_KEPT = {"\n", "\u200d", "\ufe0f"}  # line break; what joins and colours emoji


def normalise(text: str) -> str:
    """`text` with full-width letters, digits and signs made half-width, traditional made simplified."""
    plain = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").translate(_table())
    if not plain.replace("\n", "").isprintable():  # else nothing in it is unseen: the way of most messages
        plain = "".join(sign for sign in plain if sign in _KEPT or not _unseen(sign))
    return plain.strip()


def compared(text: str) -> str:
    """The text as names are compared, of any length: one width, one case, simplified."""
    return unicodedata.normalize("NFKC", text).translate(_table()).casefold()


def sign_for_sign(text: str) -> str:
    """As `normalise` reads it, with every sign in its place: what is found there is found in `text`."""
    return text.translate(_table())


def _unseen(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn"}


@cache
def _table() -> dict[int, str]:
    pairs = file("traditional")
    table = str.maketrans(pairs["traditional"], pairs["simplified"])
    half = {0xFF00 + low: chr(0x20 + low) for low in range(1, 0x5F) if _is_word(chr(0x20 + low))}
    return {key: chr(value) for key, value in table.items()} | half | {0x3000: " ", 0xA0: " ", 0x09: " "}


def _is_word(sign: str) -> bool:
    """Letters, digits and the signs that stand in numbers; punctuation keeps its width."""
    return sign.isalnum() or sign in "+-#*/.@&=%_"
