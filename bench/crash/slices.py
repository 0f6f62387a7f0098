"""A long run in slices: each is kept as a file when it is done, and what is kept need not run again.

The rule: a slice is a whole run with its own database and its own accounts; a table of several is their sum.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench.crash.account import Line
from bench.crash.backend import Kind
from bench.crash.run import Order, Outcome


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of the matrix; `number` counts from 0 through all of it."""

    storage: str
    backend: Kind
    number: int

    def file(self, folder: Path) -> Path:
        return folder / f"{self.storage}-{self.backend.replace(' ', '-')}-{self.number}.json"


def slices(storages: Sequence[str], backends: Sequence[str], parts: int) -> list[Slice]:
    """All of the matrix, each pair `parts` times."""
    pairs = [(storage, Kind(kind)) for _ in range(parts) for storage in storages for kind in backends]
    return [Slice(storage, kind, number) for number, (storage, kind) in enumerate(pairs)]


def keep(outcome: Outcome, file: Path) -> None:
    """Write it down whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(outcome), default=str, ensure_ascii=False, indent=1))
    fresh.replace(file)


def kept(file: Path) -> Outcome | None:
    """A slice that was done before."""
    if not file.exists():
        return None
    raw = json.loads(file.read_text())
    order = Order(
        **raw["order"] | {"backend": Kind(raw["order"]["backend"]), "var": Path(raw["order"]["var"])}
    )
    lines = [Line(**line) for line in raw["lines"]]
    left = [(where, state, count) for where, state, count in raw["left"]]
    return Outcome(**raw | {"order": order, "lines": lines, "left": left})


def summed(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """One for each storage and kind of backend."""
    found: dict[tuple[str, Kind], Outcome] = {}
    for outcome in outcomes:
        pair = (outcome.order.storage, outcome.order.backend)
        found[pair] = _sum(found[pair], outcome) if pair in found else outcome
    return list(found.values())


def _sum(one: Outcome, other: Outcome) -> Outcome:
    left = Counter({(where, state): count for where, state, count in one.left})
    left.update({(where, state): count for where, state, count in other.left})
    return replace(
        one,
        lines=[_line(a, b) for a, b in zip(one.lines, other.lines, strict=True)],
        kills=dict(Counter(one.kills) + Counter(other.kills)),
        conversations=one.conversations + other.conversations,
        said_again=one.said_again + other.said_again,
        gave_up=one.gave_up + other.gave_up,
        repeated_posts=one.repeated_posts + other.repeated_posts,
        tickets_in_surplus=one.tickets_in_surplus + other.tickets_in_surplus,
        events_in_surplus=one.events_in_surplus + other.events_in_surplus,
        left=[(where, state, count) for (where, state), count in sorted(left.items())],
        faults=one.faults + other.faults,
        seconds=one.seconds + other.seconds,
    )


def _line(one: Line, other: Line) -> Line:
    assert (one.what, one.channel) == (other.what, other.channel)
    return Line(
        one.what,
        one.channel,
        attempted=one.attempted + other.attempted,
        acknowledged=one.acknowledged + other.acknowledged,
        delivered=one.delivered + other.delivered,
        lost=one.lost + other.lost,
        doubled=one.doubled + other.doubled,
        unexpected=one.unexpected + other.unexpected,
        unknown=one.unknown + other.unknown,
    )
