"""The draft for checking, line by line; every line can be changed by its name."""

from collections.abc import Callable, Iterator, Mapping

from intake.conversation import Turn
from intake.filing import kind_of, suggested_units
from intake.lines import label, lines
from intake.messages import Choice, Reply
from intake.moment import Moment, snippet
from intake.questions.category import EXTRA
from intake.ticket import Draft

STEP = "summary"
CHANGE = "change"
PHOTOS = "photos"


def choices(moment: Moment) -> tuple[Choice, ...]:
    return moment.choices(submit="choice.submit", change="choice.change", cancel="choice.cancel")


def summary(draft: Draft, moment: Moment) -> Reply:
    """All that will be filed, and what can be done with it."""
    told = (moment.say("summary.line", label=name, value=value) for name, value in _lines(draft, moment))
    text = "\n".join((moment.say("summary.head"), *told, moment.say("summary.foot")))
    return Reply(text, choices(moment), step=STEP, durable=True)


def show(moment: Moment, *before: Reply) -> Turn:
    """The summary, waiting for submit, change or cancel."""
    draft = moment.conversation.draft or Draft()
    return moment.turn(*before, summary(draft, moment), asking=STEP, tries=0, editing=False)


def change_menu(moment: Moment) -> Reply:
    """Which line shall be changed?"""
    return Reply(moment.say("ask.change"), change_choices(moment), step=CHANGE)


def photos_menu(moment: Moment) -> Reply:
    """Photos are awaited until a word ends them."""
    return Reply(moment.say("ask.photos"), moment.choices(done="choice.done"), step=PHOTOS)


MENUS: Mapping[str, Callable[[Moment], Reply]] = {CHANGE: change_menu, PHOTOS: photos_menu}
"""What is asked about the summary itself."""


def change_choices(moment: Moment) -> tuple[Choice, ...]:
    draft = moment.conversation.draft or Draft()
    return tuple(Choice(line, label(line, draft, moment)) for line in lines(draft, moment.city))


def _lines(draft: Draft, moment: Moment) -> Iterator[tuple[str, str]]:
    for line in lines(draft, moment.city):
        value = _value(line, draft, moment)
        if value and line in draft.doubtful:
            value = moment.say("summary.doubtful", value=value)
        if value:
            yield label(line, draft, moment), value


def _value(line: str, draft: Draft, moment: Moment) -> str:
    if line.startswith(EXTRA):
        answer = dict(draft.answers).get(line.removeprefix(EXTRA))
        return _or_empty(line, answer, draft, moment)
    return _VALUES[line](draft, moment)


def _type(draft: Draft, moment: Moment) -> str:
    kind = moment.say(f"type.{kind_of(draft).value}")
    level = draft.urgency.level.value
    return kind if level == "normal" else f"{kind} ({moment.say(f'urgency.{level}')})"


def _or_empty(slot: str, value: str | None, draft: Draft, moment: Moment) -> str:
    return (
        snippet(value)
        if value
        else moment.say("summary.unknown" if slot in draft.unknown else "summary.empty")
    )


def _contact(draft: Draft, moment: Moment) -> str:
    if draft.anonymous:
        return moment.say("summary.anonymous")
    named = " ".join(part for part in (draft.name, draft.phone, draft.enterprise) if part)
    return named or moment.say("summary.empty")


def _confidential(draft: Draft, moment: Moment) -> str:
    default = moment.city.appeals[kind_of(draft)].confidential
    return _yes_no(default if draft.confidential is None else draft.confidential, moment)


def _yes_no(on: bool, moment: Moment) -> str:
    return moment.say("summary.yes" if on else "summary.no")


def _category(draft: Draft, moment: Moment) -> str:
    code = draft.category.code if draft.category else moment.city.fallback_category
    lead, _ = suggested_units(code, draft.place, moment.city)
    return f"{moment.path(code)} ({moment.unit(lead)})"


_VALUES: Mapping[str, Callable[[Draft, Moment], str]] = {
    "type": _type,
    "content": lambda draft, _: snippet(draft.content, 80),
    "place": lambda draft, moment: _or_empty(
        "place", moment.called(draft.place.text) if draft.place else None, draft, moment
    ),
    "occurred": lambda draft, moment: _or_empty(
        "occurred", draft.occurred.text if draft.occurred else None, draft, moment
    ),
    "subject": lambda draft, moment: _or_empty("subject", draft.subject, draft, moment),
    "wish": lambda draft, moment: _or_empty("wish", draft.wish, draft, moment),
    "contact": _contact,
    "photos": lambda draft, moment: moment.say("summary.photos", count=len(draft.attachments)),
    "confidential": _confidential,
    "public": lambda draft, moment: _yes_no(draft.is_public, moment),
    "category": _category,
}
