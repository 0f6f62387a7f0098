"""`python -m training.danger train` learns what is shipped, `evaluate FOLDER` measures it on a batch.

`folds` measures each batch by what was learnt of the others, `curve` does so with a quarter and a half of
it, `misses` shows what `folds` misses. Needs scikit-learn (`make classify`).
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from intake.understand.danger.model import DangerModel
from intake.understand.danger.weights import FOLDER, load, save
from training.danger.learn import CORPUS, LIMITS, data_sum, learn, share
from training.danger.measure import ReadRow, by_model, figures, of_each
from training.danger.rows import RULES, DangerRow, batches, read_folder


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m training.danger", description=__doc__)
    asked.add_argument("what", choices=("train", "evaluate", "folds", "curve", "misses"))
    asked.add_argument("batch", nargs="?", type=Path, default=CORPUS / "test_1")
    given = asked.parse_args()
    {
        "train": _train,
        "evaluate": lambda: _evaluate(given.batch),
        "folds": lambda: _show(_folds(batches(CORPUS))),
        "curve": _curve,
        "misses": _misses,
    }[given.what]()


def _train() -> None:
    rows = batches(CORPUS)
    weights = learn(rows, LIMITS)
    save(FOLDER, replace(weights, about={"texts": len(rows), "data_sha256": data_sum()}))
    _say(f"{FOLDER}: {len(weights.keys)} features of {len(rows)} texts")


def _evaluate(batch: Path) -> None:
    rows = tuple(read_folder(batch))
    for name, model in (("rules alone", None), ("both", DangerModel(load()))):
        _say(f"\n{name}")
        _show(by_model(model, rows))


def _curve() -> None:
    rows = batches(CORPUS)
    for part in (0.25, 0.5, 1.0):
        _say(f"\n{part:.0%} of what is learnt from")
        for name, figure in figures(_folds(rows, part)).items():
            _say(f"{name}: {figure:.3f}")


def _misses() -> None:
    for one in _folds(batches(CORPUS)):
        if one.row.way and (not (one.hard or one.light) if one.row.real else one.hard):
            _say(f"{one.row.kind or 'harmless'} {one.row.way}: {one.row.text}")


def _folds(rows: Sequence[DangerRow], part: float = 1.0) -> tuple[ReadRow, ...]:
    return tuple(_each_fold(rows, part))


def _each_fold(rows: Sequence[DangerRow], part: float) -> Iterator[ReadRow]:
    for batch in sorted({row.batch for row in rows} - {RULES}):
        weights = learn(share([row for row in rows if row.batch != batch], part), LIMITS)
        yield from by_model(DangerModel(weights), [row for row in rows if row.batch == batch])


def _show(read: Sequence[ReadRow]) -> None:
    for name, figure in figures(read).items():
        _say(f"{name}: {figure:.3f}")
    for name, (count, seen, stopped) in of_each(read).items():
        _say(f"| {name} | {count} | {seen:.2f} | {stopped:.2f} |")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
