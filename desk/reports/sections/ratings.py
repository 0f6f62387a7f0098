"""The bulletin's section on what citizens said when asked: every rate with what it was reckoned from."""

from fractions import Fraction

from desk.reports import document as doc
from desk.reports.document import Cell, Chart, Section, Shape, Table
from desk.reports.figures import Collected
from desk.reports.wording import Names
from desk.wording import Words, read_words
from storage.surveys.survey_figures import Sendings, SurveyCounts

_COUNTS = ("sent", "delivered", "answered", "refused", "unreachable", "no_answer")
_UNITS = 15
_MATTERS = 10


def said(found: Collected, names: Names) -> Section | None:
    """None where nobody was asked."""
    said, sent = found.said, found.sent
    if said is None or not (said.attempted or (sent and sent.all.sent)):
        return None
    words, desk = names.words, read_words()
    effective = words.say(
        "said.effective",
        rate=doc.rate(said.effective),
        answered=said.answered,
        attempted=said.attempted,
        ways=words.texts["word.comma"].join(
            words.say("said.way", name=names.channel(way), n=number)
            for way, number in sorted(said.ways.items())
        )
        or doc.NONE,
    )
    silent = words.say("said.silent", **{name: said.silent.get(name, 0) for name in _SILENT})
    tables = [*(_sendings(sent, names) if sent else ()), *_reasons(found, names, desk), *_words(found, names)]
    paragraphs = (
        (effective, silent, words.say("said.base")) if sent and sent.all.sent else (effective, silent)
    )
    return Section(words.say("said.title"), paragraphs, tuple(tables), _chart(found, names, desk))


_SILENT = ("no_answer", "refused", "unreachable")


def _sendings(sent: Sendings, names: Names) -> tuple[Table, ...]:
    say = names.words.say
    channels = [
        (names.channel(code) if code else say("said.no_chat"), one) for code, one in sent.by_channel.items()
    ]
    units = sorted(sent.by_unit.items(), key=lambda one: -one[1].sent)[:_UNITS]
    reminders = Table(
        say("said.by_reminder"),
        (say("said.reminders"), say("said.reached"), say("said.answered"), say("said.rate")),
        tuple(
            (
                doc.text(str(one.reminders)),
                doc.count(one.reached),
                doc.count(one.answered),
                doc.rate(Fraction(one.answered, one.reached) if one.reached else None),
            )
            for one in sent.by_reminder
            if one.reached
        ),
    )
    tables = (
        _counted(say("said.by_channel"), sorted(channels, key=lambda one: one[0]), names),
        _counted(say("said.by_unit"), [(names.unit(unit), one) for unit, one in units], names),
        reminders,
    )
    return tuple(table for table in tables if table.rows)


def _counted(title: str, rows: list[tuple[str, SurveyCounts]], names: Names) -> Table:
    columns = ("", *(names.words.say(f"said.{name}") for name in _COUNTS), names.words.say("said.rate"))
    return Table(title, columns, tuple(_row(name, one) for name, one in rows))


def _row(name: str, one: SurveyCounts) -> tuple[Cell, ...]:
    counts = (doc.count(int(getattr(one, field))) for field in _COUNTS)
    return (
        doc.text(name),
        *counts,
        doc.rate(Fraction(one.answered, one.delivered) if one.delivered else None),
    )


def _reasons(found: Collected, names: Names, desk: Words) -> tuple[Table, ...]:
    if found.said is None or not found.said.reasons:
        return ()
    base, say = found.said.unhappy, names.words.say
    rows = tuple(
        (doc.text(_reason(code, desk)), doc.count(number), doc.count(base), doc.share(Fraction(number, base)))
        for code, number in found.said.reasons.items()
    )
    columns = (say("said.reason"), say("said.named"), say("said.unhappy"), say("said.share"))
    return (Table(say("said.reasons"), columns, rows),)


def _words(found: Collected, names: Names) -> tuple[Table, ...]:
    if found.said is None or not found.said.words:
        return ()
    say = names.words.say
    rows = tuple(
        (doc.text(names.category(code)), doc.count(number), doc.text(texts[0]))
        for code, number, texts in found.said.words[:_MATTERS]
    )
    return (Table(say("said.words"), (say("said.matter"), say("said.number"), say("said.one")), rows),)


def _chart(found: Collected, names: Names, desk: Words) -> tuple[Chart, ...]:
    if found.said is None or not found.said.reasons:
        return ()
    reasons = found.said.reasons
    return (
        Chart(
            names.words.say("said.reasons"),
            Shape.BARS,
            tuple(_reason(code, desk) for code in reasons),
            tuple(doc.count(number).number for number in reasons.values()),
            "",
        ),
    )


def _reason(code: str, desk: Words) -> str:
    return desk.say(desk.key("survey", f"reason_{code}", "survey.reason_other"))
