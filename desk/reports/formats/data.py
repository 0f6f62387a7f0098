"""A bulletin for a program: JSON with the numbers as they are, rates as parts of 1, null where there is none;
and CSV of the units, safe to open in a spreadsheet.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any

import orjson

from desk.reports.figures import Collected, Composition, Figures
from desk.reports.sections.units import graded, is_full
from desk.reports.wording import Names, bulletin_words
from desk.statistics.rates import Counts, composite, intake_rates, rates, shares, unit_mean
from intake.city import Formula

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula."""


def as_json(found: Collected) -> bytes:
    """The figures."""
    return orjson.dumps(_document(found), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def as_csv(found: Collected) -> bytes:
    """One line per unit, UTF-8 with the mark Excel asks for."""
    names = Names(found.city, bulletin_words())
    assessed = found.now.tally.assessed
    ranked = shares({unit: counts.tickets for unit, counts in assessed.items()})
    lines = [
        {"unit": one.unit, "name": names.unit(one.unit), "share": _number(one.share.value)}
        | asdict(assessed[one.unit])
        | _rated(assessed[one.unit], found.city.rates.formula)
        | {"tier": str(graded(assessed[one.unit], names))}
        for one in ranked
    ]
    return table(lines)


def table(lines: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows of the same keys as CSV; what could be taken for a formula begins with an apostrophe."""
    rows = list(lines)
    written = io.StringIO(newline="")
    if rows:
        writer = csv.DictWriter(written, list(rows[0]))
        writer.writeheader()
        writer.writerows({key: harmless(value) for key, value in row.items()} for row in rows)
    return written.getvalue().encode("utf-8-sig")


def harmless(value: Any) -> Any:
    """A text no spreadsheet reckons with; anything else as it is."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def _document(found: Collected) -> dict[str, Any]:
    names = Names(found.city, bulletin_words())
    formula = found.city.rates.formula
    period = found.now.period
    assessed = found.now.tally.assessed
    return {
        "period": str(period),
        "first": period.first,
        "last": period.last,
        "as_of": found.as_of,
        "city": found.city.key,
        "formula": found.city.rates.use,
        **_figures(found.now, formula),
        "compared": {
            name: {"period": str(other.period), **_figures(other, formula)}
            for name, other in found.compared.items()
        },
        "units": {
            one.unit: {
                "name": names.unit(one.unit),
                "share": _number(one.share.value),
                "cumulative_share": _number(one.cumulative.value),
                "counts": asdict(assessed[one.unit]),
                "rates": _rated(assessed[one.unit], formula),
                "tier": graded(assessed[one.unit], names),
                "all_full": is_full(assessed[one.unit], names),
            }
            for one in shares({unit: counts.tickets for unit, counts in assessed.items()})
        },
        "units_all_full": sum(is_full(counts, names) for counts in assessed.values()),
        "appeals": _composition(found.composition),
        "praise": found.praise,
        "exclusions": found.exclusions,
        "surveys": _surveys(found),
        "p90_office_minutes": found.now.slowest_tenth,
        "months": [
            {
                "month": str(month.period),
                "appeals": month.appeals,
                "tickets": month.counts.tickets,
                "rates": _rated(month.counts, formula),
            }
            for month in found.trend
        ],
    }


def _surveys(found: Collected) -> dict[str, Any]:
    """Whom was asked and what they said; words stay in the document for people."""
    said, sent = found.said, found.sent
    told = None
    if said is not None:
        told = {
            "answered": said.answered,
            "attempted": said.attempted,
            "effective": _number(said.effective),
            "ways": said.ways,
            "silent": said.silent,
            "unhappy": said.unhappy,
            "reasons": said.reasons,
            "matters": {code: number for code, number, _ in said.words},
        }
    return {
        "said": told,
        "sent": sent
        and {
            "channels": {code: asdict(one) for code, one in sent.by_channel.items()},
            "units": {unit: asdict(one) for unit, one in sent.by_unit.items()},
            "days": {str(day): asdict(one) for day, one in sent.by_day.items()},
            "reminders": [asdict(one) for one in sent.by_reminder],
        },
    }


def _figures(figures: Figures, formula: Formula) -> dict[str, Any]:
    intake, tally = figures.intake, figures.tally
    both = {"assessed": tally.all(assessed=True), "full": tally.all(assessed=False)}
    means = {
        name: _number(unit_mean(rates(counts, formula)[name] for counts in tally.assessed.values()))
        for name in rates(Counts(), formula)
    }
    return {
        "intake": asdict(intake) | {"valid": intake.valid},
        "intake_rates": {name: _number(one.value) for name, one in intake_rates(intake).items()},
        **{
            name: {"counts": asdict(counts), "rates": _rated(counts, formula)}
            for name, counts in both.items()
        },
        "unit_means": means,
    }


def _rated(counts: Counts, formula: Formula) -> dict[str, float | None]:
    found = rates(counts, formula)
    score = {"composite": _number(composite(found, formula))} if formula.weights else {}
    return {name: _number(one.value) for name, one in found.items()} | score


def _composition(composition: Composition) -> dict[str, Any]:
    return {name: dict(getattr(composition, name)) for name in ("types", "channels", "areas", "categories")}


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
