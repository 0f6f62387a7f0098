"""The bulletin's first section: how much came, how it was handled, and against what."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from desk.reports import document as doc
from desk.reports.document import Cell, Chart, Headline, Section, Shape, Table
from desk.reports.figures import Collected, Figures
from desk.reports.wording import Names
from desk.statistics.rates import (
    Ratio,
    composite,
    growth,
    intake_rates,
    percent,
    points,
    rates,
    rounded,
    unit_mean,
)

Value = int | Fraction | None


def headlines(found: Collected, names: Names) -> tuple[Headline, ...]:
    """The figures read first: appeals, tickets, the three rates."""
    ago = found.compared["a_year_before"]
    return (
        _counted("valid", found.now.intake.valid, ago.intake.valid, names),
        _counted("tickets", _tickets(found.now), _tickets(ago), names),
        *(_rated(name, found, ago, names) for name in found.city.rates.formula.three),
    )


def overall(found: Collected, names: Names) -> Section:
    """Paragraphs, the table of indicators and the trend."""
    words = names.words
    if not found.now.intake.submitted and not _tickets(found.now):
        nothing = words.say("overall.nothing", period=names.period(found.now.period))
        return Section(words.say("overall.title"), (nothing,))
    return Section(
        title=words.say("overall.title"),
        paragraphs=(
            _came(found, names),
            _three(found, names),
            _late(found, names),
            _praise(found, names),
        ),
        tables=(_table(found, names),),
        charts=_charts(found, names),
    )


def unit_rates(found: Figures, names: Names, name: str) -> tuple[Ratio, ...]:
    """One rate of every unit that is assessed."""
    return tuple(rates(c, names.city.rates.formula)[name] for c in found.tally.assessed.values())


def rate_of(found: Figures, names: Names, name: str) -> Fraction | None:
    """One rate over all units, weighted."""
    return rates(found.tally.all(assessed=True), names.city.rates.formula)[name].value


def _tickets(found: Figures) -> int:
    return found.tally.all(assessed=True).tickets


def _counted(name: str, now: int, ago: int, names: Names) -> Headline:
    words, change = names.words, doc.growth(growth(now, ago))
    said = words.say("head.change", n=change) if change.value is not None else ""
    return Headline(words.say(f"head.{name}"), names.items(now), said)


def _rated(name: str, found: Collected, ago: Figures, names: Names) -> Headline:
    value = rate_of(found.now, names, name)
    change = doc.points(points(value, rate_of(ago, names, name)))
    said = names.words.say("head.points", n=change) if change.value else ""
    if change.value == 0:
        said = names.words.say("head.same")
    return Headline(names.rate(name), str(doc.rate(value)), said)


def _came(found: Collected, names: Names) -> str:
    intake, words = found.now.intake, names.words
    tickets = _tickets(found.now)
    return words.say(
        "overall.came",
        period=names.period(found.now.period),
        valid=names.items(intake.valid),
        change=_grown(growth(intake.valid, found.compared["a_year_before"].intake.valid), names),
        direct=names.items(intake.direct),
        rate=doc.rate(intake_rates(intake)["direct"].value),
        tickets=names.items(tickets),
        per_day=rounded(Fraction(tickets, found.now.period.days), 1),
    )


def _grown(change: Fraction | None, names: Names) -> str:
    if change is None:
        return ""
    if change == 0:
        return names.words.say("overall.same")
    key = "overall.grown" if change > 0 else "overall.fallen"
    return names.words.say(key, n=abs(rounded(change * 100, 1)))


def _three(found: Collected, names: Names) -> str:
    words = names.words
    said = [
        words.say("overall.one_rate", name=names.rate(name), value=doc.rate(rate_of(found.now, names, name)))
        for name in names.city.rates.formula.three
    ]
    mean = doc.rate(unit_mean(unit_rates(found.now, names, "satisfied")))
    first = words.say("overall.three", rates=words.texts["word.comma"].join(said), mean=mean)
    return first + "".join(_moved(found, names, against) for against in found.compared)


def _moved(found: Collected, names: Names, against: str) -> str:
    """How satisfaction moved; nothing is said where there is nothing to compare with."""
    before = rate_of(found.compared[against], names, "satisfied")
    change = points(rate_of(found.now, names, "satisfied"), before)
    if change is None or against == "before":
        return ""
    key = "same_points" if change == 0 else "risen_points" if change > 0 else "fallen_points"
    return names.words.say(
        f"overall.{key}",
        name=names.rate("satisfied"),
        against=names.words.say(f"against.{against}"),
        value=doc.rate(before),
        n=abs(rounded(change, 1)),
    )


def _late(found: Collected, names: Names) -> str:
    counts = found.now.tally.all(assessed=True)
    if counts.tickets and not counts.late:
        return names.words.say("overall.none_late")
    return names.words.say(
        "overall.late",
        rate=doc.rate(rate_of(found.now, names, "on_time")),
        late=counts.late,
        open=counts.open_late,
        done=counts.done_late,
    )


def _praise(found: Collected, names: Names) -> str:
    before = found.compared["a_year_before"].intake.praise
    return names.words.say("overall.praise", now=found.now.intake.praise, before=before)


def _table(found: Collected, names: Names) -> Table:
    words = names.words
    others = tuple(found.compared)
    heads = [words.say(key) for other in others for key in (f"against.{other}", f"against.change_{other}")]
    return Table(
        title=words.say("overall.table"),
        columns=(words.say("overall.indicator"), words.say("overall.now"), *heads),
        rows=tuple(
            _row(label, value, kind, found)
            for label, value, kind in (*_counts(names), *_rates(names), *_times(names))
        ),
        note=words.say("overall.note"),
    )


Reader = Callable[[Figures], Value]
Line = tuple[str, Reader, str]


def _row(label: str, value: Reader, kind: str, found: Collected) -> tuple[Cell, ...]:
    now = value(found.now)
    cells = [doc.text(label), _cell(kind, now)]
    for name, other in found.compared.items():
        before = value(other)
        # a quarter's number is no growth over a year's
        like = kind == doc.CellKind.RATE or name != "whole_year_before"
        cells += [_cell(kind, before), _change(kind, now, before) if like else doc.growth(None)]
    return tuple(cells)


def _cell(kind: str, value: Value) -> Cell:
    return Cell(doc.CellKind(kind), value)


def _change(kind: str, now: Value, before: Value) -> Cell:
    if kind == doc.CellKind.RATE:
        return doc.points(points(_part(now), _part(before)))
    if now is None or not before:
        return doc.growth(None)
    return doc.growth((Fraction(now) - Fraction(before)) / Fraction(before))


def _part(value: Value) -> Fraction | None:
    return None if value is None else Fraction(value)


def _counts(names: Names) -> tuple[Line, ...]:
    say = names.words.say

    def of(field: str) -> Line:
        return (
            say(f"figure.{field}"),
            lambda f: getattr(f.tally.all(assessed=True), field),
            doc.CellKind.COUNT,
        )

    return (
        (say("figure.valid"), lambda f: f.intake.valid, doc.CellKind.COUNT),
        (say("figure.direct"), lambda f: f.intake.direct, doc.CellKind.COUNT),
        of("tickets"),
        (say("figure.per_day"), lambda f: Fraction(_tickets(f), f.period.days), doc.CellKind.NUMBER),
        *(of(name) for name in ("completed", "late", "open_late", "returned", "moved", "supervised")),
        (say("figure.excluded"), _excluded, doc.CellKind.COUNT),
        (say("figure.praise"), lambda f: f.intake.praise, doc.CellKind.COUNT),
        of("answered"),
    )


def _excluded(found: Figures) -> int:
    return found.tally.all(assessed=False).tickets - found.tally.all(assessed=True).tickets


def _rates(names: Names) -> tuple[Line, ...]:
    formula = names.city.rates.formula

    def of(name: str) -> Line:
        return names.rate(name), lambda f: rate_of(f, names, name), doc.CellKind.RATE

    def centres(name: str) -> Line:
        return names.rate(name), lambda f: intake_rates(f.intake)[name].value, doc.CellKind.RATE

    found = [of(name) for name in dict.fromkeys((*formula.three, "on_time", "solved"))]
    mean: Line = (
        names.words.say("figure.unit_mean_satisfied"),
        lambda f: unit_mean(unit_rates(f, names, "satisfied")),
        doc.CellKind.RATE,
    )
    more = [of(name) for name in ("called_back", "effective", "returned", "extended", "reworked", "overdue")]
    score: Line = (
        names.rate("composite"),
        lambda f: composite(rates(f.tally.all(assessed=True), formula), formula),
        doc.CellKind.RATE,
    )
    scored = (score,) if formula.weights else ()
    return (*scored, *found, mean, *more, centres("direct"), centres("forwarded"))


def _times(names: Names) -> tuple[Line, ...]:
    say = names.words.say
    return (
        (say("figure.mean_hours"), _mean_hours, doc.CellKind.NUMBER),
        (say("figure.slowest"), _slowest_hours, doc.CellKind.NUMBER),
    )


def _mean_hours(found: Figures) -> Fraction | None:
    counts = found.tally.all(assessed=True)
    return Fraction(counts.minutes, 60 * counts.completed) if counts.completed else None


def _slowest_hours(found: Figures) -> Fraction | None:
    return None if found.slowest_tenth is None else Fraction(found.slowest_tenth, 60)


def _charts(found: Collected, names: Names) -> tuple[Chart, ...]:
    labels = tuple(
        names.words.say("period.year_month", year=month.period.year, number=month.period.number)
        for month in found.trend
    )
    tickets = tuple(Decimal(month.counts.tickets) for month in found.trend)
    satisfied = tuple(
        percent(rates(month.counts, names.city.rates.formula)["satisfied"].value) for month in found.trend
    )
    return (
        Chart(names.words.say("overall.chart"), Shape.COLUMNS, labels, tickets, ""),
        Chart(names.words.say("overall.chart_satisfied"), Shape.LINE, labels, satisfied, "%"),
    )
