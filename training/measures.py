"""How good a model's probabilities are: figures for people and programs. Numpy only."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

BINS = 10


@dataclass(frozen=True, slots=True)
class OfLabel:
    """One label's figures: `support` is how many complaints have it."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured on complaints the model had not learnt from.

    `coverage` is the share that is answered (not abstained from); `confusion[a][b]` counts complaints of
    label a taken for b; the calibration error is the mean gap between the promised and the true share of
    hits, over ten ranges of confidence.
    """

    macro_f1: float
    accuracy: float
    coverage: float
    accuracy_at_coverage: float
    calibration_error: float
    labels: tuple[OfLabel, ...]
    confusion: tuple[tuple[int, ...], ...]

    def figures(self) -> dict[str, float]:
        """The numbers by name, for a program."""
        names = ("macro_f1", "accuracy", "coverage", "accuracy_at_coverage", "calibration_error")
        return {name: round(getattr(self, name), 4) for name in names}


def measure(chances: Floats, truth: Labels, labels: tuple[str, ...], threshold: float | Floats) -> Measures:
    """`threshold` may be one for each complaint. A number in `truth` beyond `labels` is one not known."""
    taken, sure = chances.argmax(axis=1), chances.max(axis=1)
    hits = taken == truth
    answered = sure >= threshold
    kinds = max(len(labels), int(truth.max()) + 1)
    confusion = np.zeros((kinds, len(labels)), dtype=np.int64)
    np.add.at(confusion, (truth, taken), 1)
    each = tuple(_of_label(at, label, confusion) for at, label in enumerate(labels))
    known = [one.f1 for one in each if one.support]
    return Measures(
        macro_f1=float(np.mean(known)) if known else 0.0,
        accuracy=float(hits.mean()),
        coverage=float(answered.mean()),
        accuracy_at_coverage=float(hits[answered].mean()) if answered.any() else 0.0,
        calibration_error=_calibration_error(sure, hits),
        labels=each,
        confusion=tuple(tuple(int(count) for count in row) for row in confusion[: len(labels)]),
    )


def threshold_for(sure: Floats, coverage: float) -> float:
    """The confidence that so many complaints reach."""
    return float(np.quantile(sure, 1 - coverage))


def _of_label(at: int, label: str, confusion: npt.NDArray[np.int64]) -> OfLabel:
    hits, taken, there = confusion[at, at], confusion[:, at].sum(), confusion[at].sum()
    precision, recall = hits / max(taken, 1), hits / max(there, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    return OfLabel(label, float(precision), float(recall), float(f1), int(there))


def _calibration_error(sure: Floats, hits: npt.NDArray[np.bool_]) -> float:
    bins = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    gaps = [
        abs(sure[bins == one].mean() - hits[bins == one].mean()) * (bins == one).sum() for one in set(bins)
    ]
    return float(sum(gaps) / len(sure))
