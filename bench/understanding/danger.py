"""The ladder for danger on lines of the corpus that nothing was learnt from, and on recorded complaints.

By the rules alone and by both together; of recorded complaints what would stop their form, or ask or warn.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from time import perf_counter

from bench.understanding.goal import Goal
from bench.understanding.section import Asked, Section
from intake.understand.danger.ladder import read_danger
from intake.understand.danger.model import shipped
from intake.understand.normalise import normalise
from playground.replay.rows import read_rows
from training.danger.measure import by_model, figures
from training.danger.rows import DangerRow, read_folder

LINES = Path(__file__).parents[2] / "training/corpus/test_1"
_WANTED: Mapping[str, tuple[float, bool]] = {
    "danger: stopped, tapped or lined": (0.98, False),
    "plainly told: stopped": (0.8, False),
    "plainly told and stopped: the right number": (0.95, False),
    "harmless: stopped": (0.02, True),
    "ordinary and chat: tapped or lined": (0.05, True),
    "traps: tapped or lined": (0.1, True),
    "messages and replies: tapped or lined": (0.05, True),
    "outages: hurried": (0.9, False),
    "no outage: hurried as one": (0.03, True),
}


def goals(asked: Asked) -> Iterator[Goal]:
    """Every figure of the lines, both readings; then the recorded complaints', if they are given."""
    rows = tuple(read_folder(LINES))
    alone = figures(by_model(None, rows))
    for name, figure in figures(by_model(shipped(), rows)).items():
        wanted, at_most = _WANTED.get(name, (None, False))
        yield Goal(f"{name} (rules alone {alone[name]:.3f})", wanted, figure, at_most=at_most)
    yield Goal("one line, median", 0.5, _median(rows), " ms", at_most=True)
    if asked.stream is not None:
        yield from _of_stream([normalise(row.text) for row in read_rows(asked.stream)])


def _of_stream(texts: list[str]) -> Iterator[Goal]:
    read = [read_danger(text) for text in texts]
    stopped = sum(one.red is not None for one in read) / len(read)
    warned = sum(one.doubt is not None for one in read) / len(read)
    yield Goal(
        f"of {len(read):,} recorded complaints: stopped, or told as threats", 0.02, stopped, at_most=True
    )
    yield Goal("of them: tapped or lined", 0.05, warned, at_most=True)


def _median(rows: tuple[DangerRow, ...]) -> float:
    """Milliseconds of the model alone."""
    model = shipped()
    spent = []
    for row in rows:
        began = perf_counter()
        if model is not None:
            model.weighed(row.text)
        spent.append((perf_counter() - began) * 1000)
    return sorted(spent)[len(spent) // 2]


SECTION = Section("danger", "The ladder for danger, on another hand's lines", goals)
