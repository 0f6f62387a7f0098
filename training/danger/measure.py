"""What the ladder makes of lines whose danger is known: seen, answered with the right number, left alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from intake.understand.danger.ladder import DangerReading, with_model
from intake.understand.danger.model import DangerModel
from training.danger.rows import DangerRow

PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row and what the ladder read in it."""

    row: DangerRow
    danger: DangerReading

    @property
    def hard(self) -> bool:
        return self.danger.red is not None

    @property
    def light(self) -> bool:
        """Asked for one tap, or a line."""
        return self.danger.doubt is not None

    @property
    def rightly_called(self) -> bool:
        return self.danger.red is not None and self.danger.red.number == self.row.number


def by_model(model: DangerModel | None, rows: Iterable[DangerRow]) -> tuple[ReadRow, ...]:
    """The rows as the ladder reads them with this model; by the rules alone without one."""
    return tuple(ReadRow(row, with_model(row.text, model)) for row in rows)


def figures(read: Sequence[ReadRow]) -> Mapping[str, float]:
    """Shares by name; of nothing none."""
    real = [one for one in read if one.row.real]
    told = [one for one in real if one.row.way == PLAIN]
    stopped = [one for one in told if one.hard]
    harmless = [one for one in read if one.row.way and not one.row.real]
    plain = [one for one in harmless if one.row.ordinary]
    traps = [one for one in harmless if one.row.trap]
    others = [one for one in read if not one.row.way]
    shares = {
        "danger: stopped, tapped or lined": _share(real, [one.hard or one.light for one in real]),
        "danger: stopped": _share(real, [one.hard for one in real]),
        "plainly told: stopped": _share(told, [one.hard for one in told]),
        "plainly told and stopped: the right number": _share(
            stopped, [one.rightly_called for one in stopped]
        ),
        "harmless: stopped": _share(harmless, [one.hard for one in harmless]),
        "ordinary and chat: tapped or lined": _share(plain, [one.light for one in plain]),
        "traps: tapped or lined": _share(traps, [one.light for one in traps]),
        "messages and replies: stopped": _share(others, [one.hard for one in others]),
        "messages and replies: tapped or lined": _share(others, [one.light for one in others]),
    }
    return {name: share for name, share in (*shares.items(), *_outages(read)) if share is not None}


def of_each(read: Sequence[ReadRow]) -> Mapping[str, tuple[int, float, float]]:
    """Of each kind of danger and way of telling it: how many, seen at all, stopped."""
    names = sorted({name for one in read if one.row.real for name in _named(one.row)})
    found = {}
    for name in names:
        those = [one for one in read if one.row.real and name in _named(one.row)]
        seen = sum(one.hard or one.light for one in those) / len(those)
        found[name] = (len(those), seen, sum(one.hard for one in those) / len(those))
    return found


def _named(row: DangerRow) -> tuple[str, ...]:
    return (f"kind {row.kind or '-'}", f"way {row.way}", f"style {row.style}")


def _outages(read: Sequence[ReadRow]) -> Iterable[tuple[str, float | None]]:
    told = [one for one in read if one.row.outage is not None]
    cut_off = [one for one in told if one.row.outage]
    others = [one for one in told if not one.row.outage]
    yield "outages: hurried", _share(cut_off, [_hurried(one) for one in cut_off])
    yield "no outage: hurried as one", _share(others, [_hurried(one) for one in others])


def _hurried(one: ReadRow) -> bool:
    return one.danger.urgency(one.row.text).rule == "outage"


def _share(of: Sequence[ReadRow], those: Sequence[bool]) -> float | None:
    return sum(those) / len(of) if of else None
