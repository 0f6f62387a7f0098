"""From the corpus to weights: large-margin lines over runs of signs, a line for each column.

The same rows give the same weights, byte for byte on the same machine. Needs scikit-learn (`make classify`).
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from intake.model.danger_kinds import NUMBERS, DangerKind
from intake.understand.danger.features import features
from intake.understand.danger.weights import COLUMNS, DangerLimits, DangerWeights
from training.danger.rows import DangerRow

CORPUS = Path(__file__).parents[1] / "corpus"
SEED = 0
MOST = 100_000
"""Features kept: below three million bytes."""
LIMITS = DangerLimits(hard=-0.6, tap=-1.1, soft=-1.7, backed=-1.5, ruled=-1.8, outage=-0.6)
"""Chosen by batches that were left out."""
_COSTS = {"danger": 10.0, "outage": 3.0, "kind": 3.0, "number": 5.0}
_BYTE = 127

Bools = npt.NDArray[np.bool_]


def data_sum(folder: Path = CORPUS) -> str:
    """The SHA-256 of all that is learnt from."""
    files = sorted(folder.glob("batch_*/[dmr]*.jsonl"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def learn(rows: Sequence[DangerRow], limits: DangerLimits, most: int = MOST) -> DangerWeights:
    """The weights of every column, the heaviest features of them kept."""
    keys, seen = table(rows)
    lines = np.zeros((len(COLUMNS), len(keys)))
    bias = np.zeros(len(COLUMNS))
    for number, column in enumerate(COLUMNS):
        which, right = _asked(column, rows)
        lines[number], bias[number] = _line(seen[which], right[which], _cost(column))
    heaviest = np.sort(np.argsort(-_weight(lines), kind="stable")[:most])
    lines = lines[:, heaviest]
    scales = np.maximum(np.abs(lines).max(axis=1), 1e-9) / _BYTE
    small = np.round(lines / scales[:, None]).astype(np.int8).T
    return DangerWeights(keys[heaviest], np.ascontiguousarray(small), scales, bias, limits, {})


def share(rows: Sequence[DangerRow], part: float) -> list[DangerRow]:
    """That part of the rows, the same at every call."""
    return [row for at, row in enumerate(rows) if at * part % 1 < part]


def table(rows: Sequence[DangerRow]) -> tuple[npt.NDArray[np.uint32], csr_matrix]:
    """All features of the rows, sorted, and which row has which; a row's squares sum up to one."""
    each = [features(row.text) for row in rows]
    keys, columns = np.unique(np.concatenate(each), return_inverse=True)
    sizes = np.array([len(one) for one in each])
    values = np.repeat(1 / np.sqrt(sizes), sizes)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return keys, csr_matrix((values, columns, starts), shape=(len(rows), len(keys)))


def _asked(column: str, rows: Sequence[DangerRow]) -> tuple[Bools, Bools]:
    """Which rows can tell of the column, and in which it is so."""
    if column == "danger":
        return np.ones(len(rows), dtype=bool), np.array([row.real for row in rows])
    if column == "outage":
        told = [row.outage is not None or row.real for row in rows]
        return np.array(told), np.array([bool(row.outage) for row in rows])
    if column in NUMBERS:
        told = [not row.real or bool(row.number) for row in rows]
        return np.array(told), np.array([row.number == column for row in rows])
    told = [not row.real or row.kind is not None for row in rows]
    return np.array(told), np.array([row.kind == DangerKind(column) for row in rows])


def _cost(column: str) -> float:
    return _COSTS["number"] if column in NUMBERS else _COSTS.get(column, _COSTS["kind"])


def _line(seen: csr_matrix, right: Bools, cost: float) -> tuple[npt.NDArray[np.float64], float]:
    fitted = LinearSVC(C=cost, max_iter=3000, random_state=SEED).fit(seen, right)
    return fitted.coef_[0], float(fitted.intercept_[0])


def _weight(lines: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How much a feature matters: danger itself before the kinds."""
    each = np.abs(lines) / np.maximum(np.abs(lines).max(axis=1, keepdims=True), 1e-9)
    heaviest: npt.NDArray[np.float64] = np.maximum(each[:2].max(axis=0), each[2:].max(axis=0) / 2)
    return heaviest
