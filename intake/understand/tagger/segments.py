"""Which signs of a text make a word: the likeliest way to part it into words of a list.

`words.txt` holds a kind, how common (twice the logarithm to two of a count) and its words, a line each. It is
cut from the dictionary of jieba (MIT, © Sun Junyi): one to four signs, the rarest left out.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("words.txt")
_LONGEST = 4
_ALL = 52.0
"""Twice the logarithm of all counts: what a word costs beyond its own commonness."""
_NO_WORD = (0, -2 * _ALL)
"""A sign that is none, or the beginning of some: no way goes by it that can go otherwise."""


def segments(said: Sequence[str]) -> tuple[list[int], list[int]]:
    """For each token where its word begins, and the word's kind (0 where it is none)."""
    words, size = _words(), len(said)
    best = [0.0] * (size + 1)
    steps, kinds = [1] * size, [0] * size
    for at in range(size - 1, -1, -1):
        word = said[at]
        kinds[at], worth = words.get(word, _NO_WORD)
        best[at] = max(worth, -_ALL) + best[at + 1]
        for step in range(2, min(_LONGEST, size - at) + 1):
            word += said[at + step - 1]
            if (found := words.get(word)) is None:
                break
            if found[1] + best[at + step] > best[at]:
                best[at], steps[at], kinds[at] = found[1] + best[at + step], step, found[0]
    return _spread(steps, kinds)


def _spread(steps: Sequence[int], kinds: Sequence[int]) -> tuple[list[int], list[int]]:
    begins, own, at = list(range(len(steps))), list(kinds), 0
    while at < len(steps):
        step = steps[at]
        begins[at : at + step] = [at] * step
        own[at : at + step] = [kinds[at]] * step
        at += step
    return begins, own


@cache
def _words() -> Mapping[str, tuple[int, float]]:
    found: dict[str, tuple[int, float]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        kind, common, *words = line.split(" ")
        found |= dict.fromkeys(words, (ord(kind), int(common) - _ALL))
    beginnings = {word[:size] for word in found for size in range(1, len(word))}
    return {**dict.fromkeys(beginnings, _NO_WORD), **found}
