"""The learnt weights: `weights.json`, the head, and `weights.bin`, only numbers. Nothing in them is run.

The rule: whatever is wrong with them is one sentence for the operator, `BadWeights`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from intake.understand.tagger.features import SHAPE, Keys
from intake.understand.tagger.slots import TAGS

FOLDER = Path(__file__).with_name("learnt")
HEAD, NUMBERS = "weights.json", "weights.bin"
LARGEST = 6_000_000
"""Bytes of the numbers."""
LARGEST_HEAD = 100_000

Floats = npt.NDArray[np.float32]


class BadWeights(Exception):
    """The weights cannot be used; the message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How likely somebody must be named to be hidden: where it looks like a name, and where it does not."""

    likely: float
    sure: float


@dataclass(frozen=True, slots=True)
class Weights:
    """A row of `small` for each of the sorted `keys`, to be taken `scale` times; `follows` between tags."""

    keys: Keys
    small: npt.NDArray[np.int8]
    scale: float
    follows: Floats
    limits: Limits
    about: Mapping[str, Any]  # what they were learnt from


def load(folder: Path = FOLDER) -> Weights:
    """The folder's weights. Raises BadWeights."""
    head = _head(folder)
    keys = head["keys"]
    said = _numbers(folder, head.get("sha256"), _size(keys))
    weights = Weights(
        np.frombuffer(said, "<u4", keys),
        np.frombuffer(said, "i1", keys * len(TAGS), keys * 4).reshape(keys, len(TAGS)),
        float(head["scale"]),
        np.frombuffer(said, "<f4", len(TAGS) ** 2, keys * (4 + len(TAGS))).reshape(len(TAGS), len(TAGS)),
        Limits(head["likely"], head["sure"]),
        head["about"],
    )
    if not (np.isfinite(weights.follows).all() and (weights.keys[1:] > weights.keys[:-1]).all()):
        raise BadWeights(f"{folder / NUMBERS} is damaged: its numbers are out of order.")
    return weights


def save(folder: Path, weights: Weights) -> None:
    """Write a folder `load` reads; the head last, so that half of it is nothing. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HEAD).unlink(missing_ok=True)
    said = (
        weights.keys.astype("<u4").tobytes()
        + weights.small.tobytes()
        + weights.follows.astype("<f4").tobytes()
    )
    (folder / NUMBERS).write_bytes(said)
    head = {
        "shape": SHAPE,
        "tags": list(TAGS),
        "keys": len(weights.keys),
        "scale": weights.scale,
        "likely": weights.limits.likely,
        "sure": weights.limits.sure,
        "sha256": hashlib.sha256(said).hexdigest(),
        "about": dict(weights.about),
    }
    (folder / HEAD).write_text(json.dumps(head, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _size(keys: int) -> int:
    return keys * (4 + len(TAGS)) + 4 * len(TAGS) ** 2


def _head(folder: Path) -> dict[str, Any]:
    file = folder / HEAD
    try:
        head = json.loads(_read(file, LARGEST_HEAD))
    except (ValueError, RecursionError):
        raise BadWeights(f"{file} is damaged: it is not JSON.") from None
    if not isinstance(head, dict) or head.get("shape") != SHAPE or head.get("tags") != list(TAGS):
        raise BadWeights(f"{file} was made by another release: take this release's.")
    if type(head.get("keys")) is not int or not 0 < head["keys"] * (4 + len(TAGS)) < LARGEST:
        raise BadWeights(f"{file} is damaged: it does not say how many numbers there are.")
    if not all(
        isinstance(head.get(name), float) and 0 < head[name] < 1 for name in ("scale", "likely", "sure")
    ):
        raise BadWeights(f"{file} is damaged: it does not say what the numbers mean.")
    if not isinstance(head.get("about"), dict):
        raise BadWeights(f"{file} is damaged: it does not say what it was learnt from.")
    return head


def _numbers(folder: Path, told: object, size: int) -> bytes:
    file = folder / NUMBERS
    said = _read(file, LARGEST)
    if len(said) != size or hashlib.sha256(said).hexdigest() != told:
        raise BadWeights(f"{file} is damaged: it is not the file the head was written with.")
    return said


def _read(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as content:
            said = content.read(most + 1)
    except FileNotFoundError:
        raise BadWeights(f"{file} is missing.") from None
    except OSError as fault:
        raise BadWeights(f"{file} cannot be read: {fault.strerror}.") from None
    if len(said) > most:
        raise BadWeights(f"{file} is too large.")
    return said
