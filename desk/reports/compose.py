"""A bulletin from its figures: the sections in their order, and how everything was reckoned."""

from zoneinfo import ZoneInfo

from desk.reports.document import Bulletin, Section
from desk.reports.figures import Collected
from desk.reports.sections.appeals import appeals
from desk.reports.sections.overall import headlines, overall
from desk.reports.sections.ratings import said
from desk.reports.sections.units import late, praise, units
from desk.reports.wording import Names, bulletin_words


def compose(found: Collected) -> Bulletin:
    """The whole document, in the city's words."""
    names = Names(found.city, bulletin_words())
    period, say = found.now.period, names.words.say
    local = found.as_of.astimezone(ZoneInfo(found.city.timezone))
    sections = [overall(found, names)]
    if found.now.intake.submitted or found.now.tally.full:
        more = (
            units(found, names),
            appeals(found, names),
            late(found, names),
            said(found, names),
            praise(found, names),
        )
        sections += [section for section in more if section is not None]
    return Bulletin(
        title=say(f"title.{period.kind}", city=found.city.name, hotline=found.city.hotline),
        subtitle=say(
            "title.subtitle",
            period=names.period(period),
            first=names.day(period.first),
            last=names.day(period.last),
            as_of=names.day(local.date()),
        ),
        headlines=headlines(found, names),
        sections=(*sections, _method(found, names)),
        closing=say("title.closing", hotline=found.city.hotline, day=names.day(local.date())),
        annex=names.words.texts["title.annex"],
        see_annex=names.words.texts["title.see_annex"],
    )


def _method(found: Collected, names: Names) -> Section:
    say, rules = names.words.say, found.city.rates
    formula = rules.formula
    excluded = sum(found.exclusions.values())
    calibres = say("units.excluded", n=excluded) if excluded else say("units.same")
    said = say(
        "method.formula",
        name=rules.use,
        response=say(f"method.{formula.response}"),
        basically=f"{formula.basically:g}",
        partly=f"{formula.partly:g}",
        evaluation=say(f"method.{rules.evaluation}"),
    )
    paragraphs = (say("method.period"), say("method.as_of"), calibres, said, *_weights(names))
    return Section(say("method.title"), (*paragraphs, say("method.means"), _tiers(names)))


def _weights(names: Names) -> tuple[str, ...]:
    weights = names.city.rates.formula.weights
    if not weights:
        return ()
    parts = [
        names.words.say("method.weight", name=names.rate(name), percent=f"{weight * 100:g}")
        for name, weight in weights.items()
    ]
    return (names.words.say("method.weights", parts=" + ".join(parts)),)


def _tiers(names: Names) -> str:
    rules = names.city.rates
    a, b, c = (f"{bound:g}" for bound in rules.tiers)
    by = names.rate("composite" if rules.formula.weights else "satisfied")
    return names.words.say("method.tiers", rate=by, a=a, b=b, c=c, sample=rules.smallest_sample)
