"""Which part of the form a message belongs to; and words set aside, taken up again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from intake.context import Context
from intake.filed import edits
from intake.form import answers, form, knowledge_reply, review, summary
from intake.form.content.long_text import MAX_CONTENT, MAX_TOLD
from intake.form.offers import join_others, knowledge, own_duplicate
from intake.form.questions.photo_place import offered
from intake.form.questions.words import joined
from intake.model.conversation import Held, Turn
from intake.model.messages import FileNews, Reply
from intake.model.reading import Reading
from intake.model.ticket import Draft, Said
from intake.understand.reader import read

_STEPS = {
    summary.STEP: review.at_summary,
    summary.CHANGE: review.choose_line,
    summary.PHOTOS: review.more_photos,
    own_duplicate.STEP: own_duplicate.answer,
    knowledge.STEP: knowledge_reply.answer,
    join_others.STEP: join_others.answer,
}


def converse(context: Context, earlier: tuple[Said, ...] = ()) -> Turn:
    """One message to the form: the first words, an answer, or a word at the summary.

    `earlier`: the messages its words came in, when they had been set aside.
    """
    if context.conversation.held is not None:
        return _with_held(context)
    told = _step(with_files(context))
    turn = edits.remembered(told, context, context.conversation.asking, earlier)
    return replace(turn, replies=(*_left_out(turn, context), *turn.replies))


def _with_held(context: Context) -> Turn:
    """Words set aside by an alarm join what is said next, unless that is long after."""
    at, waits = context.conversation.draft_at, timedelta(minutes=context.city.drafts.resume_after_minutes)
    if at is None or context.now - at >= waits:
        return converse(context.changed(held=None))
    if context.reading.command == "yes":
        return resume_held(context)
    kept = held(context)
    reading = read(kept.text, context.city, context.now)
    return resume_held(
        replace(context.changed(held=kept), situation=replace(context.situation, held_reading=reading))
    )


def _step(context: Context) -> Turn:
    draft = context.conversation.draft
    if draft is None or (not draft.content and not context.conversation.asking):
        return answers.begin(context)
    return _STEPS.get(context.conversation.asking, answers.answer)(context)


def with_files(context: Context) -> Context:
    """Files go to the draft at any step; what is over the limit is left out."""
    files = context.situation.attachments
    if not files:
        return context
    draft = context.conversation.draft or Draft()
    kept = (*draft.attachments, *files)[: context.city.drafts.max_attachments]
    draft, news = replace(draft, attachments=kept), context.inbound.file
    if news is not None and news.place is not None:
        draft = offered(draft, news.place, context)
    return context.changed(draft=draft, draft_at=context.now)


def _left_out(turn: Turn, context: Context) -> Iterator[Reply]:
    """What was too much is said: nothing is dropped in silence."""
    before, after = context.conversation.draft or Draft(), turn.conversation.draft or Draft()
    files = len(before.attachments) + len(context.situation.attachments)
    if files > context.city.drafts.max_attachments:
        yield Reply(context.say("hint.too_many_files", limit=context.city.drafts.max_attachments))
    if len(before.content) < MAX_TOLD <= len(after.content):
        yield Reply(context.say("hint.too_long", limit=MAX_TOLD))
    elif len(before.content) <= MAX_CONTENT < len(after.content):
        yield Reply(context.say("hint.long", limit=MAX_CONTENT))


def held(context: Context) -> Held:
    """The words set aside so far, with this message's added; of a child's, none before a guardian agreed."""
    if context.conversation.under_14 and context.conversation.consent is None:
        return Held()
    before = context.conversation.held or Held()
    small = context.reading.command or context.reading.greeting or context.reading.number is not None
    said = "" if small else context.inbound.text.strip()
    return Held(
        text=joined(before.text, said),
        attachments=(*before.attachments, *context.situation.attachments)[
            : context.city.drafts.max_attachments
        ],
        location=context.inbound.location or before.location,
        contact=context.inbound.contact or before.contact,
        said=_said(before, said, context),
        photo_place=before.photo_place,
    )


def _said(before: Held, text: str, context: Context) -> tuple[Said, ...]:
    """The messages the words and files came in; none of which the words took nothing any more."""
    source, files = context.inbound.source, context.situation.attachments
    if not source or len(before.text) >= MAX_TOLD or not (text or files):
        return before.said
    return (*before.said, Said(source, "", text, files))


def take_up(context: Context) -> Turn | None:
    """ "Go on": with the words set aside, else with the question that waits; no longer with a person."""
    context = context.changed(handoff=False)
    if context.conversation.held is not None:
        return resume_held(context) if context.conversation.consent else None
    return form.repeat(context) if context.conversation.draft else None


def resume_held(context: Context) -> Turn:
    """Go on as if the words set aside came just now."""
    kept = context.conversation.held
    if kept is None:
        return form.repeat(context)
    inbound = replace(
        context.inbound,
        text=kept.text,
        location=kept.location,
        contact=kept.contact,
        tap=None,
        event=None,
        media=(),
        group="",
        source="",
        file=FileNews("", kept.photo_place),
    )
    reading = context.situation.held_reading or Reading()
    situation = replace(context.situation, reading=reading, attachments=kept.attachments)
    again = replace(context.changed(held=None), inbound=inbound, situation=situation)
    return converse(again, kept.said)
