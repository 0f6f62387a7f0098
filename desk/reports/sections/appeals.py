"""The bulletin's section on what people complained of, and by which way they came."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from desk.reports import document as doc
from desk.reports.document import Chart, Section, Shape, Table
from desk.reports.figures import Collected
from desk.reports.wording import Names
from desk.statistics.rates import growth

MOST = 10
NAMED = 3


def appeals(found: Collected, names: Names) -> Section:
    """Categories, types, channels and areas, each against the year before."""
    say = names.words.say
    now, ago = found.composition, found.a_year_before
    total = sum(now.types.values())
    if not total:
        return Section(say("appeals.title"))
    first = dict(list(now.categories.items())[:MOST])
    tables = (
        _table("categor", first, ago.categories, total, names.category, names),
        _table("type", now.types, ago.types, total, names.appeal, names),
        _table("channel", now.channels, ago.channels, total, names.channel, names),
        _table("area", now.areas, ago.areas, total, names.area, names),
    )
    return Section(say("appeals.title"), (_most(first, total, names),), tables, (_chart(first, names),))


def _most(first: Mapping[str, int], total: int, names: Names) -> str:
    named = [
        names.words.say(
            "appeals.one",
            name=names.category(code),
            number=f"{number:,}",
            share=doc.share(Fraction(number, total)),
        )
        for code, number in list(first.items())[:NAMED]
    ]
    return names.words.say("appeals.most", categories=names.words.texts["word.comma"].join(named))


def _table(
    what: str,
    now: Mapping[str, int],
    ago: Mapping[str, int],
    total: int,
    called: Callable[[str], str],
    names: Names,
) -> Table:
    say = names.words.say
    one, many = (f"{what}y", f"{what}ies") if what == "categor" else (what, f"{what}s")
    heads = (f"appeals.{one}", *(f"appeals.{name}" for name in ("number", "share", "before", "change")))
    return Table(
        say(f"appeals.{many}"),
        tuple(say(key) for key in heads),
        tuple(
            (
                doc.text(called(code)),
                doc.count(number),
                doc.share(Fraction(number, total)),
                doc.count(ago.get(code, 0)),
                doc.growth(growth(number, ago.get(code, 0))),
            )
            for code, number in now.items()
        ),
    )


def _chart(first: Mapping[str, int], names: Names) -> Chart:
    return Chart(
        names.words.say("appeals.chart"),
        Shape.BARS,
        tuple(names.category(code) for code in first),
        tuple(doc.count(number).number for number in first.values()),
        "",
    )
