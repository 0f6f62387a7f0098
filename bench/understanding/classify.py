"""The category model, cross-validated on labelled complaints, near copies kept together."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np

from bench.understanding.goal import Goal
from bench.understanding.section import Asked, Section
from intake.understand.categories.model.files import save
from intake.understand.categories.model.linear import LinearModel, open_model
from training.rows import LabelledComplaint, learnable, read_rows
from training.train import train

TRIED = 1000
"""Complaints asked one by one for the time of an answer."""


def goals(asked: Asked) -> Iterator[Goal]:
    """Train and measure; minutes. Raises BadRows or OSError."""
    assert asked.complaints is not None
    rows = learnable(read_rows(asked.complaints))
    started = perf_counter()
    trained = train(rows, lambda: None, seed=asked.seed)
    seconds = perf_counter() - started
    found = trained.measures
    yield Goal("macro-F1, cross-validated", 0.935, found.macro_f1)
    yield Goal("accuracy", None, found.accuracy)
    yield Goal(f"accuracy at {found.coverage:.0%} coverage", 0.98, found.accuracy_at_coverage)
    yield Goal("calibration error", 0.03, found.calibration_error, at_most=True)
    yield Goal("macro-F1 without titles, as in a chat", None, trained.untitled.macro_f1)
    yield Goal("accuracy of what is answered there", None, trained.untitled.accuracy_at_coverage)
    with TemporaryDirectory() as folder:
        about = Path(folder)
        save(about, trained.labels, trained.sizes, trained.thresholds, {}, trained.numbers)
        model = open_model(about)
        yield Goal("one answer, median", 1.0, _milliseconds(model, rows), " ms", at_most=True)
        yield Goal("model", 50.0, model.size / 1e6, " MB", at_most=True)
    yield Goal("training, with its figures", 15.0, seconds / 60, " min", at_most=True)


def _milliseconds(model: LinearModel, rows: tuple[LabelledComplaint, ...]) -> float:
    """Of processor time, so that a busy machine does not count."""
    times = []
    for row in rows[:TRIED]:
        started = process_time()
        model.opinion(row.title, row.body)
        times.append(process_time() - started)
    return float(np.median(times)) * 1000


SECTION = Section("category", "Category, cross-validated", goals, needs=("complaints",))
