"""How much of what tells a person apart is found in free text, and how much is hidden without need.

The set is our own (`personal.txt`): a find counts where it overlaps what is marked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.understanding.goal import Goal
from bench.understanding.section import Asked, Section
from intake.understand.persons import personal

_SET = Path(__file__).with_name("personal.txt")


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence, and the spans in it that are personal."""

    text: str
    spans: tuple[tuple[int, int], ...]


def read(path: Path = _SET) -> tuple[Marked, ...]:
    """The sentences of the set."""
    lines = path.read_text("utf-8").splitlines()
    return tuple(_marked(line) for line in lines if line and not line.startswith("#"))


def counted(sentences: Iterable[Marked]) -> tuple[int, int, int, int]:
    """Marked, marked and found, finds, finds that are marked."""
    marked = found = finds = right = 0
    for sentence in sentences:
        here = [(one.start, one.end) for one in personal.find(sentence.text)]
        marked += len(sentence.spans)
        finds += len(here)
        found += sum(any(_overlap(span, one) for one in here) for span in sentence.spans)
        right += sum(any(_overlap(span, one) for span in sentence.spans) for one in here)
    return marked, found, finds, right


def measure(_asked: Asked) -> Iterable[Goal]:
    """Recall and precision over the set."""
    marked, found, finds, right = counted(read())
    yield Goal("personal data found (recall)", 0.95, found / marked)
    yield Goal("of what is hidden, personal (precision)", 0.95, right / finds)
    yield Goal("marked places", None, marked)


def _marked(line: str) -> Marked:
    text, spans = "", []
    for part in line.split("⟦"):
        inside, closed, after = part.partition("⟧")
        if closed:
            spans.append((len(text), len(text) + len(inside)))
        text += inside + after
    return Marked(text, tuple(spans))


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


SECTION = Section("personal", "Personal data in free text", measure)
