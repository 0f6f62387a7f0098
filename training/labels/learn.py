"""From rows to numbers: TF-IDF over runs of signs and words, an SVM for each label, calibrated."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from intake.understand.labels.files import LinearPart
from intake.understand.labels.grams import Keys, grams
from intake.understand.labels.labels import ACTS, MATTER, TYPE, told
from training.labels.rows import LabelledText, word_lists

Floats = npt.NDArray[np.float64]
QUESTIONS = (TYPE, MATTER, ACTS)
MOST: Mapping[str, int] = {TYPE: 20_000, MATTER: 36_000, ACTS: 12_000}
"""Runs kept, the heaviest."""
STRICTNESS: Mapping[str, float] = {TYPE: 0.5, MATTER: 0.5, ACTS: 1.0}
LISTED = 0.7
"""What a word of a list weighs beside a message."""
SVM, BAYES = "svm", "bayes"
Runs = tuple[Keys, npt.NDArray[np.float32]]


def learn(rows: Sequence[LabelledText], question: str, family: str = SVM) -> LinearPart:
    """One question's part, not yet calibrated. The same rows give the same numbers."""
    lists = list(word_lists()) if question == MATTER else []
    texts = [*rows, *lists]
    runs = [grams(row.text, told(question, row.focus)) for row in texts]
    labels = tuple(sorted({label for row in texts for label in row.labels}))
    weights = np.array([1.0] * len(rows) + [LISTED] * len(lists))
    keys, rare = _vocabulary(runs)
    fitted, starts = _fit(_matrix(runs, keys, rare), texts, labels, weights, question, family)
    heavy = np.sort(np.argsort(-np.abs(fitted).max(axis=1), kind="stable")[: MOST[question]])
    keys, rare = keys[heavy], rare[heavy]
    fitted, starts = _fit(_matrix(runs, keys, rare), texts, labels, weights, question, family)
    scale = float(np.abs(fitted).max()) / 127
    small = np.round(fitted / scale).astype(np.int8)
    start32 = starts.astype(np.float32)
    return LinearPart(question, labels, question != ACTS, keys, rare, small, start32, scale, 1.0, 0.0)


def _fit(
    seen: csr_matrix,
    texts: Sequence[LabelledText],
    labels: tuple[str, ...],
    weights: Floats,
    question: str,
    family: str,
) -> tuple[Floats, Floats]:
    if family == BAYES:
        truth = [row.labels[0] for row in texts]
        bayes = ComplementNB(alpha=0.3).fit(seen, truth, sample_weight=weights)
        return bayes.feature_log_prob_.T, np.zeros(len(labels))
    columns = []
    for label in labels:
        own = np.array([label in row.labels for row in texts])
        fitted = LinearSVC(C=STRICTNESS[question], tol=1e-2, random_state=0).fit(seen, own, weights)
        columns.append((fitted.coef_[0], float(fitted.intercept_[0])))
    return np.stack([one for one, _ in columns], axis=1), np.array([start for _, start in columns])


def _vocabulary(runs: Sequence[Runs]) -> tuple[Keys, npt.NDArray[np.float32]]:
    keys, texts = np.unique(np.concatenate([keys for keys, _ in runs]), return_counts=True)
    return keys, (np.log((1 + len(runs)) / (1 + texts)) + 1).astype(np.float32)


def _matrix(runs: Sequence[Runs], keys: Keys, rare: npt.NDArray[np.float32]) -> csr_matrix:
    rows, columns, values = [], [], []
    for row, (own, counts) in enumerate(runs):
        at = np.minimum(np.searchsorted(keys, own), len(keys) - 1)
        known = keys[at] == own
        worth = (1 + np.log(counts[known])) * rare[at[known]]
        rows.append(np.full(len(worth), row))
        columns.append(at[known])
        values.append(worth / max(float(np.sqrt((worth * worth).sum())), 1e-9))
    shape = (len(runs), len(keys))
    return csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)


def scores(part: LinearPart, rows: Sequence[LabelledText]) -> Floats:
    """What each row's runs are worth to each label."""
    runs = [grams(row.text, told(part.name, row.focus)) for row in rows]
    seen = _matrix(runs, part.keys, part.rare)
    return np.asarray(seen @ part.small.astype(np.float64) * part.scale + part.starts)


def apart(rows: Sequence[LabelledText]) -> Iterator[tuple[list[LabelledText], list[LabelledText]]]:
    """What is learnt and what is tried: each batch by what was learnt of other hands'."""
    for batch in sorted({row.batch for row in rows}):
        yield [row for row in rows if row.batch != batch], [row for row in rows if row.batch == batch]


def in_folds(
    rows: Sequence[LabelledText], learnt: Callable[[list[LabelledText]], LinearPart]
) -> tuple[Floats, npt.NDArray[np.bool_], tuple[str, ...], list[LabelledText]]:
    """Every row's scores by what had not seen its hand, and the truth."""
    names = tuple(sorted({label for row in rows for label in row.labels}))
    found, tried = [], []
    for others, own in apart(rows):
        part = learnt(others)
        order = [part.labels.index(name) if name in part.labels else -1 for name in names]
        found.append(np.hstack([scores(part, own), np.full((len(own), 1), -9.0)])[:, order])
        tried += own
    truth = np.array([[name in row.labels for name in names] for row in tried])
    return np.vstack(found), truth, names, tried


def calibrated(found: Floats, truth: npt.NDArray[np.bool_], *, one_of: bool) -> tuple[float, float]:
    """How steep, and where it starts, so that the probabilities fit best what is true."""

    def loss(at: Floats) -> float:
        value = at[0] * found + at[1]
        if one_of:
            value = value - value.max(axis=1, keepdims=True)
            chance = np.exp(value) / np.exp(value).sum(axis=1, keepdims=True)
            return float(-np.log(chance[truth] + 1e-9).mean())
        return float(np.logaddexp(0, np.where(truth, -value, value)).mean())

    best = minimize(loss, np.array([3.0, 0.0]), method="Nelder-Mead").x
    return float(best[0]), 0.0 if one_of else float(best[1])
