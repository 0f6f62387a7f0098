"""`python -m training.labels train` learns what is shipped, `folds` measures two families batch by batch.

`curve` measures by a quarter, a half and all of the rows. Needs scikit-learn (`make classify`).
"""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from intake.understand.labels.files import FOLDER, save
from intake.understand.labels.labels import ACTS
from training.labels.learn import BAYES, QUESTIONS, SVM, calibrated, in_folds, learn
from training.labels.rows import WORDS, LabelledText, corpus
from training.tagger.learn import CORPUS


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m training.labels", description=__doc__)
    asked.add_argument("what", choices=("train", "folds", "curve"))
    {"train": _train, "folds": _folds, "curve": _curve}[asked.parse_args().what]()


def data_sum() -> str:
    """The SHA-256 of all that is learnt from."""
    files = [*sorted(CORPUS.glob("batch_*/[mr]*.jsonl")), WORDS]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _train() -> None:
    parts = []
    for question in QUESTIONS:
        rows = corpus(question)
        found, truth, _, _ = in_folds(rows, partial(learn, question=question))
        steep, start = calibrated(found, truth, one_of=question != ACTS)
        parts.append(replace(learn(rows, question), steep=steep, start=start))
        _say(_told(question, SVM, found, truth))
    save(FOLDER, parts, {"data_sha256": data_sum()})


def _folds() -> None:
    for question in QUESTIONS:
        for family in (SVM, BAYES) if question != ACTS else (SVM,):
            _say(_figures(question, family, corpus(question)))


def _curve() -> None:
    for question in QUESTIONS:
        for share in (4, 2, 1):
            _say(f"1/{share}: " + _figures(question, SVM, corpus(question), share))


def _figures(question: str, family: str, rows: Sequence[LabelledText], share: int = 1) -> str:
    """Of each hand's rows by what was learnt of `1/share` of the others'."""
    found, truth, _, _ = in_folds(rows, lambda learnt: learn(learnt[::share], question, family))
    return _told(question, family, found, truth)


def _told(question: str, family: str, found: np.ndarray, truth: np.ndarray) -> str:
    taken = found.argmax(axis=1)
    right = truth[np.arange(len(truth)), taken].mean()
    f1 = np.mean([_f1(taken == at, truth[:, at]) for at in range(truth.shape[1])])
    return f"{question} {family}: first label right {right:.3f}, macro-F1 {f1:.3f}, rows {len(truth)}"


def _f1(found: np.ndarray, true: np.ndarray) -> float:
    return float(2 * (found & true).sum() / max(found.sum() + true.sum(), 1))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
