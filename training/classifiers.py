"""The two linear classifiers: what each run of signs speaks for, and by how much.

An SVM over TF-IDF, and an NB-SVM (Wang and Manning, 2012): an SVM over how much more often a run stands in
one class than in the others. Each is one label against the rest. They err differently, so there are two.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags
from sklearn.svm import LinearSVC

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

SVM_C = 1.0
NB_C = 0.1
SMOOTHING = 1.0
PRECISE = 0.1
"""How near to the best the numbers must come; nearer takes twice as long and changes no figure."""
Step = Callable[[], None]


def svm(learnt: csr_matrix, labels: Labels, kinds: int, step: Step) -> tuple[Floats, Floats]:
    """What each run is worth to each label (runs by labels), and where each label starts."""
    fitted = []
    for kind in range(kinds):
        fitted.append(_against_the_rest(learnt, labels == kind, SVM_C))
        step()
    return _table(fitted)


def nb_svm(learnt: csr_matrix, labels: Labels, kinds: int, step: Step) -> tuple[Floats, Floats]:
    """The same for the NB-SVM; `learnt` holds ones."""
    fitted = []
    for kind in range(kinds):
        ratio = _ratio(learnt, labels == kind)
        worth, start = _against_the_rest(csr_matrix(learnt @ diags(ratio)), labels == kind, NB_C)
        fitted.append((worth * ratio, start))
        step()
    return _table(fitted)


def _ratio(learnt: csr_matrix, own: npt.NDArray[np.bool_]) -> Floats:
    """How much more often each run stands in the class than outside it: a logarithm."""
    inside = SMOOTHING + learnt.T @ own.astype(np.float64)
    outside = SMOOTHING + learnt.T @ (~own).astype(np.float64)
    return np.asarray(np.log(inside / inside.sum()) - np.log(outside / outside.sum()))


def _against_the_rest(
    learnt: csr_matrix, own: npt.NDArray[np.bool_], strictness: float
) -> tuple[Floats, float]:
    fitted = LinearSVC(C=strictness, tol=PRECISE, random_state=0).fit(learnt, own)
    return fitted.coef_[0], float(fitted.intercept_[0])


def _table(fitted: list[tuple[Floats, float]]) -> tuple[Floats, Floats]:
    return np.stack([worth for worth, _ in fitted], axis=1), np.array([start for _, start in fitted])
