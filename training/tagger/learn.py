"""From the corpus to weights: with other names for its people, told the rules' finds half the time."""

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from intake.understand.tagger.features import features
from intake.understand.tagger.slots import TAGS, Slot
from intake.understand.tagger.tokens import tokens
from intake.understand.tagger.weights import Limits, Weights
from training.tagger.chain import Example, Fitted, fit, pruned
from training.tagger.hinting import of_people, of_reading
from training.tagger.marks import MarkedText, read_answers, read_batch, tags
from training.tagger.renaming import renamed

CORPUS = Path(__file__).parents[1] / "corpus"
ANSWERS = "unit_answers.jsonl"
SEED = 0
ROUNDS = 12
COPIES = 2
"""Further times a text with people is shown, under other names."""
MOST = 220_000
"""Features kept: below six million bytes."""
LIMITS = Limits(likely=0.1, sure=0.4)
_PEOPLE = frozenset({Slot.NAME, Slot.PERSON})
Step = Callable[[], None]


def corpus(folder: Path = CORPUS) -> tuple[MarkedText, ...]:
    """Every batch and the units' answers; nothing that is kept for measuring."""
    batches = [text for one in sorted(folder.glob("batch_*")) for text in read_batch(one)]
    return (*batches, *read_answers(folder / ANSWERS))


def data_sum(folder: Path = CORPUS) -> str:
    """The SHA-256 of all that is learnt from."""
    files = sorted([*folder.glob("batch_*/[mr]*.jsonl"), folder / ANSWERS])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def learn(texts: Iterable[MarkedText], step: Step, limits: Limits = LIMITS) -> Weights:
    """The same texts give the same weights."""
    examples = list(_examples(texts, random.Random(SEED)))  # noqa: S311  names, no secrets
    fitted = pruned(fit(examples, len(TAGS), ROUNDS, SEED, step), MOST)
    return _small(fitted, limits)


def _examples(texts: Iterable[MarkedText], pick: random.Random) -> Iterator[Example]:
    for text in texts:
        yield _example(text, read=text.style != "answer" and pick.random() < 0.5)
        if any(mark.slot in _PEOPLE for mark in text.marks):
            for _ in range(COPIES):
                yield _example(renamed(text, pick), read=False)


def _example(text: MarkedText, *, read: bool) -> Example:
    said, hints = tokens(text.text), of_people(text.text)
    return Example(features(said, (*hints, *of_reading(text.text)) if read else hints), tags(text, said))


def _small(fitted: Fitted, limits: Limits) -> Weights:
    """In whole numbers of one byte."""
    scale = float(np.abs(fitted.weights).max()) / 127
    small = np.round(fitted.weights / scale).astype(np.int8)
    return Weights(fitted.keys, small, scale, fitted.follows, limits, {})


def apart(texts: Sequence[MarkedText]) -> Iterator[tuple[list[MarkedText], list[MarkedText]]]:
    """What is learnt and what is tried: each batch by what was learnt of other hands'; answers by shares."""
    batches = sorted({text.batch for text in texts if text.style != "answer"})
    for number, batch in enumerate(batches):
        own = [
            text.batch == batch if text.style != "answer" else at % len(batches) == number
            for at, text in enumerate(texts)
        ]
        yield (
            [text for text, mine in zip(texts, own, strict=True) if not mine],
            [text for text, mine in zip(texts, own, strict=True) if mine],
        )
