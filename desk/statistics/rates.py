"""The rates of a period, from counts alone: every formula in one place, each named by its denominator.

A denominator of zero gives no rate, neither 0 nor 100 %. Numbers stay exact fractions until
somebody reads them. Which tickets are counted, and how, is `desk.statistics.queries`' business. All pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Self

from intake.city import Formula, RateRules


@dataclass(frozen=True, slots=True)
class Counts:
    """What the dispatched tickets of a period add up to, of one unit or of all.

    `judged_…` are those of which the question can be answered already. `attempted`: a survey or
    call went out; `answered`: the citizen replied, which is what the last three groups count.
    """

    tickets: int = 0
    judged_signing: int = 0
    signed_in_time: int = 0
    completed: int = 0
    judged_handling: int = 0
    done_in_time: int = 0
    done_late: int = 0
    open_late: int = 0
    attempted: int = 0
    called_back: int = 0  # attempted, and completed: not again in hand
    answered: int = 0
    contacted: int = 0
    satisfied: int = 0
    basically: int = 0
    dissatisfied: int = 0
    solved: int = 0
    partly: int = 0
    unsolved: int = 0
    returned: int = 0  # tickets a unit gave back
    moved: int = 0  # times a ticket changed its lead
    extended: int = 0
    reworked: int = 0  # completed in a second round or later
    supervised: int = 0
    repeated: int = 0  # tickets that others were merged into
    minutes: int = 0  # of office time from dispatch to completion, over all completed

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def late(self) -> int:
        """Overdue ever: open and late, or completed late."""
        return self.done_late + self.open_late


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in within a period, dispatched or not.

    `void` had no demand, `recalled` were withdrawn before acceptance; `direct` were answered at
    once; `ended` otherwise than by a dispatch (merged, not accepted, withdrawn, incomplete).
    """

    submitted: int = 0
    void: int = 0
    recalled: int = 0
    accepted: int = 0
    direct: int = 0
    forwarded: int = 0
    ended: int = 0
    praise: int = 0

    @property
    def valid(self) -> int:
        """有效诉求: a merged one is an appeal too."""
        return self.submitted - self.void - self.recalled


@dataclass(frozen=True, slots=True)
class Ratio:
    """`part` of `whole`; no value where `whole` is 0."""

    part: Fraction
    whole: int

    @property
    def value(self) -> Fraction | None:
        return self.part / self.whole if self.whole else None

    @property
    def is_full(self) -> bool:
        return self.whole > 0 and self.part == self.whole


def ratio(part: int | Fraction, whole: int) -> Ratio:
    return Ratio(Fraction(part), whole)


def rates(counts: Counts, formula: Formula) -> dict[str, Ratio]:
    """Every rate of dispatched tickets, by name."""
    basically, partly = _exact(formula.basically), _exact(formula.partly)
    rated = counts.satisfied + counts.basically + counts.dissatisfied
    signed = ratio(counts.signed_in_time, counts.judged_signing)
    return {
        "response": ratio(counts.contacted, counts.answered) if formula.response == "contacted" else signed,
        "completed": ratio(counts.completed, counts.tickets),
        "on_time": ratio(counts.done_in_time, counts.judged_handling),
        "satisfied": ratio(counts.satisfied + basically * counts.basically, rated),
        "solved": ratio(counts.solved + partly * counts.partly, counts.answered),
        "called_back": ratio(counts.called_back, counts.completed),
        "effective": ratio(counts.answered, counts.attempted),
        "returned": ratio(counts.returned, counts.tickets),
        "extended": ratio(counts.extended, counts.tickets),
        "reworked": ratio(counts.reworked, counts.completed),
        "overdue": ratio(counts.late, counts.tickets),
    }


def intake_rates(intake: Intake) -> dict[str, Ratio]:
    """The centre's own: what it answered at once, and what it sent on of what it had to."""
    return {
        "direct": ratio(intake.direct, intake.accepted),
        "forwarded": ratio(intake.forwarded, intake.accepted - intake.direct - intake.ended),
    }


def composite(found: Mapping[str, Ratio], formula: Formula) -> Fraction | None:
    """The weighted score; None without weights, or where one of its rates has no value."""
    if not formula.weights:
        return None
    parts = [(found[name].value, _exact(weight)) for name, weight in formula.weights.items()]
    values = [value * weight for value, weight in parts if value is not None]
    return sum(values, Fraction()) if len(values) == len(parts) else None


def unit_mean(all_units: Iterable[Ratio]) -> Fraction | None:
    """The mean of the units' rates, each unit as one; those without a value are left out."""
    values = [value for one in all_units if (value := one.value) is not None]
    return sum(values, Fraction()) / len(values) if values else None


class Tier(StrEnum):
    """How a unit is graded; `TOO_FEW`: not at all."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    LAGGING = "lagging"
    TOO_FEW = "too_few"


def tier(value: Fraction | None, whole: int, rules: RateRules) -> Tier:
    """The grade of a rate over so many; small samples get none."""
    if value is None or whole < rules.smallest_sample:
        return Tier.TOO_FEW
    for grade, bound in zip((Tier.EXCELLENT, Tier.GOOD, Tier.FAIR), rules.tiers, strict=True):
        if value * 100 >= _exact(bound):
            return grade
    return Tier.LAGGING


@dataclass(frozen=True, slots=True)
class Share:
    """One unit's part of all tickets, and of all down to it."""

    unit: str
    tickets: int
    share: Ratio
    cumulative: Ratio


def shares(tickets: Mapping[str, int]) -> tuple[Share, ...]:
    """Units by their number of tickets, most first."""
    total, running, found = sum(tickets.values()), 0, []
    for unit, number in sorted(tickets.items(), key=lambda pair: (-pair[1], pair[0])):
        running += number
        found.append(Share(unit, number, ratio(number, total), ratio(running, total)))
    return tuple(found)


def growth(now: int, before: int) -> Fraction | None:
    """How much more, as a part of before; None where there was nothing."""
    return Fraction(now - before, before) if before else None


def points(now: Fraction | None, before: Fraction | None) -> Fraction | None:
    """The difference of two rates in percentage points; None where one is missing."""
    return None if now is None or before is None else (now - before) * 100


def all_full(found: Mapping[str, Ratio], names: Sequence[str]) -> bool:
    """Whether each of these rates is a whole hundred."""
    return all(found[name].is_full for name in names)


def percent(value: Fraction | None, places: int = 2) -> Decimal | None:
    """A rate in percent, rounded half up; what is not all never reads 100, what is not none never 0."""
    if value is None:
        return None
    step = Decimal(1).scaleb(-places)
    shown = rounded(value * 100, places)
    if value < 1 and shown >= 100:
        return 100 - step
    return step if value > 0 and shown <= 0 else shown


def rounded(value: Fraction, places: int) -> Decimal:
    """Half away from zero, as people round."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _exact(weight: float) -> Fraction:
    """0.9 as nine tenths, not as the nearest binary number."""
    return Fraction(str(weight))
