"""Runs of signs as numbers: the features of the category model, when it learns and when it is asked.

A sign is at most 21 bits, so a run of up to three fits into one 64-bit key. Title and body are kept apart: a
word in a title says more.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intake.understand.normalise import normalise

Keys = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.float32]

BITS = np.uint64(21)


@dataclass(frozen=True, slots=True)
class TextField:
    """One part of a complaint: which runs are read in it."""

    name: str
    runs: tuple[int, ...]


FIELDS = (TextField("title", (1, 2)), TextField("body", (1, 2)))


def fields_of(title: str, body: str) -> tuple[str, ...]:
    """The texts of `FIELDS`, without blanks and capitals."""
    return _plain(title), _plain(body)


def _plain(text: str) -> str:
    return "".join(normalise(text).casefold().split())


def counted(text: str, field: TextField) -> tuple[Keys, Counts]:
    """The different runs in `text`, sorted, and how often each stands there."""
    signs = np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    found = np.concatenate([_runs(signs, length) for length in field.runs])
    keys, counts = np.unique(found, return_counts=True)
    return keys, counts.astype(np.float32)


def _runs(signs: Keys, length: int) -> Keys:
    if len(signs) < length:
        return np.empty(0, dtype=np.uint64)
    key = signs[: len(signs) - length + 1]
    for offset in range(1, length):
        key = (key << BITS) | signs[offset : len(signs) - length + 1 + offset]
    return key
