"""The corpus as the danger model learns it: lines for danger, and what else citizens wrote, all harmless."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.understanding import safety
from intake.model.danger_kinds import ANSWERS, DangerKind
from intake.understand.normalise import normalise

_MARK = re.compile(r"\{([A-Z]+):([^{}]*)\}")
_PARTED = {("electric", "120"): DangerKind.SHOCK, ("other", "110"): DangerKind.OTHER_110}
_SENTENCE = re.compile("[\u3002\uff01!\uff1f?\uff1b;\\n]+")
_SHORTEST = 4
_ANSWERING = frozenset("PORDHNXSW")
RULES = "rules"
"""The batch of what the rules were made by: learnt from, and never tried."""
_ORDINARY = frozenset({"chat", "ordinary"})


@dataclass(frozen=True, slots=True)
class DangerRow:
    """`kind` of a danger is None where there is none, or none was told; `style` as the corpus has it.

    `outage` is None where nobody said whether there is one. `trap`: harmless, and worded like a danger.
    """

    text: str
    batch: str
    real: bool
    kind: DangerKind | None = None
    number: str = ""
    style: str = ""
    way: str = ""
    outage: bool | None = None

    @property
    def trap(self) -> bool:
        return bool(self.way) and not self.real and self.way not in _ORDINARY

    @property
    def ordinary(self) -> bool:
        return not self.real and not self.trap


def read_folder(folder: Path) -> Iterator[DangerRow]:
    """A batch: its lines for danger, then its first messages and its replies."""
    for row in _rows(folder / "danger.jsonl"):
        kind = _kind(row["danger"], row["number"]) if row["real"] else None
        yield DangerRow(
            normalise(row["m"]), folder.name, row["real"], kind, row["number"], row["style"], row["kind"]
        )
    for row in _rows(folder / "messages.jsonl"):
        yield DangerRow(_unmarked(row), folder.name, real=False, style=row["style"], outage=row["outage"])
    for row in _rows(folder / "replies.jsonl"):
        if "danger" not in row["acts"]:
            yield DangerRow(_unmarked(row), folder.name, real=False, style=row["style"])


def pieces(folder: Path) -> Iterator[DangerRow]:
    """What is marked in the batch's messages, and each sentence of them, alone: so answers come in a talk."""
    said: set[str] = set()
    for row in _rows(folder / "messages.jsonl"):
        said |= {mark[2] for mark in _MARK.finditer(row["m"]) if mark[1] in _ANSWERING}
        said |= {one for one in _SENTENCE.split(_unmarked(row)) if len(one) >= _SHORTEST}
    yield from (DangerRow(normalise(one), folder.name, real=False) for one in sorted(said))


def written_by_rules() -> Iterator[DangerRow]:
    """The messages that the rules were made by; none of those kept aside."""
    known = (*safety.messages(), *safety.roles(), *safety.known_roles())
    aside = {one.text for one in (*known, *safety.fresh_roles()) if one.aside}
    for one in known:
        if one.text not in aside:
            yield DangerRow(normalise(one.text), RULES, real=one.level in safety.RED)


def batches(corpus: Path) -> tuple[DangerRow, ...]:
    """Every batch that may be learnt from, in order."""
    told = (row for one in sorted(corpus.glob("batch_*")) for row in (*read_folder(one), *pieces(one)))
    return (*told, *written_by_rules())


def lines(rows: Iterable[DangerRow]) -> tuple[DangerRow, ...]:
    """The lines for danger among them."""
    return tuple(row for row in rows if row.way)


def _kind(danger: str, number: str) -> DangerKind | None:
    """None where another number is right than for all others of the kind."""
    kind = _PARTED.get((danger, number), DangerKind(danger))
    return kind if ANSWERS[kind].number == number else None


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    if file.exists():
        yield from (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line)


def _unmarked(row: dict[str, Any]) -> str:
    return normalise(_MARK.sub(r"\2", row["m"]))
