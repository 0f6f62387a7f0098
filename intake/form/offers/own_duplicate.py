"""The same matter again: the citizen's own open ticket is offered before a second one is filed."""

from dataclasses import replace

from intake.context import Context, pick, snippet, tail
from intake.form import summary
from intake.form.content.long_text import chapters
from intake.form.own_open_tickets import open_twins
from intake.form.questions.words import has_words, joined
from intake.form.urge import may_be_urged, urged
from intake.model.conversation import NO_DRAFT, TellHotline, Turn
from intake.model.messages import Choice, Reply
from intake.model.ticket import Draft, TicketView

STEP = "same"


def open_twin(draft: Draft, context: Context) -> TicketView | None:
    """The citizen's own open ticket on what looks like the same matter; None where that was asked."""
    return next(iter(open_twins(draft, context)), None) if draft.related_to is None else None


def ask(view: TicketView, context: Context) -> Reply:
    text = context.say(
        "same.ask",
        tail=tail(view.reference),
        title=snippet(context.called(view.title), 30),
        status=context.say(f"status.{view.status}"),
    )
    return Reply(text, _choices(view, context), step=STEP, durable=True)


def _choices(view: TicketView, context: Context) -> tuple[Choice, ...]:
    urge = context.choices(urge="same.urge") if may_be_urged(view) else ()
    return (*context.choices(supplement="same.supplement", new="same.new"), *urge)


def answer(context: Context) -> Turn:
    """Add to the open ticket, press for it too, or go on to a new one."""
    draft = context.conversation.draft or Draft()
    twin = open_twin(draft, context)
    option = pick(_choices(twin, context), STEP, context) if twin else None
    if twin is None or option == "new" or context.reading.command == "no":
        return summary.show(context.changed(draft=replace(draft, related_to=twin.reference if twin else "")))
    if option == "supplement" or context.reading.command in ("yes", "supplement"):
        return context.turn(_added(twin, context), effects=_words(twin, draft), **NO_DRAFT)
    if may_be_urged(twin) and (option == "urge" or context.reading.command == "urge"):
        told, effects = urged(twin, context)  # what was said now goes with it
        return context.turn(_added(twin, context), told, effects=(*_words(twin, draft), *effects), **NO_DRAFT)
    text = context.inbound.text.strip()
    if has_words(text) and context.reading.command is None:  # the story goes on
        draft = replace(draft, content=joined(draft.content, text))
    return context.turn(ask(twin, context), draft=draft)


def _added(twin: TicketView, context: Context) -> Reply:
    return Reply(context.say("errand.supplement_done", tail=tail(twin.reference)), durable=True)


def _words(twin: TicketView, draft: Draft) -> tuple[TellHotline, ...]:
    """The whole story and its photos, for the open ticket."""
    first, *rest = chapters(draft.content)
    return (
        TellHotline(twin.reference, "supplement", first, draft.attachments),
        *(TellHotline(twin.reference, "supplement", part) for part in rest),
    )
