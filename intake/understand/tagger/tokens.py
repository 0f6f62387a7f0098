"""A text as the tagger counts it: a Han sign, a word of letters, a number, any other sign is one token.

Places are those of the text as given; what is read as something else (full width, traditional, capitals) is
so sign for sign. Blanks are no tokens, but a token knows whether one stands before it.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from intake.understand.lexicon import file, table
from intake.understand.normalise import sign_for_sign
from intake.understand.tagger.segments import segments

Codes = npt.NDArray[np.uint64]

_TOKEN = re.compile(r"\d+|[a-z]+(?:['’][a-z]+)*|[^ \t\u3000\u00a0]", re.DOTALL)
_LONGEST_WORD = 24
_LONGEST_NUMBER = 12
_LONGEST_LISTED = 4
_DIGITS = frozenset(
    "\u96f6\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341\u4e24\u767e\u5e7a\u3007"
)
_HAN_LOW, _HAN_HIGH = "\u3400", "\u9fff"
_WIDE = {
    **{0xFF00 + low: chr(0x20 + low) for low in range(1, 0x5F)},
    **{ord(big): big.lower() for big in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    ord("\u3002"): ".",
    ord("﹒"): ".",
    ord("\uff5e"): "~",
}


@dataclass(frozen=True, slots=True)
class TextTokens:
    """`codes` has a row for each view of the tokens: see `VIEWS`."""

    starts: Sequence[int]
    ends: Sequence[int]
    codes: Codes

    def __len__(self) -> int:
        return len(self.starts)


VIEWS = ("word", "kind", "name", "listed", "number", "part", "whole", "before", "behind")
"""Looked at of each token: itself, its kind, what it is in names, the list it stands in, a number; of the
word it is a sign of: its kind with the sign's place in it, the word, the one before it and the one behind."""


def tokens(text: str) -> TextTokens:
    """The text's tokens with their codes."""
    plain = sign_for_sign(text).translate(_WIDE)
    found = [match.span() for match in _TOKEN.finditer(plain)]
    starts, ends = [start for start, _ in found], [end for _, end in found]
    said = [plain[start:end] for start, end in found]
    rows = (
        [_code(one) for one in said],
        [
            _kind(one, start > 0 and plain[start - 1].isspace(), text[start].isupper())
            for one, start in zip(said, starts, strict=True)
        ],
        [_words().in_names.get(one, 0) for one in said],
        _listed(said),
        [_code(one) if one.isdigit() and len(one) < _LONGEST_WORD else 0 for one in said],
        *_in_words(said),
    )
    return TextTokens(starts, ends, np.array(rows, dtype=np.uint64).reshape(len(rows), len(found)))


def _code(said: str) -> int:
    if len(said) == 1 and not said.isdigit():
        return ord(said)
    if said.isdigit():
        return 0x200000 + min(len(said), _LONGEST_NUMBER)
    return 0x300000 + zlib.crc32(said[:_LONGEST_WORD].encode())


def _in_words(said: Sequence[str]) -> tuple[list[int], ...]:
    begins, kinds = segments(said)
    ends = [*(number for number in range(1, len(said)) if begins[number] == number), len(said)]
    starts = [0, *ends[:-1]]
    whole = [_code("".join(said[start:end])) for start, end in zip(starts, ends, strict=True) if end]
    which = [number for number, start in enumerate(starts) for _ in range(start, ends[number])]
    parts = [
        kinds[at] * 4 + 2 * (at == begins[at]) + (at + 1 == ends[number]) for at, number in enumerate(which)
    ]
    beside = [0, *whole, 0]
    return (
        parts,
        [beside[number + 1] for number in which],
        [beside[number] for number in which],
        [beside[number + 2] for number in which],
    )


def _kind(said: str, blank: bool, capital: bool) -> int:
    first = said[0]
    if first.isdigit():
        kind = 16 + min(len(said), _LONGEST_NUMBER)
    elif first in _DIGITS:
        kind = 1
    elif _HAN_LOW <= first <= _HAN_HIGH:
        kind = 2
    elif first.isascii() and first.isalpha():
        kind = 5 if capital else 3
    else:
        kind = 4 if first.isalnum() else 64 + ord(first)
    return kind * 2 + blank


def _listed(said: Sequence[str]) -> list[int]:
    """For each token the longest listed word that covers it, and which part of it the token is."""
    words, found = _words().listed, [0] * len(said)
    for at in range(len(said)):
        if found[at]:
            continue
        for size in range(min(_LONGEST_LISTED, len(said) - at), 0, -1):
            kind = words.get("".join(said[at : at + size]))
            if kind:
                found[at : at + size] = [
                    kind * 4 + (2 if part == size - 1 else part > 0) for part in range(size)
                ]
                break
    return found


@dataclass(frozen=True, slots=True)
class _Words:
    in_names: dict[str, int]
    listed: dict[str, int]


@cache
def _words() -> _Words:
    data, person = file("people"), table("person")
    surnames, given = data["surnames"], data["given"]
    bits = (
        (1, surnames["sure"]),
        (2, surnames["words"]),
        (4, surnames["rare"]),
        (8, given["usual"]),
        (16, given["never"]),
        (32, surnames["sounds"]),
    )
    in_names: dict[str, int] = {}
    for bit, signs in bits:
        for sign in set(signs) - {"\n"}:
            in_names[sign] = in_names.get(sign, 0) | bit
    lists = (
        data["words"]["ends"],
        data["beside"]["kin"],
        data["beside"]["told"],
        data["forms"]["office"],
        (*data["forms"]["private"], *person["titles"]),
        surnames["compound"],
    )
    listed = {
        word: kind for kind, words in enumerate(lists, 1) for word in words if len(word) <= _LONGEST_LISTED
    }
    return _Words(in_names, listed)
