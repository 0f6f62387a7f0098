"""Which part of the form a message belongs to; and words set aside, taken up again."""

from dataclasses import replace

from intake import edits, form, review, summary, twin
from intake.conversation import Held, Turn
from intake.messages import Reply
from intake.moment import Moment
from intake.questions.words import joined
from intake.ticket import Draft, Said
from intake.understand.reading import Reading

_STEPS = {
    summary.STEP: review.at_summary,
    "change": review.choose_line,
    "photos": review.more_photos,
    twin.STEP: twin.answer,
}


def converse(moment: Moment, earlier: tuple[Said, ...] = ()) -> Turn:
    """One message to the form: the first words, an answer, or a word at the summary.

    `earlier`: the messages its words came in, when they had been set aside.
    """
    told = _step(_with_files(moment))
    turn = edits.remembered(told, moment, moment.conversation.asking, earlier)
    return _too_many(turn, moment) if _left_out(moment) else turn


def _step(moment: Moment) -> Turn:
    draft = moment.conversation.draft
    if draft is None or (not draft.content and not moment.conversation.asking):
        return form.begin(moment)
    return _STEPS.get(moment.conversation.asking, form.answer)(moment)


def _with_files(moment: Moment) -> Moment:
    """Files go to the draft at any step; what is over the limit is left out."""
    files = moment.situation.attachments
    if not files:
        return moment
    draft = moment.conversation.draft or Draft()
    kept = (*draft.attachments, *files)[: moment.city.drafts.max_attachments]
    return moment.changed(draft=replace(draft, attachments=kept), draft_at=moment.now)


def _left_out(moment: Moment) -> int:
    draft = moment.conversation.draft or Draft()
    return max(
        0, len(draft.attachments) + len(moment.situation.attachments) - moment.city.drafts.max_attachments
    )


def _too_many(turn: Turn, moment: Moment) -> Turn:
    word = Reply(moment.say("hint.too_many_files", limit=moment.city.drafts.max_attachments))
    return replace(turn, replies=(word, *turn.replies))


def held(moment: Moment) -> Held:
    """The words set aside so far, with this message's added."""
    before = moment.conversation.held or Held()
    said = "" if moment.reading.command else moment.inbound.text.strip()
    return Held(
        text=joined(before.text, said),
        attachments=(*before.attachments, *moment.situation.attachments)[
            : moment.city.drafts.max_attachments
        ],
        location=moment.inbound.location or before.location,
        contact=moment.inbound.contact or before.contact,
        said=_said(before, said, moment.inbound.source),
    )


def _said(before: Held, text: str, source: str) -> tuple[Said, ...]:
    return (*before.said, Said(source, "", text)) if text and source else before.said


def take_up(moment: Moment) -> Turn | None:
    """ "Go on": with the words set aside, else with the question that waits."""
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
    )
    reading = moment.situation.held_reading or Reading()
    situation = replace(moment.situation, reading=reading, attachments=kept.attachments)
    again = replace(moment.changed(held=None), inbound=inbound, situation=situation)
    return converse(again, kept.said)
