"""A finished model tried on complaints with known labels. Numpy only."""

from collections.abc import Callable, Sequence

import numpy as np

from intake.understand.categories.model.linear import LinearModel
from training.measures import Measures, measure
from training.rows import LabelledComplaint

Step = Callable[[], None]


def evaluate(model: LinearModel, rows: Sequence[LabelledComplaint], step: Step) -> Measures:
    """Its figures on these rows; a label it does not know counts as a miss."""
    strange = sorted({row.label for row in rows} - set(model.labels))
    numbers = {label: number for number, label in enumerate((*model.labels, *strange))}
    chances = np.empty((len(rows), len(model.labels)))
    for at, row in enumerate(rows):
        chances[at] = model.chances(row.title, row.body)
        step()
    truth = np.array([numbers[row.label] for row in rows])
    thresholds = np.array([model.threshold(row.title) for row in rows])
    return measure(chances, truth, model.labels, thresholds)
