"""The draft for checking, line by line; every line can be changed by its name."""

from collections.abc import Callable, Iterator, Mapping

from intake.context import Context, snippet
from intake.form.filing import kind_of, suggested_for
from intake.form.questions.category import EXTRA
from intake.form.summary_lines import label, lines
from intake.model.conversation import Turn
from intake.model.messages import Choice, Reply
from intake.model.ticket import Draft

STEP = "summary"
CHANGE = "change"
PHOTOS = "photos"


def choices(context: Context) -> tuple[Choice, ...]:
    return context.choices(submit="choice.submit", change="choice.change", cancel="choice.cancel")


def summary(draft: Draft, context: Context) -> Reply:
    """All that will be filed, and what can be done with it."""
    told = (context.say("summary.line", label=name, value=value) for name, value in _lines(draft, context))
    text = "\n".join((context.say("summary.head"), *told, context.say("summary.foot")))
    return Reply(text, choices(context), step=STEP, durable=True)


def show(context: Context, *before: Reply) -> Turn:
    """The summary, waiting for submit, change or cancel."""
    draft = context.conversation.draft or Draft()
    return context.turn(*before, summary(draft, context), asking=STEP, tries=0, editing=False)


def change_menu(context: Context) -> Reply:
    """Which line shall be changed?"""
    return Reply(context.say("ask.change"), change_choices(context), step=CHANGE)


def photos_menu(context: Context) -> Reply:
    """Photos are awaited until a word ends them."""
    return Reply(context.say("ask.photos"), context.choices(done="choice.done"), step=PHOTOS)


MENUS: Mapping[str, Callable[[Context], Reply]] = {CHANGE: change_menu, PHOTOS: photos_menu}
"""What is asked about the summary itself."""


def change_choices(context: Context) -> tuple[Choice, ...]:
    draft = context.conversation.draft or Draft()
    return tuple(Choice(line, label(line, draft, context)) for line in lines(draft, context.city))


def _lines(draft: Draft, context: Context) -> Iterator[tuple[str, str]]:
    for line in lines(draft, context.city):
        value = _value(line, draft, context)
        if value and line in draft.doubtful:
            value = context.say("summary.doubtful", value=value)
        if value:
            yield label(line, draft, context), value


def _value(line: str, draft: Draft, context: Context) -> str:
    if line.startswith(EXTRA):
        answer = dict(draft.answers).get(line.removeprefix(EXTRA))
        return _or_empty(line, answer, draft, context)
    return _VALUES[line](draft, context)


def _type(draft: Draft, context: Context) -> str:
    kind = context.say(f"type.{kind_of(draft).value}")
    level = draft.urgency.level.value
    return kind if level == "normal" else f"{kind} ({context.say(f'urgency.{level}')})"


def _or_empty(slot: str, value: str | None, draft: Draft, context: Context) -> str:
    return (
        snippet(value)
        if value
        else context.say("summary.unknown" if slot in draft.unknown else "summary.empty")
    )


def _contact(draft: Draft, context: Context) -> str:
    if draft.anonymous:
        return context.say("summary.anonymous")
    named = " ".join(part for part in (draft.name, draft.phone, draft.enterprise) if part)
    return named or context.say("summary.empty")


def _confidential(draft: Draft, context: Context) -> str:
    default = context.city.appeals[kind_of(draft)].confidential
    return _yes_no(default if draft.confidential is None else draft.confidential, context)


def _yes_no(on: bool, context: Context) -> str:
    return context.say("summary.yes" if on else "summary.no")


def _category(draft: Draft, context: Context) -> str:
    code = draft.category.code if draft.category else context.city.fallback_category
    lead, _ = suggested_for(draft, code, context.city)
    return f"{context.path(code)} ({context.unit(lead)})"


_VALUES: Mapping[str, Callable[[Draft, Context], str]] = {
    "type": _type,
    "content": lambda draft, _: snippet(draft.content, 80),
    "place": lambda draft, context: _or_empty(
        "place", context.called(draft.place.text) if draft.place else None, draft, context
    ),
    "occurred": lambda draft, context: _or_empty(
        "occurred", draft.occurred.text if draft.occurred else None, draft, context
    ),
    "subject": lambda draft, context: _or_empty("subject", draft.subject, draft, context),
    "wish": lambda draft, context: _or_empty("wish", draft.wish, draft, context),
    "contact": _contact,
    "photos": lambda draft, context: context.say("summary.photos", count=len(draft.attachments)),
    "confidential": _confidential,
    "public": lambda draft, context: _yes_no(draft.is_public, context),
    "category": _category,
}
