"""The same matter again: the citizen's own open ticket is offered before a second one is filed."""

from dataclasses import replace

from intake import summary
from intake.chapters import chapters
from intake.conversation import NO_DRAFT, TellHotline, Turn
from intake.messages import Choice, Reply
from intake.moment import Moment, pick, snippet, tail
from intake.questions.words import has_words, joined
from intake.status import ENDED
from intake.ticket import Draft, TicketView
from intake.urging import may_be_urged, urged

STEP = "same"
SAME_WITHIN_DAYS = 30


def open_twin(draft: Draft, moment: Moment) -> TicketView | None:
    """The citizen's own open ticket on what looks like the same matter; None where that was asked."""
    return next(iter(open_twins(draft, moment)), None) if draft.related_to is None else None


def open_twins(draft: Draft, moment: Moment) -> tuple[TicketView, ...]:
    """All of them, newest first: of the same branch of categories, in the same area, not yet over."""
    if draft.category is None or draft.category.code == moment.city.fallback_category:
        return ()
    branch, area = draft.category.code[:4], draft.place.area_code if draft.place else None
    return tuple(
        view
        for view in moment.situation.tickets
        if (moment.now - view.submitted_at).days < SAME_WITHIN_DAYS
        and (view.category_code[:4], view.area_code) == (branch, area)
        and view.status not in ENDED
    )


def ask(view: TicketView, moment: Moment) -> Reply:
    text = moment.say(
        "same.ask",
        tail=tail(view.reference),
        title=snippet(moment.called(view.title), 30),
        status=moment.say(f"status.{view.status}"),
    )
    return Reply(text, _choices(view, moment), step=STEP, durable=True)


def _choices(view: TicketView, moment: Moment) -> tuple[Choice, ...]:
    urge = moment.choices(urge="same.urge") if may_be_urged(view) else ()
    return (*moment.choices(supplement="same.supplement", new="same.new"), *urge)


def answer(moment: Moment) -> Turn:
    """Add to the open ticket, press for it too, or go on to a new one."""
    draft = moment.conversation.draft or Draft()
    twin = open_twin(draft, moment)
    option = pick(_choices(twin, moment), STEP, moment) if twin else None
    if twin is None or option == "new" or moment.reading.command == "no":
        return summary.show(moment.changed(draft=replace(draft, related_to=twin.reference if twin else "")))
    if option == "supplement" or moment.reading.command in ("yes", "supplement"):
        return moment.turn(_added(twin, moment), effects=_words(twin, draft), **NO_DRAFT)
    if may_be_urged(twin) and (option == "urge" or moment.reading.command == "urge"):
        told, effects = urged(twin, moment)  # what was said now goes with it
        return moment.turn(_added(twin, moment), told, effects=(*_words(twin, draft), *effects), **NO_DRAFT)
    text = moment.inbound.text.strip()
    if has_words(text) and moment.reading.command is None:  # the story goes on
        draft = replace(draft, content=joined(draft.content, text))
    return moment.turn(ask(twin, moment), draft=draft)


def _added(twin: TicketView, moment: Moment) -> Reply:
    return Reply(moment.say("errand.supplement_done", tail=tail(twin.reference)), durable=True)


def _words(twin: TicketView, draft: Draft) -> tuple[TellHotline, ...]:
    """The whole story and its photos, for the open ticket."""
    first, *rest = chapters(draft.content)
    return (
        TellHotline(twin.reference, "supplement", first, draft.attachments),
        *(TellHotline(twin.reference, "supplement", part) for part in rest),
    )
