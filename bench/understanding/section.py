"""One part of the table: what it is called, which data it needs, and how it is measured.

A new measurement is a module beside this one with a `SECTION`, named in `bench.understanding.__main__`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.understanding.goal import Goal


@dataclass(frozen=True, slots=True)
class Asked:
    """What was given on the command line. The data is the operator's own and never part of the project."""

    complaints: Path | None = None  # labelled complaints: CSV with title, body, label
    stream: Path | None = None  # complaints as they came: CSV with row, title, time, body
    addresses: Path | None = None  # a folder with train.jsonl and dev.jsonl
    labelled: Path | None = None  # a folder of the corpus's shape, messages.jsonl
    seed: int = 0
    reader: str = ""  # a large model's endpoint, and the model's name there
    reader_model: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """`needs` are names of `Asked`; `measure` is called only when all of them are given."""

    name: str
    title: str
    measure: Callable[[Asked], Iterable[Goal]]
    needs: tuple[str, ...] = ()

    def missing(self, asked: Asked) -> tuple[str, ...]:
        """The arguments without which this cannot be measured."""
        return tuple(need for need in self.needs if getattr(asked, need) is None)
