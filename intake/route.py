"""Which part of the form a message belongs to; and words set aside, taken up again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from intake import answers, crowd, edits, form, knowledge, review, solved, summary, twin
from intake.chapters import MAX_CONTENT, MAX_TOLD
from intake.conversation import Held, Turn
from intake.messages import FileNews, Reply
from intake.moment import Moment
from intake.questions.photo_place import offered
from intake.questions.words import joined
from intake.ticket import Draft, Said
from intake.understand.reader import read
from intake.understand.reading import Reading

_STEPS = {
    summary.STEP: review.at_summary,
    summary.CHANGE: review.choose_line,
    summary.PHOTOS: review.more_photos,
    twin.STEP: twin.answer,
    knowledge.STEP: solved.answer,
    crowd.STEP: crowd.answer,
}


def converse(moment: Moment, earlier: tuple[Said, ...] = ()) -> Turn:
    """One message to the form: the first words, an answer, or a word at the summary.

    `earlier`: the messages its words came in, when they had been set aside.
    """
    if moment.conversation.held is not None:
        return _with_held(moment)
    told = _step(with_files(moment))
    turn = edits.remembered(told, moment, moment.conversation.asking, earlier)
    return replace(turn, replies=(*_left_out(turn, moment), *turn.replies))


def _with_held(moment: Moment) -> Turn:
    """Words set aside by an alarm join what is said next, unless that is long after."""
    at, waits = moment.conversation.draft_at, timedelta(minutes=moment.city.drafts.resume_after_minutes)
    if at is None or moment.now - at >= waits:
        return converse(moment.changed(held=None))
    if moment.reading.command == "yes":
        return resume_held(moment)
    kept = held(moment)
    reading = read(kept.text, moment.city, moment.now)
    return resume_held(
        replace(moment.changed(held=kept), situation=replace(moment.situation, held_reading=reading))
    )


def _step(moment: Moment) -> Turn:
    draft = moment.conversation.draft
    if draft is None or (not draft.content and not moment.conversation.asking):
        return answers.begin(moment)
    return _STEPS.get(moment.conversation.asking, answers.answer)(moment)


def with_files(moment: Moment) -> Moment:
    """Files go to the draft at any step; what is over the limit is left out."""
    files = moment.situation.attachments
    if not files:
        return moment
    draft = moment.conversation.draft or Draft()
    kept = (*draft.attachments, *files)[: moment.city.drafts.max_attachments]
    draft, news = replace(draft, attachments=kept), moment.inbound.file
    if news is not None and news.place is not None:
        draft = offered(draft, news.place, moment)
    return moment.changed(draft=draft, draft_at=moment.now)


def _left_out(turn: Turn, moment: Moment) -> Iterator[Reply]:
    """What was too much is said: nothing is dropped in silence."""
    before, after = moment.conversation.draft or Draft(), turn.conversation.draft or Draft()
    files = len(before.attachments) + len(moment.situation.attachments)
    if files > moment.city.drafts.max_attachments:
        yield Reply(moment.say("hint.too_many_files", limit=moment.city.drafts.max_attachments))
    if len(before.content) < MAX_TOLD <= len(after.content):
        yield Reply(moment.say("hint.too_long", limit=MAX_TOLD))
    elif len(before.content) <= MAX_CONTENT < len(after.content):
        yield Reply(moment.say("hint.long", limit=MAX_CONTENT))


def held(moment: Moment) -> Held:
    """The words set aside so far, with this message's added."""
    before = moment.conversation.held or Held()
    small = moment.reading.command or moment.reading.greeting or moment.reading.number is not None
    said = "" if small else moment.inbound.text.strip()
    return Held(
        text=joined(before.text, said),
        attachments=(*before.attachments, *moment.situation.attachments)[
            : moment.city.drafts.max_attachments
        ],
        location=moment.inbound.location or before.location,
        contact=moment.inbound.contact or before.contact,
        said=_said(before, said, moment.inbound.source),
        photo_place=before.photo_place,
    )


def _said(before: Held, text: str, source: str) -> tuple[Said, ...]:
    return (*before.said, Said(source, "", text)) if text and source else before.said


def take_up(moment: Moment) -> Turn | None:
    """ "Go on": with the words set aside, else with the question that waits; no longer with a person."""
    moment = moment.changed(handoff=False)
    if moment.conversation.held is not None:
        return resume_held(moment) if moment.conversation.consent else None
    return form.repeat(moment) if moment.conversation.draft else None


def resume_held(moment: Moment) -> Turn:
    """Go on as if the words set aside came just now."""
    kept = moment.conversation.held
    if kept is None:
        return form.repeat(moment)
    inbound = replace(
        moment.inbound,
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
    reading = moment.situation.held_reading or Reading()
    situation = replace(moment.situation, reading=reading, attachments=kept.attachments)
    again = replace(moment.changed(held=None), inbound=inbound, situation=situation)
    return converse(again, kept.said)
