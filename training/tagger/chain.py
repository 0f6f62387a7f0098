"""A linear-chain conditional random field over hashed features, fitted by L-BFGS; scipy only.

Texts of about one length are summed side by side, so that a pass over the corpus takes a second or two.
The same texts in the same order give the same weights.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from intake.understand.tagger.features import Keys

Floats = npt.NDArray[np.float32]
Step = Callable[[], None]
RARE = 4
"""Tokens a feature must stand at to be learnt."""
SIDE_BY_SIDE = 24
STRIDE = 0.1
STRICTNESS = 1e-4


@dataclass(frozen=True, slots=True)
class Example:
    """A text's features and the tag of each of its tokens."""

    keys: Keys
    tags: Sequence[int]


@dataclass(frozen=True, slots=True)
class Fitted:
    """`keys` sorted, with a row of `weights` each; `follows` between tags."""

    keys: Keys
    weights: Floats
    follows: Floats


@dataclass(frozen=True, slots=True)
class _Batch:
    """Texts of about one length: where each token's row stands, or -1 behind a text's end."""

    rows: npt.NDArray[np.int64]  # (length, texts)
    there: npt.NDArray[np.bool_]
    tags: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]  # the features that stand in it
    seen: csr_matrix
    across: csr_matrix

    def told(self, shape: tuple[int, ...]) -> Floats:
        """The truth as chances."""
        truth = np.zeros(shape, dtype=np.float32)
        truth[self.rows[self.there], self.tags[self.there]] = 1
        return truth


def fit(examples: Sequence[Example], kinds: int, rounds: int, seed: int, step: Step) -> Fitted:
    """Weights that make the examples' tags likely."""
    examples = sorted((one for one in examples if len(one.tags)), key=lambda one: len(one.tags))
    keys, seen = _matrix(examples)
    batches = _batches(examples, seen)
    order = np.random.default_rng(seed)
    weights = _Slow(np.zeros((len(keys), kinds), dtype=np.float32))
    follows = _Slow(np.zeros((kinds, kinds), dtype=np.float32))
    for _ in range(rounds):
        for one in order.permutation(len(batches)):
            _learn(batches[one], weights, follows)
        step()
    return Fitted(keys, weights.values, follows.values)


class _Slow:
    """Weights that move the less, the more they have moved (AdaGrad)."""

    __slots__ = ("moved", "values")

    def __init__(self, values: Floats) -> None:
        self.values = values
        self.moved = np.full_like(values, 1e-3)

    def move(self, rows: npt.NDArray[np.int64], slope: Floats) -> None:
        slope = slope + STRICTNESS * self.values[rows]
        self.moved[rows] += slope * slope
        self.values[rows] -= STRIDE * slope / np.sqrt(self.moved[rows])


def _learn(batch: _Batch, weights: _Slow, follows: _Slow) -> None:
    emitted = batch.seen @ weights.values[batch.columns]
    likely, pairs = _sums(emitted, follows.values, batch)
    size = np.float32(len(batch.there[0]))
    weights.move(batch.columns, (batch.across @ (likely - batch.told(likely.shape))) / size)
    follows.move(np.arange(len(pairs)), pairs / size)


def pruned(fitted: Fitted, most: int) -> Fitted:
    """The features that weigh most, `most` of them."""
    heavy = np.abs(fitted.weights).max(axis=1)
    kept = np.sort(np.argsort(-heavy, kind="stable")[:most])
    return Fitted(fitted.keys[kept], fitted.weights[kept], fitted.follows)


def _matrix(examples: Sequence[Example]) -> tuple[Keys, csr_matrix]:
    every = np.concatenate([one.keys for one in examples])
    keys, counts = np.unique(every, return_counts=True)
    keys = keys[counts >= RARE]
    at = np.minimum(np.searchsorted(keys, every), len(keys) - 1)
    known = keys[at] == every
    ends = np.concatenate([[0], np.cumsum(known.sum(axis=1))])
    ones = np.ones(int(ends[-1]), dtype=np.float32)
    return keys, csr_matrix((ones, at[known].astype(np.int32), ends), shape=(len(every), len(keys)))


def _batches(examples: Sequence[Example], seen: csr_matrix) -> list[_Batch]:
    starts = np.cumsum([0, *(len(one.tags) for one in examples)])
    return [
        _batch(
            examples[low : low + SIDE_BY_SIDE],
            seen[starts[low] : starts[min(low + SIDE_BY_SIDE, len(examples))]],
        )
        for low in range(0, len(examples), SIDE_BY_SIDE)
    ]


def _batch(examples: Sequence[Example], seen: csr_matrix) -> _Batch:
    columns, places = np.unique(seen.indices, return_inverse=True)
    own = csr_matrix((seen.data, places.astype(np.int32), seen.indptr), shape=(seen.shape[0], len(columns)))
    length, start = len(examples[-1].tags), 0
    rows = np.zeros((length, len(examples)), dtype=np.int64)
    there = np.zeros(rows.shape, dtype=bool)
    tags = np.zeros(rows.shape, dtype=np.int64)
    for column, one in enumerate(examples):
        size = len(one.tags)
        rows[:size, column] = np.arange(start, start + size)
        there[:size, column] = True
        tags[:size, column] = one.tags
        start += size
    return _Batch(rows, there, tags, columns, own, own.T.tocsr())


def _sums(emitted: Floats, follows: Floats, batch: _Batch) -> tuple[Floats, Floats]:
    """Each token's chances, and how often pairs of tags are expected beyond the truth."""
    here = emitted[batch.rows]
    raised = np.exp(here - here.max(axis=2, keepdims=True))
    found, pairs = _both_ways(raised, np.exp(follows - follows.max()), batch.there)
    both = batch.there[1:]
    np.add.at(pairs, (batch.tags[:-1][both], batch.tags[1:][both]), -1)
    likely = np.empty_like(emitted)
    likely[batch.rows[batch.there]] = found[batch.there]
    return likely, pairs


def _both_ways(here: Floats, step: Floats, there: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    length = len(here)
    forward, backward = np.empty_like(here), np.ones_like(here)
    forward[0] = here[0] / here[0].sum(axis=1, keepdims=True)
    for at in range(1, length):
        ahead = (forward[at - 1] @ step) * here[at]
        forward[at] = ahead / ahead.sum(axis=1, keepdims=True)
    expected = np.zeros_like(step)
    for at in range(length - 1, 0, -1):
        coming = here[at] * backward[at]
        behind = coming @ step.T
        total = (forward[at - 1] * behind).sum(axis=1, keepdims=True)
        on = there[at]
        expected += (forward[at - 1][on] / total[on]).T @ coming[on]
        behind /= behind.sum(axis=1, keepdims=True)
        backward[at - 1] = np.where(on[:, None], behind, 1.0)
    found = forward * backward
    found /= found.sum(axis=2, keepdims=True)
    return found, expected * step
