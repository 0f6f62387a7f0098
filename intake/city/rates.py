"""How a city reckons its rates: the formulae differ from place to place, so they are data.

Two questions differ between formulae: what counts as a response (`signed` within its limit, or the
citizen saying they were `contacted`), and how much a half-hearted answer weighs. A formula
with `weights` has a composite score; one without shows its three rates side by side.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_STRICT = {"extra": "forbid"}

RATES = frozenset(
    {
        "response",
        "completed",
        "on_time",
        "satisfied",
        "solved",
        "called_back",
        "effective",
        "returned",
        "extended",
        "reworked",
        "overdue",
    }
)
"""What can be reckoned of a unit's dispatched tickets (see `desk.statistics.rates`)."""

CENTRES = frozenset({"direct", "forwarded"})
"""The centre's own rates, which no unit has."""

RESPONSES = frozenset({"signed", "contacted"})
ROUNDS = frozenset({"last_round", "first_round"})


@dataclass(frozen=True, slots=True)
class Formula:
    """One way to reckon. `three` are the rates a leader reads first.

    `basically` is what "basically satisfied" weighs beside 1 for satisfied, `partly` the same
    for "partly solved". `weights` add up to 1. `labels` names rates the city's own way.
    """

    __pydantic_config__ = _STRICT

    response: str = "signed"
    basically: float = 1.0
    partly: float = 0.0
    three: tuple[str, ...] = ("response", "completed", "satisfied")
    weights: Mapping[str, float] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


FORMULAS: Mapping[str, Formula] = {
    "jyg": Formula(),
    "beijing_like": Formula(
        response="contacted",
        basically=0.9,
        three=("response", "solved", "satisfied"),
        weights={"response": 0.10, "solved": 0.50, "satisfied": 0.40},
    ),
    "zhunger_like": Formula(
        three=("response", "solved", "satisfied"),
        weights={"response": 0.30, "solved": 0.35, "satisfied": 0.35},
    ),
}
"""The formulae a city has without writing any."""


@dataclass(frozen=True, slots=True)
class RateRules:
    """What a city reckons by: `use` names one of `formulas`, or one of the product's own.

    A month begins on `month_starts_on` (of the month before, when it is not 1). A unit with fewer
    than `smallest_sample` in its denominator is not graded; `tiers` are the lower bounds in percent
    of the grades above the last. `evaluation` says which round's survey counts.
    """

    __pydantic_config__ = _STRICT

    use: str = "jyg"
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    month_starts_on: int = 1
    smallest_sample: int = 10
    tiers: tuple[float, float, float] = (98.0, 95.0, 90.0)
    evaluation: str = "last_round"

    @property
    def known(self) -> Mapping[str, Formula]:
        """All formulae by name; the city's own prevail."""
        return {**FORMULAS, **self.formulas}

    @property
    def formula(self) -> Formula:
        """The one in use."""
        return self.known[self.use]


def contradictions(rules: RateRules) -> Iterator[tuple[str, str]]:
    """(key, reason) for every value that cannot be."""
    if rules.use not in rules.known:
        yield "use", f"formula {rules.use!r} is none of {', '.join(sorted(rules.known))}"
    if not 1 <= rules.month_starts_on <= 28:
        yield "month_starts_on", "must be between 1 and 28"
    if rules.smallest_sample < 1:
        yield "smallest_sample", "must be at least 1"
    if not 100 >= rules.tiers[0] > rules.tiers[1] > rules.tiers[2] >= 0:
        yield "tiers", "must fall, from at most 100 to at least 0"
    if rules.evaluation not in ROUNDS:
        yield "evaluation", f"must be {' or '.join(sorted(ROUNDS))}"
    for name, formula in rules.formulas.items():
        yield from _formula(formula, f"formulas.{name}")


def _formula(formula: Formula, key: str) -> Iterator[tuple[str, str]]:
    if formula.response not in RESPONSES:
        yield f"{key}.response", f"must be {' or '.join(sorted(RESPONSES))}"
    for name in ("basically", "partly"):
        if not 0 <= getattr(formula, name) <= 1:
            yield f"{key}.{name}", "must be between 0 and 1"
    if len(set(formula.three)) != 3:
        yield f"{key}.three", "must name three rates"
    labelled = RATES | CENTRES
    named = (("three", formula.three, RATES), ("weights", formula.weights, RATES))
    for place, given, known in (*named, ("labels", formula.labels, labelled)):
        for rate in given:
            if rate not in known:
                yield f"{key}.{place}", f"unknown rate {rate!r}; known are {', '.join(sorted(known))}"
    if formula.weights and abs(sum(formula.weights.values()) - 1) > 1e-9:
        yield f"{key}.weights", "must add up to 1"
