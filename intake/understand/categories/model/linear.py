"""The category model asked: a complaint in, labels with calibrated probabilities out. Numpy alone.

Two linear classifiers give each label a score; a logistic regression over both makes them probabilities: one
for complaints with a title, one for those without. Below the threshold the model abstains.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from intake.model.ports import Opinion
from intake.understand.categories.model.files import BadModel, StoredModel, load
from intake.understand.categories.model.grams import FIELDS, counted, fields_of

Floats = npt.NDArray[np.float64]

TITLE = 40
"""Signs a first line may have to be a message's title."""


class LinearModel:
    """`intake.model.ports.Classifier` over a folder's numbers."""

    def __init__(self, stored: StoredModel) -> None:
        """Raises BadModel for a model of other fields than ours."""
        if len(stored.sizes) != len(FIELDS):
            raise BadModel("The model reads other fields than this release: train it again.")
        self.labels = stored.labels
        self._thresholds = stored.thresholds
        self.about = stored.about
        self.size = stored.bytes
        self._ends = np.cumsum(stored.sizes)
        self._numbers = {name: np.asarray(found) for name, found in stored.numbers.items()}  # still mapped

    def opinion(self, title: str, body: str) -> Opinion:
        """What the model holds of a complaint; `title` may be empty."""
        chances = self.chances(title, body)
        order = np.argsort(-chances, kind="stable")
        ranked = tuple((self.labels[at], float(chances[at])) for at in order)
        return Opinion(ranked, sure=ranked[0][1] >= self.threshold(title))

    def of_text(self, text: str) -> Opinion:
        """The same for a message: a short first line above others is its title."""
        first, _, rest = text.strip().partition("\n")
        titled = rest.strip() and len(first) <= TITLE
        return self.opinion(first, rest) if titled else self.opinion("", text)

    def threshold(self, title: str) -> float:
        """The confidence from which it answers."""
        return self._thresholds[0 if title.strip() else 1]

    def chances(self, title: str, body: str) -> Floats:
        """The probability of each label."""
        svm, nb = self._numbers["starts"]
        for at, text in enumerate(fields_of(title, body)):
            weighed, present = self._field(at, text)
            svm, nb = svm + weighed, nb + present
        stack = self._numbers["stack" if title.strip() else "bare"]
        scores = np.concatenate([svm, nb]) @ stack[:-1] + stack[-1]
        powers = np.exp(scores - scores.max())
        return np.asarray(powers / powers.sum())

    def _field(self, at: int, text: str) -> tuple[Floats, Floats]:
        """What one field's known runs speak for, by each classifier."""
        start = int(self._ends[at - 1]) if at else 0
        known = self._numbers["keys"][start : int(self._ends[at])]
        keys, counts = counted(text, FIELDS[at])
        place = np.minimum(np.searchsorted(known, keys), max(len(known) - 1, 0))
        here = known[place] == keys if len(known) else np.zeros(len(keys), dtype=bool)
        rows = place[here] + start
        if not len(rows):
            return np.zeros(len(self.labels)), np.zeros(len(self.labels))
        weight = (1 + np.log(counts[here])) * self._numbers["worth"][rows]
        weight /= np.sqrt((weight * weight).sum())
        svm = weight @ self._numbers["svm"][rows].astype(np.float32)
        return np.asarray(svm, dtype=np.float64), self._numbers["nb"][rows].sum(axis=0, dtype=np.float64)


def open_model(folder: Path) -> LinearModel:
    """The model in a folder. Raises BadModel."""
    return LinearModel(load(folder))
