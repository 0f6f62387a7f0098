"""What is read from a complaint's own words, beside what a person marked in it.

`labels/slots.jsonl` holds row ids, spans (offsets into the body as it stands in the file) and no text.
Each slot has a list of spans any of which is right; `maybe_…` spans are neither asked for nor wrong (a bare
district, "often", a role that stands for a name). Half of the rows (`aside`) were not looked at while the
rules were made.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.understanding.goal import Goal
from bench.understanding.section import Asked, Section
from intake.city import CityProfile, load
from intake.dialog.llm_reading import with_second
from intake.model.messages import Second
from intake.model.reading import SURE
from intake.understand.normalise import normalise
from intake.understand.reader import read

LABELS = Path(__file__).parent / "labels" / "slots.jsonl"
NOW = datetime(2020, 1, 10, 4, tzinfo=UTC)
"""When the last of them was written."""

SLOTS: Mapping[str, str] = {
    "place": "place",
    "time": "occurred",
    "subject": "subject",
    "wish": "wish",
    "name": "name",
    "phone": "phone",
}
"""The labels' names, and the readings'."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Case:
    """One row and slot: what is right, what is no mistake, and what was read, if anything."""

    row: str
    slot: str
    right: tuple[Span, ...]
    allowed: tuple[Span, ...]
    found: Span | None
    sure: bool

    @property
    def relaxed(self) -> bool:
        """Whether what was read and what is right overlap by half of the shorter, at least."""
        return self.found is not None and any(_half(self.found, one) for one in self.right)

    @property
    def exact(self) -> bool:
        """Whether it is right to the letter."""
        return self.found is not None and self.found in self.right

    @property
    def excused(self) -> bool:
        """Whether it is neither right nor wrong."""
        return not self.relaxed and self.found is not None and any(_half(self.found, a) for a in self.allowed)


@dataclass(frozen=True, slots=True)
class Score:
    """How much of what was read is right, and how much of what there was is read."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def goals(asked: Asked) -> Iterator[Goal]:
    """The goals of the issue on the half kept aside, and the other half's figures beside them."""
    assert asked.stream is not None
    city, bodies = load("jiayuguan"), read_bodies(asked.stream)
    for part in ("aside", "dev"):
        cases = list(cases_of(part, bodies, city))
        wanted = part == "aside"
        place, times = _of(cases, "place"), _of(cases, "time")
        yield Goal(f"{part}: place F1, relaxed", 0.90 if wanted else None, score(place).f1)
        yield Goal(f"{part}: place F1, exact", 0.80 if wanted else None, score(place, exact=True).f1)
        yield Goal(f"{part}: time F1", 0.90 if wanted else None, score(times).f1)
        yield Goal(f"{part}: subject F1", None, score(_of(cases, "subject")).f1)
        yield Goal(f"{part}: wish F1", None, score(_of(cases, "wish")).f1)
        yield Goal(
            f"{part}: precision of what is not asked", 0.97 if wanted else None, taken(cases).precision
        )
        yield Goal(f"{part}: share of it that is known unasked", None, taken(cases).recall)


def read_bodies(file: Path) -> dict[str, str]:
    """The bodies by row id."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return {row["id"]: row["body"] for row in csv.DictReader(lines)}


Hear = Callable[[str], Second | None]
"""What a second reader says to a body."""


def labels(part: str) -> Iterator[dict[str, Any]]:
    """The marks of each row of `part` ("dev" or "aside")."""
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        if label["part"] == part:
            yield label


def cases_of(
    part: str, bodies: Mapping[str, str], city: CityProfile, hear: Hear = lambda _: None
) -> Iterator[Case]:
    """Every slot of every labelled row of `part`, read."""
    for label in labels(part):
        yield from _cases(label, bodies[label["id"]], city, hear)


def _cases(label: Mapping[str, list[Span]], body: str, city: CityProfile, hear: Hear) -> Iterator[Case]:
    reading = with_second(read(body, city, NOW), hear(body), city, NOW)
    for slot, name in SLOTS.items():
        found = getattr(reading, name)
        yield Case(
            row=str(label["id"]),
            slot=slot,
            right=_spans(label.get(slot, []), body),
            allowed=_spans(label.get(f"maybe_{slot}", []), body),
            found=(found.start, found.end) if found else None,
            sure=found is not None and found.confidence >= SURE,
        )


def score(cases: Sequence[Case], *, exact: bool = False) -> Score:
    """Of all that was read, however sure."""
    right = [case for case in cases if (case.exact if exact else case.relaxed)]
    found = [case for case in cases if case.found and not case.excused]
    there = [case for case in cases if case.right and not case.excused]
    return Score(_share(len(right), len(found)), _share(len(right), len(there)))


def taken(cases: Sequence[Case]) -> Score:
    """Of what is sure enough not to be asked or confirmed, in all slots."""
    found = [case for case in cases if case.sure]
    right = [case for case in found if case.relaxed or case.excused]
    known = [case for case in found if case.relaxed]
    return Score(_share(len(right), len(found)), _share(len(known), sum(bool(case.right) for case in cases)))


def _of(cases: Sequence[Case], slot: str) -> list[Case]:
    return [case for case in cases if case.slot == slot]


def _spans(marked: Sequence[Span], body: str) -> tuple[Span, ...]:
    """Spans in the body, as spans in what is read of it."""
    start = len(normalise(f"|{body}")) - len(normalise(body)) - 1
    return tuple((_moved(a, body) - start, _moved(b, body) - start) for a, b in marked)


def _moved(at: int, body: str) -> int:
    return len(normalise(f"|{body[:at]}|")) - 2


def _half(a: Span, b: Span) -> bool:
    common = min(a[1], b[1]) - max(a[0], b[0])
    return common * 2 >= min(a[1] - a[0], b[1] - b[0]) and common > 0


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


SECTION = Section("slots", "Slots read from free text", goals, needs=("stream",))
