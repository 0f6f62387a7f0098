"""The learnt numbers: `labels.json`, the head, and `labels.bin`. Nothing in them is run.

The rule: whatever is wrong with them is one sentence for the operator, `BadLabels`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from intake.understand.labels.grams import SHAPE, Keys

FOLDER = Path(__file__).with_name("learnt")
HEAD, NUMBERS = "labels.json", "labels.bin"
LARGEST = 5_000_000
"""Bytes of the numbers."""
LARGEST_HEAD = 100_000
Floats = npt.NDArray[np.float32]


class BadLabels(Exception):
    """The numbers cannot be used; the message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class LinearPart:
    """One question: what each run (`keys`, sorted) is worth to each label, times `scale`.

    `steep` and `start` make a score a probability: of all labels together where `one_of`, else of each.
    """

    name: str
    labels: tuple[str, ...]
    one_of: bool
    keys: Keys
    rare: Floats
    small: npt.NDArray[np.int8]
    starts: Floats
    scale: float
    steep: float
    start: float


@dataclass(frozen=True, slots=True)
class StoredLabels:
    """Every question's part, and what they were learnt from."""

    parts: Mapping[str, LinearPart]
    about: Mapping[str, Any]


def save(folder: Path, parts: Iterable[LinearPart], about: Mapping[str, Any]) -> None:
    """Write a folder `load` reads; the head last. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HEAD).unlink(missing_ok=True)
    parts = tuple(parts)
    said = b"".join(_packed(one) for one in parts)
    (folder / NUMBERS).write_bytes(said)
    heads = [
        {
            "name": one.name,
            "labels": one.labels,
            "one_of": one.one_of,
            "keys": len(one.keys),
            "scale": one.scale,
            "steep": one.steep,
            "start": one.start,
        }
        for one in parts
    ]
    head = {"shape": SHAPE, "sha256": hashlib.sha256(said).hexdigest(), "about": dict(about), "parts": heads}
    (folder / HEAD).write_text(json.dumps(head, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load(folder: Path = FOLDER) -> StoredLabels:
    """The folder's numbers. Raises BadLabels."""
    head, said = _head(folder), _read(folder / NUMBERS, LARGEST)
    if hashlib.sha256(said).hexdigest() != head.get("sha256"):
        raise BadLabels(f"{folder / NUMBERS} is damaged: it is not the file the head was written with.")
    parts, at = {}, 0
    try:
        for one in head["parts"]:
            parts[one["name"]] = _unpacked(one, said, at)
            at += _size(one["keys"], len(one["labels"]))
    except (KeyError, TypeError, ValueError):
        raise BadLabels(f"{folder / HEAD} is damaged: it does not say what the numbers mean.") from None
    return StoredLabels(parts, head.get("about", {}))


def _packed(one: LinearPart) -> bytes:
    return (
        one.keys.astype("<u4").tobytes()
        + one.rare.astype("<f2").tobytes()
        + one.small.tobytes()
        + one.starts.astype("<f4").tobytes()
    )


def _size(keys: int, labels: int) -> int:
    return keys * (6 + labels) + 4 * labels


def _unpacked(head: Mapping[str, Any], said: bytes, at: int) -> LinearPart:
    keys, labels = int(head["keys"]), tuple(head["labels"])
    own = said[at : at + _size(keys, len(labels))]
    return LinearPart(
        str(head["name"]),
        labels,
        bool(head["one_of"]),
        np.frombuffer(own, "<u4", keys),
        np.frombuffer(own, "<f2", keys, 4 * keys).astype(np.float32),
        np.frombuffer(own, "i1", keys * len(labels), 6 * keys).reshape(keys, len(labels)),
        np.frombuffer(own, "<f4", len(labels), keys * (6 + len(labels))),
        float(head["scale"]),
        float(head["steep"]),
        float(head["start"]),
    )


def _head(folder: Path) -> dict[str, Any]:
    file = folder / HEAD
    try:
        head = json.loads(_read(file, LARGEST_HEAD))
    except (ValueError, RecursionError):
        raise BadLabels(f"{file} is damaged: it is not JSON.") from None
    if not isinstance(head, dict) or head.get("shape") != SHAPE:
        raise BadLabels(f"{file} was made by another release: take this release's.")
    return head


def _read(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as content:
            said = content.read(most + 1)
    except FileNotFoundError:
        raise BadLabels(f"{file} is missing.") from None
    except OSError as fault:
        raise BadLabels(f"{file} cannot be read: {fault.strerror}.") from None
    if len(said) > most:
        raise BadLabels(f"{file} is too large.")
    return said
