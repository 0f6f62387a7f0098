"""`python -m training.tagger train` learns what is shipped, `evaluate FOLDER` measures it on a batch.

Needs scipy (`make classify`). The same corpus gives the same weights, byte for byte on the same machine.
"""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from intake.understand.tagger.slots import Slot
from intake.understand.tagger.tagger import Tagger
from intake.understand.tagger.weights import FOLDER, load, save
from training.tagger import measure
from training.tagger.learn import CORPUS, apart, corpus, data_sum, learn
from training.tagger.marks import read_batch


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m training.tagger", description=__doc__)
    asked.add_argument("what", choices=("train", "evaluate", "folds"))
    asked.add_argument("batch", nargs="?", type=Path, default=CORPUS / "test_1")
    given = asked.parse_args()
    {"train": _train, "evaluate": lambda: _evaluate(given.batch), "folds": _folds}[given.what]()


def _train() -> None:
    texts = corpus()
    weights = learn(texts, lambda: _say(".", end=""))
    save(FOLDER, replace(weights, about={"texts": len(texts), "data_sha256": data_sum()}))
    _say(f"\n{FOLDER}: {len(weights.keys)} features of {len(texts)} texts")


def _evaluate(batch: Path) -> None:
    texts, tagger = tuple(read_batch(batch)), Tagger(load())
    ways = {
        "rules": measure.by_rules,
        "tagger": measure.by_tagger(tagger, told=False),
        "both": measure.by_both(tagger),
    }
    counts = {name: measure.slots(texts, way) for name, way in ways.items()}
    _say("| slot | marked | " + " | ".join(f"{name} exact | relaxed" for name in counts) + " |")
    for slot in Slot:
        _say(_row(slot, counts))
    finders = {
        "rules": measure.with_tagger(None),
        "tagger": measure.by_tagger_alone(tagger),
        "both": measure.with_tagger(tagger),
    }
    for name, find in finders.items():
        _people(name, measure.people(texts, find))


def _folds() -> None:
    """People in each batch, by weights learnt from the others."""
    total = measure.PeopleCount()
    for learnt, tried in apart(corpus()):
        total.add(measure.people(tried, measure.with_tagger(Tagger(learn(learnt, lambda: None)))))
    _people("both, batch by batch", total)


def _row(slot: Slot, counts: Mapping[str, Mapping[Slot, measure.Count]]) -> str:
    cells = [f"{one[slot].exact_f1():.2f} | {one[slot].relaxed_f1():.2f}" for one in counts.values()]
    return f"| {slot.name.lower()} | {counts['rules'][slot].marked} | {' | '.join(cells)} |"


def _people(name: str, found: measure.PeopleCount) -> None:
    _say(
        f"people, {name}: recall {found.told_found / max(found.told, 1):.3f} of {found.told}, "
        f"signing off {found.signing_found / max(found.signing, 1):.3f} of {found.signing}, "
        f"precision {found.finds_right / max(found.finds, 1):.3f}, "
        f"signs hidden without need {found.signs_wrong / max(found.signs, 1):.4f}, "
        f"answers of units with a mask {found.answers_masked}, "
        f"mere forms of address {found.forms_found} of {found.forms}"
    )


def _say(line: str, end: str = "\n") -> None:
    sys.stdout.write(line + end)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
