"""A folder of labelled messages, as the product reads them: slots, types, secrecy, with intervals.

`--labelled FOLDER` prints the goals; before them a table on the three ways: rules alone, learned alone, both.
Right is judged on whole messages: a slot's find against any of its marks, relaxed where they share half of
the shorter. A test folder's first opening is the figure that counts, see `training/corpus/openings.md`.
"""

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from bench.understanding.goal import Goal
from bench.understanding.section import Asked, Section
from intake.city import CityProfile, load
from intake.model.reading import SURE, Reading, Secrecy
from intake.understand.normalise import normalise
from intake.understand.reader import by_rules, read
from intake.understand.tagger.tagger import shipped
from intake.understand.weighing import slots
from training.tagger.hinting import NOW
from training.tagger.marks import MarkedText, marked, rows

SLOTS: Mapping[str, str] = {
    "place": "P",
    "occurred": "OR",
    "name": "N",
    "phone": "T",
    "subject": "S",
    "enterprise": "E",
    "wish": "W",
}
"""The readings' slots, and the marks that fill each."""
WANTED: Mapping[str, tuple[float | None, float | None]] = {
    "place": (0.80, 0.92),
    "occurred": (None, 0.85),
    "name": (None, 0.95),
    "phone": (None, 0.99),
    "subject": (None, 0.85),
    "enterprise": (None, 0.85),
    "wish": (None, None),
}
"""Exact and relaxed."""
_INVENTED = 0.03
_SIDES = 1.96
"""Of a normal distribution, for 95 %."""
Way = Callable[[str], Reading]
Span = tuple[int, int]


@dataclass(slots=True)
class SlotCount:
    """Messages that say it and that do not; finds; those taken unasked."""

    said: int = 0
    exact: int = 0
    relaxed: int = 0
    silent: int = 0
    invented: int = 0
    taken: int = 0
    taken_right: int = 0

    def add(self, other: "SlotCount") -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


@dataclass(slots=True)
class Tally:
    """What was counted in one style, or in all."""

    slots: dict[str, SlotCount] = field(default_factory=lambda: {name: SlotCount() for name in SLOTS})
    type_right: int = 0
    messages: int = 0
    secrecy: Counter[tuple[Secrecy, Secrecy]] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        for name, one in other.slots.items():
            self.slots[name].add(one)
        self.type_right += other.type_right
        self.messages += other.messages
        self.secrecy += other.secrecy


def interval(part: int, whole: int) -> tuple[float, float]:
    """Wilson's, for 95 %."""
    if not whole:
        return 0.0, 1.0
    share, square = part / whole, _SIDES * _SIDES
    middle = share + square / (2 * whole)
    reach = _SIDES * math.sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    return (middle - reach) / (1 + square / whole), (middle + reach) / (1 + square / whole)


def ways(city: CityProfile) -> Mapping[str, Way]:
    """Rules alone, learned alone, both."""
    tagger = shipped()

    def learned(text: str) -> Reading:
        bare = Reading(text=normalise(text))
        return slots.weighed(bare, tagger, city, NOW)

    return {
        "rules": lambda text: by_rules(text, city, NOW),
        "learned": learned,
        "both": lambda text: read(text, city, NOW),
    }


def tallies(folder: Path, way: Way) -> dict[str, Tally]:
    """By style, and all together under ""."""
    found: dict[str, Tally] = {"": Tally()}
    for row in rows(folder / "messages.jsonl"):
        text = marked(row, folder.name)
        one = _tally(text, row, way(text.text))
        found.setdefault(text.style, Tally()).add(one)
        found[""].add(one)
    return found


def _tally(text: MarkedText, row: Mapping[str, object], reading: Reading) -> Tally:
    counted = {name: _slot(text, reading, name) for name in SLOTS}
    kind = reading.appeal_type.value if reading.appeal_type else "QZ"
    wished = Counter({(Secrecy(str(row["secrecy"])), reading.secrecy): 1})
    return Tally(counted, int(kind == row["type"]), 1, wished)


def _slot(text: MarkedText, reading: Reading, name: str) -> SlotCount:
    marks = [_moved(mark.start, mark.end, text.text) for mark in text.marks if mark.slot in SLOTS[name]]
    found = getattr(reading, name)
    count = SlotCount(said=int(bool(marks)), silent=int(not marks))
    if found is None:
        return count
    span = (found.start, found.end)
    right = any(_half(span, mark) for mark in marks)
    exact = any(_same(span, mark, reading.text) for mark in marks)
    sure = found.confidence >= SURE
    return replace(
        count,
        exact=int(exact),
        relaxed=int(right),
        invented=int(not marks),
        taken=int(sure),
        taken_right=int(sure and right),
    )


def _moved(start: int, end: int, text: str) -> Span:
    """The mark in what is read of the text."""
    lead = len(normalise(f"|{text}")) - len(normalise(text)) - 1
    return len(normalise(f"|{text[:start]}|")) - 2 - lead, len(normalise(f"|{text[:end]}|")) - 2 - lead


def _same(span: Span, mark: Span, text: str) -> bool:
    """To the letter; a surname may be taken without the word that tells that it is one."""
    own = text[mark[0] : mark[1]]
    return span in (mark, (mark[0] + 1, mark[1])) if own.startswith("\u59d3") else span == mark


def _half(one: Span, other: Span) -> bool:
    common = min(one[1], other[1]) - max(one[0], other[0])
    return common > 0 and common * 2 >= min(one[1] - one[0], other[1] - other[0])


def goals(asked: Asked) -> Iterator[Goal]:
    """The goals of the product's own reading; the table of the three ways goes before."""
    assert asked.labelled is not None
    city = load("xinghe")
    by_way = {name: tallies(asked.labelled, way) for name, way in ways(city).items()}
    sys.stdout.writelines(f"{line}\n" for line in table(by_way))
    whole = by_way["both"][""]
    for name, count in whole.slots.items():
        exact, relaxed = WANTED[name]
        yield _goal(f"{name}, exact", exact, count.exact, count.said)
        yield _goal(f"{name}, relaxed", relaxed, count.relaxed, count.said)
        yield _goal(f"{name}, invented", _INVENTED, count.invented, count.silent, at_most=True)
    every = SlotCount()
    for count in whole.slots.values():
        every.add(count)
    yield _goal("taken unasked, of what was said", 0.75, every.taken_right, every.said)
    yield _goal("right, of what was taken unasked", 0.97, every.taken_right, every.taken)
    yield _goal("type", 0.93, whole.type_right, whole.messages)
    yield from _secrecy(whole.secrecy)


def _secrecy(counted: Counter[tuple[Secrecy, Secrecy]]) -> Iterator[Goal]:
    right = sum(count for (true, found), count in counted.items() if true is found and true)
    found = sum(count for (_, found), count in counted.items() if found)
    true = sum(count for (true, _), count in counted.items() if true)
    yield _goal("secrecy and anonymity, precision", 0.97, right, found)
    yield _goal("secrecy and anonymity, recall", 0.97, right, true)


def _goal(what: str, wanted: float | None, part: int, whole: int, *, at_most: bool = False) -> Goal:
    low, high = interval(part, whole)
    told = f"{what} ({low:.2f}–{high:.2f}, of {whole})"
    return Goal(told, wanted, part / max(whole, 1), at_most=at_most)


def table(by_way: Mapping[str, Mapping[str, Tally]]) -> Iterator[str]:
    """Exact and relaxed of each slot and style, the three ways side by side."""
    yield "| slot | style | said | " + " | ".join(f"{name} exact | relaxed" for name in by_way) + " |"
    yield "| --- | --- | --- |" + " --- | --- |" * len(by_way)
    first: Mapping[str, Tally] = next(iter(by_way.values()))
    for name in SLOTS:
        for style in sorted(first):
            said = first[style].slots[name].said
            cells = [_cells(tally[style].slots[name]) for tally in by_way.values()]
            yield f"| {name} | {style or 'all'} | {said} | " + " | ".join(cells) + " |"


def _cells(count: SlotCount) -> str:
    return f"{count.exact / max(count.said, 1):.2f} | {count.relaxed / max(count.said, 1):.2f}"


SECTION = Section("labelled", "Labelled messages", goals, needs=("labelled",))
