"""Runs of signs and words of a message as numbers: the same for training and reading."""

import re
import zlib
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from intake.understand.normalise import normalise

Keys = npt.NDArray[np.uint32]
_RUN = re.compile(r"[a-z]+|[\u3400-\u9fff0-9]+")
_LONGEST = 3
_STEM = 5
SHAPE = 1
"""Raise it when a run changes its meaning."""


def grams(text: str, told: Iterable[str] = ()) -> tuple[Keys, npt.NDArray[np.float32]]:
    """The runs, sorted, and how often each stands there. `told`: what rules say, as runs of their own."""
    found = [zlib.crc32(run.encode("utf-8", "surrogatepass")) for run in _runs(normalise(text).lower())]
    found += [zlib.crc32(f"\0{one}".encode()) for one in told]
    keys, counts = np.unique(np.array(found, dtype=np.uint32), return_counts=True)
    return keys, counts.astype(np.float32)


def _runs(said: str) -> Iterator[str]:
    before = ""
    for run in _RUN.findall(said):
        if run.isascii() and run.isalpha():
            yield f" {run}"
            if len(run) > _STEM:
                yield f" {run[:_STEM]}"
            yield f"{before} {run}"
            before = run
            continue
        for size in range(1, _LONGEST + 1):
            yield from (run[at : at + size] for at in range(len(run) - size + 1))
