"""From what is known to a filed ticket: its title, units, date and the receipt."""

from collections.abc import Iterable
from datetime import timedelta

from intake.city import CityProfile
from intake.city.workdays import expected_by
from intake.context import Context, snippet
from intake.form.accused_unit import ReportWords, accused
from intake.form.content.long_text import chapters
from intake.form.other_channel import code_of, is_garbage
from intake.model.channels import traits_of
from intake.model.messages import Choice, Reply
from intake.model.reading import SURE
from intake.model.ticket import AppealType, CategoryGuess, Draft, Place, Ticket
from intake.understand.lexicon import bounded

MAX_TITLE = 60
MANY_A_DAY = 5
"""So many tickets of one citizen within a day are marked from then on."""
_LONG_NUMBER = bounded(r"\d[\d -]{5,200}\d")


def file(draft: Draft, context: Context) -> Ticket:
    """The ticket of a checked draft; suggestions only, people decide category and units."""
    city = context.city
    kind = kind_of(draft)
    rule = city.appeals[kind]
    guess = draft.category or CategoryGuess(city.fallback_category, 0.0)
    lead, co_units = suggested_for(draft, guess.code, city)
    due = None if kind is AppealType.PRAISE else expected_by(kind, draft.urgency, context.now, city)
    return Ticket(
        key=context.situation.ids.key,
        reference=context.situation.ids.reference,
        channel=traits_of(context.inbound.address.channel).code,
        submitted_at=context.now,
        appeal_type=kind,
        category=guess,
        category_path=city.path(guess.code),
        urgency=draft.urgency,
        title=title(draft, context),
        content=_content(draft, city),
        expectation=draft.wish,
        occurred=draft.occurred,
        place=draft.place,
        subject=draft.subject,
        name=draft.name,
        phone=draft.phone,
        enterprise=draft.enterprise,
        anonymous=draft.anonymous,
        confidential=rule.confidential if draft.confidential is None else draft.confidential,
        reply_wanted=rule.reply_wanted if draft.reply_wanted is None else draft.reply_wanted,
        is_public=draft.is_public,
        expected_by=due,
        attachments=draft.attachments,
        lead_unit=lead,
        co_units=co_units,
        related_to=draft.related_to,
        labels=(*_labels(draft), *_marks(draft, context)),
        consent=context.conversation.consent,
        language=context.situation.language,
    )


def suggested_units(code: str, place: Place | None, city: CityProfile) -> tuple[str | None, tuple[str, ...]]:
    """Lead and co-units for a category: its own, else its parent's, else triage."""
    for end in (6, 4, 2):
        category = city.categories.get(code[:end]) if len(code) >= end else None
        if category is None:
            continue
        street = _street_of(place, city)
        if category.lead_by_area and street is not None:
            return street, category.co_units
        if category.lead_unit:
            return category.lead_unit, category.co_units
    return city.triage_unit, ()


def suggested_for(draft: Draft, code: str, city: CityProfile) -> tuple[str | None, tuple[str, ...]]:
    """The same for a draft: nobody is suggested to handle a report about themselves."""
    lead, co_units = suggested_units(code, draft.place, city)
    barred = accused(kind_of(draft).value, _said(draft), city)
    return city.triage_unit if lead in barred else lead, tuple(one for one in co_units if one not in barred)


def _said(draft: Draft) -> ReportWords:
    told = (str(answer) for _, answer in draft.answers)
    return ReportWords(
        subject=draft.subject,
        sentences=(draft.content, draft.wish, draft.occurred.text if draft.occurred else None, *told),
        places=(draft.place.text if draft.place else None,),
    )


def _street_of(place: Place | None, city: CityProfile) -> str | None:
    """The unit of the area a place lies in."""
    area = city.areas.get(place.area_code) if place and place.area_code else None
    return area.unit if area else None


def title(draft: Draft, context: Context) -> str:
    """At most 60 characters: who, where, what. No phone; no name that is confidential or anonymous."""
    kind = kind_of(draft)
    hidden = draft.anonymous or draft.confidential or context.city.appeals[kind].confidential
    who = draft.name if draft.name and not hidden else context.say("ticket.citizen")
    where = snippet(draft.place.text, 20) if draft.place else ""
    key = "ticket.title_praise" if kind is AppealType.PRAISE else "ticket.title"
    verb = context.say(f"ticket.verb_{kind.value}")
    text = context.say(key, who=who, verb=verb, where=where, what=_matter(draft, where, context))
    return snippet(_LONG_NUMBER.sub("", text), MAX_TITLE)


def _matter(draft: Draft, where: str, context: Context) -> str:
    """The category's own name where it is known well enough, else the citizen's first words."""
    guess = draft.category
    if (
        guess
        and guess.confidence >= SURE
        and guess.code in context.city.categories
        and guess.code != context.city.fallback_category
    ):
        return context.called(context.city.categories[guess.code].name)
    return snippet(draft.content.replace(where, "", 1), 24)


def receipt(ticket: Ticket, code: str, context: Context) -> Reply:
    """What the citizen keeps: number, code, category and the date of an answer."""
    key = "receipt.text" if ticket.expected_by else "receipt.no_date"
    lines = [
        context.say(
            key,
            reference=ticket.reference,
            code=code,
            category=context.path(ticket.category.code),
            type=context.say(f"type.{ticket.appeal_type.value}"),
            due=context.day(ticket.expected_by) if ticket.expected_by else "",
        ),
        *_privacy(ticket, context),
        context.say("receipt.foot"),
    ]
    options = (Choice("progress", context.say("menu.progress")),)
    return Reply("\n".join(lines), options, step="menu", durable=True)


def _privacy(ticket: Ticket, context: Context) -> Iterable[str]:
    if ticket.anonymous:
        yield context.say("receipt.anonymous")
    elif ticket.confidential:
        yield context.say("receipt.confidential")


def _content(draft: Draft, city: CityProfile) -> str:
    questions = (
        city.categories[draft.category.code].questions if _known(draft, city) and draft.category else ()
    )
    labels = {q.key: q.label.get("zh", q.key) for q in questions}
    return "\n".join([chapters(draft.content)[0], *(f"{labels.get(k, k)}: {v}" for k, v in draft.answers)])


def _known(draft: Draft, city: CityProfile) -> bool:
    return draft.category is not None and draft.category.code in city.categories


def _labels(draft: Draft) -> tuple[str, ...]:
    flags = (("enterprise", draft.enterprise), ("related", draft.related_to))
    named = tuple(label for label, on in flags if on)
    case = code_of(draft)
    return (*named, case) if case else named


def _marks(draft: Draft, context: Context) -> Iterable[str]:
    """What staff should know before they trust it: it is filed all the same."""
    since = context.now - timedelta(days=1)
    if sum(view.submitted_at >= since for view in context.situation.tickets) >= MANY_A_DAY:
        yield "frequent"
    if is_garbage(draft.content):
        yield "garbled"


def kind_of(draft: Draft) -> AppealType:
    """The draft's type; a request for help unless something else was said."""
    return draft.appeal_type or AppealType.HELP
