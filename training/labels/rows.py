"""The corpus's messages with the labels of each question."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from intake.understand.labels.labels import ACTS, MATTER, TYPE
from training.tagger.learn import CORPUS
from training.tagger.marks import rows, unmarked

WORDS = Path(__file__).with_name("words.txt")
"""Of each neutral category words by which it is told, as a hotline's staff would list them."""
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text, what it is to a question, and whose it is."""

    text: str
    labels: tuple[str, ...]
    batch: str
    style: str
    focus: str = ""


def read(folder: Path, question: str) -> Iterator[LabelledText]:
    """A batch's rows for one question."""
    if question == ACTS:
        for row in rows(folder / "replies.jsonl"):
            yield LabelledText(
                unmarked(row["m"]), tuple(row["acts"]), folder.name, row["style"], row["focus"]
            )
        return
    key = {TYPE: "type", MATTER: "cat"}[question]
    for row in rows(folder / "messages.jsonl"):
        yield LabelledText(unmarked(row["m"]), (row[key],), folder.name, row["style"])


def corpus(question: str, folder: Path = CORPUS) -> list[LabelledText]:
    """Every batch; nothing that is kept for measuring."""
    return [row for one in sorted(folder.glob("batch_*")) for row in read(one, question)]


def word_lists() -> Iterator[LabelledText]:
    """The categories' words, a few at a time."""
    pick = random.Random(0)  # noqa: S311  an order, no secret
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        label, _, said = line.partition(": ")
        words = said.split(" ")
        for own in (
            [word for word in words if not word.isascii()],
            [word for word in words if word.isascii()],
        ):
            pick.shuffle(own)
            yield from (
                LabelledText(" ".join(some), (label,), "words", "words") for some in _few(own, _AT_ONCE)
            )


def _few(words: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (words[at : at + size] for at in range(0, len(words), size))
