"""Complaints as rows of numbers, by the same runs of signs the finished model reads."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

from intake.understand.categories.model.grams import FIELDS, Keys, TextField, counted, fields_of
from training.rows import LabelledComplaint

RARE = 2
"""Complaints a run must stand in to be learnt."""


@dataclass(frozen=True, slots=True)
class FieldRuns:
    """All complaints' runs in one field, before a vocabulary is chosen: `ends` closes each complaint."""

    keys: Keys
    counts: npt.NDArray[np.float32]
    ends: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The runs learnt in each field, sorted, with what their rarity makes them worth."""

    keys: tuple[Keys, ...]
    worth: tuple[npt.NDArray[np.float32], ...]


def count(rows: Sequence[LabelledComplaint]) -> tuple[FieldRuns, ...]:
    """Every field of every row, counted."""
    texts = [fields_of(row.title, row.body) for row in rows]
    return tuple(_counted([text[at] for text in texts], field) for at, field in enumerate(FIELDS))


def _counted(texts: list[str], field: TextField) -> FieldRuns:
    parts = [counted(text, field) for text in texts]
    ends = np.cumsum([len(keys) for keys, _ in parts])
    return FieldRuns(np.concatenate([k for k, _ in parts]), np.concatenate([c for _, c in parts]), ends)


def vocabulary(fields: tuple[FieldRuns, ...], of: npt.NDArray[np.int64]) -> Vocabulary:
    """What the rows `of` teach."""
    learnt = [_learnt(field, of) for field in fields]
    return Vocabulary(tuple(keys for keys, _ in learnt), tuple(worth for _, worth in learnt))


def _learnt(field: FieldRuns, of: npt.NDArray[np.int64]) -> tuple[Keys, npt.NDArray[np.float32]]:
    keys, documents = np.unique(field.keys[_entries(field, of)[0]], return_counts=True)
    kept = documents >= RARE
    worth = np.log((1 + len(of)) / (1 + documents[kept])) + 1
    return keys[kept], worth.astype(np.float32)


def _entries(
    field: FieldRuns, of: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where the entries of the rows `of` stand, and how many each row has."""
    starts = np.concatenate([[0], field.ends[:-1]])[of]
    sizes = field.ends[of] - starts
    offsets = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.repeat(starts, sizes) + offsets, sizes


def weighed(fields: tuple[FieldRuns, ...], words: Vocabulary, of: npt.NDArray[np.int64]) -> csr_matrix:
    """TF-IDF of the rows `of`, each field with the length one."""
    blocks = [
        _unit(_matrix(field, keys, of, worth))
        for field, keys, worth in zip(fields, words.keys, words.worth, strict=True)
    ]
    return hstack(blocks, format="csr")


def present(fields: tuple[FieldRuns, ...], words: Vocabulary, of: npt.NDArray[np.int64]) -> csr_matrix:
    """Which runs stand in the rows `of`: ones."""
    blocks = [_matrix(field, keys, of, None) for field, keys in zip(fields, words.keys, strict=True)]
    return hstack(blocks, format="csr")


def _matrix(
    field: FieldRuns, keys: Keys, of: npt.NDArray[np.int64], worth: npt.NDArray[np.float32] | None
) -> csr_matrix:
    entries, sizes = _entries(field, of)
    found = field.keys[entries]
    at = np.minimum(np.searchsorted(keys, found), max(len(keys) - 1, 0))
    known = keys[at] == found if len(keys) else np.zeros(len(found), dtype=bool)
    at, rows = at[known], np.repeat(np.arange(len(of)), sizes)[known]
    values = np.ones(len(at), dtype=np.float32)
    if worth is not None:
        values = (1 + np.log(field.counts[entries][known])) * worth[at]
    return csr_matrix((values, (rows, at)), shape=(len(of), len(keys)), dtype=np.float32)


def _unit(block: csr_matrix) -> csr_matrix:
    lengths = np.sqrt(np.asarray(block.multiply(block).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return csr_matrix(block.multiply((1 / lengths)[:, None]), dtype=np.float32)
