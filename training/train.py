"""From labelled complaints to a model and honest figures.

Each complaint is scored by classifiers that learnt from four other parts of five, near copies on one side. On
those scores the logistic regression is fitted, again part by part for the figures. The model itself then
learns from all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from intake.understand.categories.model.files import KINDS, Numbers
from training.classifiers import Floats, Labels, nb_svm, svm
from training.features import FieldRuns, Vocabulary, count, present, vocabulary, weighed
from training.groups import folds, near_copies
from training.measures import Measures, measure, threshold_for
from training.rows import LabelledComplaint

FOLDS = 5
ANSWERED = 0.8
"""The share of complaints the threshold lets through."""
STRICTNESS = 1.0
Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model ready to be saved, and what it is worth."""

    labels: tuple[str, ...]
    sizes: tuple[int, ...]
    thresholds: tuple[float, float]  # with a title, and without
    numbers: dict[str, Numbers]
    measures: Measures
    untitled: Measures  # of the same complaints without their titles, as a chat has them
    chances: Floats  # of each row, by classifiers that had not seen it


@dataclass(frozen=True, slots=True)
class _Base:
    """Both classifiers, fitted."""

    words: Vocabulary
    svm: Floats
    nb: Floats
    starts: Floats

    def scores(self, fields: tuple[FieldRuns, ...], of: Labels) -> tuple[Floats, Floats]:
        """Of these rows with their titles, and without."""
        weighty, ones = weighed(fields, self.words, of), present(fields, self.words, of)
        titles = len(self.words.keys[0])
        bare = weighty[:, titles:] @ self.svm[titles:], ones[:, titles:] @ self.nb[titles:]
        whole = weighty @ self.svm, ones @ self.nb
        start = self.starts.ravel()
        return np.hstack(whole) + start, np.hstack(bare) + start


def steps(rows: Sequence[LabelledComplaint]) -> int:
    """How often `train` calls its `step`."""
    return (FOLDS + 1) * 2 * len({row.label for row in rows}) + 2


def train(rows: Sequence[LabelledComplaint], step: Step, seed: int = 0) -> Trained:
    """Learn and measure; minutes. The same rows and seed give the same model."""
    labels = tuple(sorted({row.label for row in rows}))
    truth = np.array([labels.index(row.label) for row in rows])
    fields = count(rows)
    step()
    everyone = np.arange(len(rows))
    groups = near_copies(_bodies(fields, everyone))
    step()
    fold = folds(truth, groups, FOLDS, seed)
    scores, bare = np.zeros((2, len(rows), 2 * len(labels)))
    for one in range(FOLDS):
        others, own = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        scores[own], bare[own] = _learn(fields, truth, others, len(labels), step).scores(fields, own)
    chances, untitled = (_cross_calibrated(one, truth, fold, len(labels)) for one in (scores, bare))
    thresholds = (
        threshold_for(chances.max(axis=1), ANSWERED),
        threshold_for(untitled.max(axis=1), ANSWERED),
    )
    base = _learn(fields, truth, everyone, len(labels), step)
    return Trained(
        labels,
        tuple(len(keys) for keys in base.words.keys),
        thresholds,
        _numbers(base, *(_stack(one, truth, len(labels)) for one in (scores, bare))),
        measure(chances, truth, labels, thresholds[0]),
        measure(untitled, truth, labels, thresholds[1]),
        chances,
    )


def _bodies(fields: tuple[FieldRuns, ...], of: Labels) -> csr_matrix:
    """The bodies alone, each with the length one: near copies often differ in their titles."""
    body = (fields[1],)
    return weighed(body, vocabulary(body, of), of)


def _learn(fields: tuple[FieldRuns, ...], truth: Labels, of: Labels, kinds: int, step: Step) -> _Base:
    words = vocabulary(fields, of)
    first, first_start = svm(weighed(fields, words, of), truth[of], kinds, step)
    second, second_start = nb_svm(present(fields, words, of), truth[of], kinds, step)
    return _Base(words, first, second, np.stack([first_start, second_start]))


def _cross_calibrated(scores: Floats, truth: Labels, fold: Labels, kinds: int) -> Floats:
    """Each row's probabilities by a regression that had not seen it."""
    chances = np.zeros((len(truth), kinds))
    for one in range(FOLDS):
        stack = _stack(scores[fold != one], truth[fold != one], kinds)
        powers = scores[fold == one] @ stack[:-1] + stack[-1]
        powers = np.exp(powers - powers.max(axis=1, keepdims=True))
        chances[fold == one] = powers / powers.sum(axis=1, keepdims=True)
    return chances


def _stack(scores: Floats, truth: Labels, kinds: int) -> Floats:
    """The regression's numbers: a row for each score, and where each label starts."""
    fitted = LogisticRegression(C=STRICTNESS, max_iter=5000).fit(scores, truth)
    worth, start = fitted.coef_, fitted.intercept_
    if kinds == 2:  # one row says it for both labels
        worth, start = np.vstack([-worth / 2, worth / 2]), np.concatenate([-start / 2, start / 2])
    return np.vstack([worth.T, start])


def _numbers(base: _Base, stack: Floats, bare: Floats) -> dict[str, Numbers]:
    found: dict[str, npt.NDArray[np.generic]] = {
        "keys": np.concatenate(base.words.keys),
        "worth": np.concatenate(base.words.worth),
        "svm": base.svm,
        "nb": base.nb,
        "starts": base.starts,
        "stack": stack,
        "bare": bare,
    }
    return {name: found[name].astype(kind) for name, kind in KINDS.items()}
