"""The bulletin's sections on units: their rates, who has most, who is full, who is late, who was praised."""

from desk.reports import document as doc
from desk.reports.document import Cell, Chart, Section, Shape, Table
from desk.reports.figures import Collected
from desk.reports.sections.overall import unit_rates
from desk.reports.wording import Names
from desk.statistics.rates import Counts, Share, Tier, all_full, composite, rates, shares, tier, unit_mean

MOST = 3
CHARTED = 10


def units(found: Collected, names: Names) -> Section:
    """The units' own section."""
    ranked = shares({unit: counts.tickets for unit, counts in found.now.tally.assessed.items()})
    if not ranked:
        return Section(names.words.say("units.title"))
    return Section(
        title=names.words.say("units.title"),
        paragraphs=tuple(
            said for said in (_first(ranked, names), _full(found, names), *_graded(found, names)) if said
        ),
        tables=(_table(found, ranked, names), *_calibres(found, names)),
        charts=(_chart(ranked, names),),
    )


def late(found: Collected, names: Names) -> Section:
    """Who was late with how many."""
    say = names.words.say
    rows = sorted(
        ((unit, counts) for unit, counts in found.now.tally.assessed.items() if counts.late),
        key=lambda pair: -pair[1].late,
    )
    if not rows:
        return Section(say("late.title"), (say("late.none"),))
    named = [say("late.one", unit=names.unit(unit), number=counts.late) for unit, counts in rows]
    columns = ("units.unit", "late.number", "late.open", "late.done")
    table = Table(
        say("late.table"),
        (*(say(key) for key in columns), names.rate("on_time")),
        tuple(_late_row(unit, counts, names) for unit, counts in rows),
    )
    said = say("late.units", n=len(rows), units=names.words.texts["word.comma"].join(named))
    return Section(say("late.title"), (said,), (table,))


def praise(found: Collected, names: Names) -> Section | None:
    """Who was praised; None where nobody was."""
    say = names.words.say
    rows = tuple(
        (doc.text(names.unit(unit)), doc.count(number)) for unit, number in found.praise.items() if unit
    )
    if not rows:
        return None
    table = Table(say("praise.units"), (say("units.unit"), say("praise.number")), rows)
    return Section(say("praise.title"), tables=(table,))


def is_full(counts: Counts, names: Names) -> bool:
    """Whether a unit has a hundred in all three rates."""
    formula = names.city.rates.formula
    return all_full(rates(counts, formula), formula.three)


def graded(counts: Counts, names: Names) -> Tier:
    """A unit's grade: by its score where the formula has one, else by satisfaction."""
    rules = names.city.rates
    found = rates(counts, rules.formula)
    value = composite(found, rules.formula) if rules.formula.weights else found["satisfied"].value
    return tier(value, found["satisfied"].whole, rules)


def _first(ranked: tuple[Share, ...], names: Names) -> str:
    first = ranked[:MOST]
    named = [
        names.words.say("units.one", unit=names.unit(one.unit), number=f"{one.tickets:,}") for one in first
    ]
    return names.words.say(
        "units.first",
        n=len(first),
        units=names.words.texts["word.comma"].join(named),
        number=f"{sum(one.tickets for one in first):,}",
        share=doc.share(first[-1].cumulative.value),
    )


def _full(found: Collected, names: Names) -> str:
    say, comma = names.words.say, names.words.texts["word.comma"]
    three = comma.join(names.rate(name) for name in names.city.rates.formula.three)
    full = [names.unit(unit) for unit, counts in found.now.tally.assessed.items() if is_full(counts, names)]
    if not full:
        return say("units.none_full", rates=three)
    return say("units.full", n=len(full), rates=three, units=comma.join(full))


def _graded(found: Collected, names: Names) -> tuple[str, ...]:
    say = names.words.say
    grades = {unit: graded(counts, names) for unit, counts in found.now.tally.assessed.items()}
    lagging = [names.unit(unit) for unit, grade in grades.items() if grade is Tier.LAGGING]
    few = Tier.TOO_FEW in grades.values()
    return (
        say("units.lagging", units=names.words.texts["word.comma"].join(lagging)) if lagging else "",
        say("units.too_few", n=names.city.rates.smallest_sample) if few else "",
    )


def _shown(names: Names) -> tuple[str, ...]:
    """The rates of the table, the three first."""
    return tuple(dict.fromkeys((*names.city.rates.formula.three, "on_time", "effective", "reworked")))


def _table(found: Collected, ranked: tuple[Share, ...], names: Names) -> Table:
    say = names.words.say
    scored = (names.rate("composite"),) if names.city.rates.formula.weights else ()
    columns = (
        say("units.unit"),
        say("units.tickets"),
        say("units.share"),
        say("units.cumulative"),
        *(names.rate(name) for name in _shown(names)),
        *scored,
        say("units.late"),
        say("units.tier"),
    )
    assessed = found.now.tally.assessed
    rows = [_row(one, assessed[one.unit], names) for one in ranked]
    return Table(
        say("units.table"),
        columns,
        (*rows, _total(found, names), _mean(found, names)),
        totals=2,
    )


def _row(one: Share, counts: Counts, names: Names) -> tuple[Cell, ...]:
    return (
        doc.text(names.unit(one.unit)),
        doc.count(one.tickets),
        doc.share(one.share.value),
        doc.share(one.cumulative.value),
        *_rates(counts, names),
        doc.count(counts.late),
        doc.text(names.words.say(f"tier.{graded(counts, names)}")),
    )


def _rates(counts: Counts, names: Names) -> tuple[Cell, ...]:
    formula = names.city.rates.formula
    found = rates(counts, formula)
    scored = (doc.rate(composite(found, formula)),) if formula.weights else ()
    return (*(doc.rate(found[name].value) for name in _shown(names)), *scored)


def _total(found: Collected, names: Names) -> tuple[Cell, ...]:
    counts = found.now.tally.all(assessed=True)
    return (
        doc.text(names.words.say("word.all")),
        doc.count(counts.tickets),
        doc.share(None),
        doc.share(None),
        *_rates(counts, names),
        doc.count(counts.late),
        doc.text(""),
    )


def _mean(found: Collected, names: Names) -> tuple[Cell, ...]:
    means = [doc.rate(unit_mean(unit_rates(found.now, names, name))) for name in _shown(names)]
    empty = [doc.rate(None)] if names.city.rates.formula.weights else []
    name = doc.text(names.words.say("word.mean"))
    return (
        name,
        doc.count(None),
        doc.share(None),
        doc.share(None),
        *means,
        *empty,
        doc.count(None),
        doc.text(""),
    )


def _calibres(found: Collected, names: Names) -> tuple[Table, ...]:
    """The other calibre beside it, and why what was excluded; nothing where nothing was."""
    if not found.exclusions:
        return ()
    say = names.words.say
    reasons = Table(
        say("units.exclusions"),
        (say("units.reason"), say("units.number")),
        tuple(
            (doc.text(names.exclusion(code)), doc.count(number)) for code, number in found.exclusions.items()
        ),
    )
    ranked = shares({unit: counts.tickets for unit, counts in found.now.tally.full.items()})
    three = names.city.rates.formula.three
    rows = tuple(_full_row(one, found.now.tally.full[one.unit], names) for one in ranked)
    columns = (say("units.unit"), say("units.tickets"), *(names.rate(name) for name in three))
    return Table(say("units.table_full"), columns, rows), reasons


def _full_row(one: Share, counts: Counts, names: Names) -> tuple[Cell, ...]:
    formula = names.city.rates.formula
    found = rates(counts, formula)
    return (
        doc.text(names.unit(one.unit)),
        doc.count(one.tickets),
        *(doc.rate(found[name].value) for name in formula.three),
    )


def _late_row(unit: str, counts: Counts, names: Names) -> tuple[Cell, ...]:
    value = rates(counts, names.city.rates.formula)["on_time"].value
    numbers = (counts.late, counts.open_late, counts.done_late)
    return (doc.text(names.unit(unit)), *(doc.count(number) for number in numbers), doc.rate(value))


def _chart(ranked: tuple[Share, ...], names: Names) -> Chart:
    first = ranked[:CHARTED]
    return Chart(
        names.words.say("units.chart"),
        Shape.BARS,
        tuple(names.unit(one.unit) for one in first),
        tuple(doc.count(one.tickets).number for one in first),
        "",
    )
