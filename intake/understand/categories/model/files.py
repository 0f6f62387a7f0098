"""A model's folder: `model.json` and files of numbers, each with its SHA-256. Nothing in them is ever run.

The rule: whatever is wrong with a folder is one sentence for the operator, `BadModel`. Numbers are mapped,
not read: several processes share them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

SHAPE = 2
"""Raise it when the numbers change their meaning."""

HEAD = "model.json"
KINDS = {
    "keys": "<u8",
    "worth": "<f4",
    "svm": "<f2",
    "nb": "<f2",
    "starts": "<f8",
    "stack": "<f8",
    "bare": "<f8",
}
"""Every file of numbers, and its type."""
LARGEST = 200_000_000
"""Bytes of one file."""
LARGEST_HEAD = 1_000_000

Numbers = npt.NDArray[Any]


class BadModel(Exception):
    """The folder cannot be used; the message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class StoredModel:
    """What stands in a folder, checked: types, shapes and sums."""

    labels: tuple[str, ...]
    sizes: tuple[int, ...]  # runs in each field
    thresholds: tuple[float, float]  # with a title, and without
    about: Mapping[str, Any]  # what it was learnt from, for people
    numbers: Mapping[str, Numbers]
    bytes: int


def load(folder: Path) -> StoredModel:
    """The folder's model. Raises BadModel."""
    head = _head(folder)
    labels, sizes = _names(head, folder), _sizes(head, folder)
    numbers = {name: _numbers(folder, name, head) for name in KINDS}
    _check(numbers, sum(sizes), len(labels), folder)
    _in_order(numbers["keys"], sizes, folder)
    return StoredModel(
        labels,
        sizes,
        _thresholds(head, folder),
        head["about"] if isinstance(head.get("about"), dict) else {},
        numbers,
        sum((folder / f"{name}.npy").stat().st_size for name in KINDS),
    )


def save(
    folder: Path,
    labels: tuple[str, ...],
    sizes: tuple[int, ...],
    thresholds: tuple[float, float],
    about: Mapping[str, Any],
    numbers: Mapping[str, Numbers],
) -> None:
    """Write a folder `load` reads; the head last, so that half a model is none. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HEAD).unlink(missing_ok=True)
    sums = {}
    for name, kind in KINDS.items():
        file = folder / f"{name}.npy"
        file.unlink(missing_ok=True)  # another process may have the old one mapped
        np.save(file, np.ascontiguousarray(numbers[name], dtype=kind), allow_pickle=False)
        sums[name] = _sum(file)
    head = {"shape": SHAPE, "labels": labels, "sizes": sizes, "thresholds": thresholds, "about": about}
    text = json.dumps(head | {"sha256": sums}, ensure_ascii=False, indent=1)
    half = folder / f"{HEAD}.new"
    half.write_text(text + "\n", encoding="utf-8")
    half.replace(folder / HEAD)


def _head(folder: Path) -> dict[str, Any]:
    file = folder / HEAD
    try:
        if file.stat().st_size > LARGEST_HEAD:
            raise BadModel(f"{file} is too large to be a model's.")
        head = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadModel(f"{folder} holds no model: there is no {HEAD}.") from None
    except OSError as fault:
        raise BadModel(f"{file} cannot be read: {fault.strerror}.") from None
    except (ValueError, RecursionError):
        raise BadModel(f"{file} is damaged: it is not JSON.") from None
    if not isinstance(head, dict):
        raise BadModel(f"{file} is damaged: it is not a model's.")
    if head.get("shape") != SHAPE:
        raise BadModel(f"{folder} was made by another release: train it again.")
    return head


def _names(head: dict[str, Any], folder: Path) -> tuple[str, ...]:
    labels = head.get("labels")
    good = isinstance(labels, list) and all(isinstance(label, str) and label for label in labels)
    if not good or not labels or len(set(labels)) < max(len(labels), 2):
        raise BadModel(f"{folder / HEAD} is damaged: its labels are not two or more different names.")
    return tuple(labels)


def _sizes(head: dict[str, Any], folder: Path) -> tuple[int, ...]:
    sizes = head.get("sizes")
    if not isinstance(sizes, list) or not all(type(size) is int and 0 <= size <= LARGEST for size in sizes):
        raise BadModel(f"{folder / HEAD} is damaged: its sizes are not numbers.")
    return tuple(sizes)


def _thresholds(head: dict[str, Any], folder: Path) -> tuple[float, float]:
    found = head.get("thresholds")
    good = isinstance(found, list) and all(isinstance(one, int | float) and 0 <= one <= 1 for one in found)
    if not good or not found or len(found) != 2:
        raise BadModel(f"{folder / HEAD} is damaged: its thresholds are not two numbers between 0 and 1.")
    return float(found[0]), float(found[1])


def _numbers(folder: Path, name: str, head: dict[str, Any]) -> Numbers:
    file = folder / f"{name}.npy"
    sums = head.get("sha256")
    try:
        if file.stat().st_size > LARGEST:
            raise BadModel(f"{file} is too large to be a model's.")
        if not isinstance(sums, dict) or sums.get(name) != _sum(file):
            raise BadModel(f"{file} is damaged: it is not the file the model was saved with.")
        found: Numbers = np.lib.format.open_memmap(file, mode="r")  # refuses pickles
    except FileNotFoundError:
        raise BadModel(f"{file} is missing.") from None
    except OSError as fault:
        raise BadModel(f"{file} cannot be read: {fault.strerror or 'it is not a file of numbers'}.") from None
    except (ValueError, EOFError, SyntaxError, RecursionError, MemoryError):
        raise BadModel(f"{file} is damaged: it is not a file of numbers.") from None
    if found.dtype != np.dtype(KINDS[name]):
        raise BadModel(f"{file} is damaged: its numbers are of another kind.")
    return found


def _sum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _check(numbers: Mapping[str, Numbers], runs: int, kinds: int, folder: Path) -> None:
    wanted = {
        "keys": (runs,),
        "worth": (runs,),
        "svm": (runs, kinds),
        "nb": (runs, kinds),
        "starts": (2, kinds),
        "stack": (2 * kinds + 1, kinds),
        "bare": (2 * kinds + 1, kinds),
    }
    for name, shape in wanted.items():
        if numbers[name].shape != shape:
            raise BadModel(f"{folder / name}.npy is damaged: it has another shape than the model.")
        if name != "keys" and not np.isfinite(numbers[name]).all():
            raise BadModel(f"{folder / name}.npy is damaged: it holds what is no number.")


def _in_order(keys: Numbers, sizes: tuple[int, ...], folder: Path) -> None:
    """A search by halves needs sorted runs."""
    start = 0
    for size in sizes:
        part = keys[start : start + size]
        if size and not (part[1:] > part[:-1]).all():
            raise BadModel(f"{folder / 'keys.npy'} is damaged: its runs are not in order.")
        start += size
