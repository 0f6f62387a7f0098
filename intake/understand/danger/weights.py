"""The learnt weights: `weights.json`, the head, and `weights.bin`, only numbers. Nothing in them is run.

The rule: whatever is wrong with them is one sentence for the operator, `BadDangerWeights`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from intake.model.danger_kinds import NUMBERS as CALLED
from intake.model.danger_kinds import DangerKind
from intake.understand.danger.features import SHAPE, Keys

FOLDER = Path(__file__).with_name("learnt")
HEAD, NUMBERS = "weights.json", "weights.bin"
LARGEST = 3_000_000
"""Bytes of the numbers."""
LARGEST_HEAD = 100_000

COLUMNS = ("danger", "outage", *DangerKind, *CALLED)
"""What is weighed: whether somebody is in danger, whether many are cut off, of which kind, whom to call."""
_STEP = 4 + len(COLUMNS)
_EDGE = 1_000_000.0

Floats = npt.NDArray[np.float64]


class BadDangerWeights(Exception):
    """The weights cannot be used; the message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class DangerLimits:
    """From which weight on the form stops, one tap is asked for, a line is added; and a ticket hurried.

    `backed`: from where on a rule's alarm is believed; `ruled`: from where on one that is not is a line.
    """

    hard: float
    tap: float
    soft: float
    backed: float
    ruled: float
    outage: float


@dataclass(frozen=True, slots=True)
class DangerWeights:
    """A row of `small` for each of the sorted `keys`; a column counts `scales` times, from `bias` on."""

    keys: Keys
    small: npt.NDArray[np.int8]
    scales: Floats
    bias: Floats
    limits: DangerLimits
    about: Mapping[str, Any]  # what they were learnt from


def load(folder: Path = FOLDER) -> DangerWeights:
    """The folder's weights. Raises BadDangerWeights."""
    head = _head(folder)
    count = head["keys"]
    said = _numbers(folder, head.get("sha256"), count * _STEP)
    weights = DangerWeights(
        np.frombuffer(said, "<u4", count),
        np.frombuffer(said, "i1", count * len(COLUMNS), count * 4).reshape(count, len(COLUMNS)),
        np.array(head["scales"]),
        np.array(head["bias"]),
        DangerLimits(**head["limits"]),
        head["about"],
    )
    if not (weights.keys[1:] > weights.keys[:-1]).all():
        raise BadDangerWeights(f"{folder / NUMBERS} is damaged: its numbers are out of order.")
    return weights


def save(folder: Path, weights: DangerWeights) -> None:
    """Write a folder `load` reads; the head last, so that half of it is nothing. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HEAD).unlink(missing_ok=True)
    said = weights.keys.astype("<u4").tobytes() + weights.small.tobytes()
    (folder / NUMBERS).write_bytes(said)
    head = {
        "shape": SHAPE,
        "columns": list(COLUMNS),
        "keys": len(weights.keys),
        "scales": weights.scales.tolist(),
        "bias": weights.bias.tolist(),
        "limits": asdict(weights.limits),
        "sha256": hashlib.sha256(said).hexdigest(),
        "about": dict(weights.about),
    }
    (folder / HEAD).write_text(json.dumps(head, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _head(folder: Path) -> dict[str, Any]:
    file = folder / HEAD
    try:
        head = json.loads(_read(file, LARGEST_HEAD))
    except (ValueError, RecursionError):
        raise BadDangerWeights(f"{file} is damaged: it is not JSON.") from None
    if not isinstance(head, dict) or head.get("shape") != SHAPE or head.get("columns") != list(COLUMNS):
        raise BadDangerWeights(f"{file} was made by another release: take this release's.")
    if type(head.get("keys")) is not int or not 0 < head["keys"] * _STEP <= LARGEST:
        raise BadDangerWeights(f"{file} is damaged: it does not say how many numbers there are.")
    if not all(_are_numbers(head.get(name), len(COLUMNS)) for name in ("scales", "bias")):
        raise BadDangerWeights(f"{file} is damaged: it does not say what the numbers mean.")
    if not _are_limits(head.get("limits")):
        raise BadDangerWeights(f"{file} is damaged: it does not say from where on to ring.")
    if not isinstance(head.get("about"), dict):
        raise BadDangerWeights(f"{file} is damaged: it does not say what it was learnt from.")
    return head


def _are_numbers(said: object, count: int) -> bool:
    return isinstance(said, list) and len(said) == count and all(_is_number(one) for one in said)


def _is_number(said: object) -> bool:
    return isinstance(said, float) and -_EDGE < said < _EDGE


def _are_limits(said: object) -> bool:
    """Each a number, and a graver step never easier to reach than a lighter one."""
    if not isinstance(said, dict) or set(said) != set(DangerLimits.__slots__):
        return False
    return all(_is_number(one) for one in said.values()) and said["soft"] <= said["tap"] <= said["hard"]


def _numbers(folder: Path, told: object, size: int) -> bytes:
    file = folder / NUMBERS
    said = _read(file, LARGEST)
    if len(said) != size or hashlib.sha256(said).hexdigest() != told:
        raise BadDangerWeights(f"{file} is damaged: it is not the file the head was written with.")
    return said


def _read(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as content:
            said = content.read(most + 1)
    except FileNotFoundError:
        raise BadDangerWeights(f"{file} is missing.") from None
    except OSError as fault:
        raise BadDangerWeights(f"{file} cannot be read: {fault.strerror}.") from None
    if len(said) > most:
        raise BadDangerWeights(f"{file} is too large.")
    return said
