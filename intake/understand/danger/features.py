"""What the danger model sees of a text, as numbers: the same for training and reading.

A feature is a run of one to three signs, a word of letters or two in a row, or how long the text is, hashed
into 32 bits. The text is as `normalise` leaves it; the work grows with its length.
"""

import itertools
import re
import zlib

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint32]

SHAPE = 1
"""Raise it when a feature changes its meaning: weights learnt before fit no more."""

_RUNS = (1, 2, 3)
_WORD = re.compile("[a-z']{1,24}")
_DIGIT = re.compile("[0-9]")
_BEGIN, _END = "\x02", "\x03"
_LONGEST = 12
"""Powers of two: longer texts count as equally long."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)


def features(text: str) -> Keys:
    """Each feature of `text` once, in order."""
    plain = _DIGIT.sub("0", text.lower())
    marked = _BEGIN + plain + _END
    codes = np.frombuffer(marked.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    parts = [_runs(codes, size) for size in _RUNS]
    parts.append(np.array([_hashed(said) for said in _spoken(plain)], dtype=np.uint32))
    return np.unique(np.concatenate(parts))


def _runs(codes: npt.NDArray[np.uint64], size: int) -> Keys:
    count = max(len(codes) - size + 1, 0)
    mixed = np.full(count, size, dtype=np.uint64) * _MIX
    for at in range(size):
        mixed = (mixed ^ codes[at : at + count]) * _MIX
        mixed ^= mixed >> _SHIFT
    return (mixed >> np.uint64(16)).astype(np.uint32)


def _spoken(plain: str) -> list[str]:
    words = _WORD.findall(plain)
    pairs = [f"{one} {other}" for one, other in itertools.pairwise(words)]
    apart = [f"{one} _ {other}" for one, other in zip(words, words[2:], strict=False)]
    return [*words, *pairs, *apart, f"#{min(len(plain).bit_length(), _LONGEST)}"]


def _hashed(said: str) -> int:
    return zlib.crc32(said.encode("utf-8"))
