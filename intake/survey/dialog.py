"""The survey: was somebody in touch, is it solved, are you satisfied; if not why, and shall it be done again.

No answer is preset and none is suggested. At most four taps, one sentence will do as well. What was
answered can be changed until the window closes; who wants no survey gets none any more.
"""

from dataclasses import replace
from datetime import datetime

from intake.context import Context, pick, tail
from intake.form import form
from intake.form.questions.words import has_words
from intake.model.channels import traits_of
from intake.model.conversation import Conversation, Effect, RaiseAlert, RefuseSurveys, TellHotline, Turn
from intake.model.messages import Choice, MediaKind, Reply
from intake.model.survey import LONGEST_COMMENT, Survey, next_slot, result, unhappy
from intake.phrases import FALLBACK, say
from intake.survey import answer_words, questions
from intake.survey.questions import CHANGE, PREFIX, SLOTS, step

__all__ = ["PREFIX", "SLOTS", "answer", "back", "begin", "invite", "leave", "never", "next_slot", "remind"]

NEW_MATTER = 8
_CHOICES = {"yes": "survey.change_yes", "no": "survey.change_no"}


def invite(survey: Survey, context: Context) -> Turn:
    """Begin a survey: its first question now, or a word about it while something else is asked."""
    return _brought_up("survey.invite_phone" if survey.elsewhere else "survey.invite", survey, context)


def remind(survey: Survey, context: Context) -> Turn:
    """Once more, from where it was left."""
    return _brought_up("survey.remind", survey, context)


def _brought_up(key: str, survey: Survey, context: Context) -> Turn:
    others = tuple(s for s in context.conversation.surveys if s.key != survey.key)
    planned = tuple(s for s in context.conversation.planned if s.key != survey.key)
    conversation = replace(context.conversation, surveys=(*others, survey), planned=planned)
    if _busy(survey, context):
        word = context.say("survey.invite_busy", **questions.about(survey, context))
        return Turn(conversation, (Reply(word, durable=True),))
    first = questions.opened(key, _ask(survey, context), survey, context)
    return Turn(replace(conversation, asking=first.step), (first,))


def _busy(survey: Survey, context: Context) -> bool:
    """A form is being filled in, or another question waits: digits belong to that."""
    asking = context.conversation.asking
    own = asking.startswith(PREFIX) and asking.endswith(f":{survey.mark}")
    return bool(asking and not own) or context.conversation.errand is not None


def waiting(conversation: Conversation, now: datetime) -> Survey | None:
    """The oldest survey not yet answered whose window is open."""
    return next((s for s in conversation.surveys if not s.done and s.closes_at > now), None)


def due(conversation: Conversation, now: datetime, reference: str = "") -> Survey | None:
    """The survey to open when the citizen speaks to one: one begun, else the newest that is only planned."""
    known = {survey.key for survey in conversation.surveys}
    planned = (s for s in reversed(conversation.planned) if s.closes_at > now and s.key not in known)
    begun = (s for s in conversation.surveys if not s.done and s.closes_at > now)
    return next((s for s in (*begun, *planned) if reference in ("", s.reference)), None)


def opened(survey: Survey, context: Context) -> Context:
    """The moment with this survey brought up: its first open question waits."""
    others = tuple(s for s in context.conversation.surveys if s.key != survey.key)
    planned = tuple(s for s in context.conversation.planned if s.key != survey.key)
    asking = step(next_slot(survey) or "contacted", survey)
    return context.changed(surveys=(*others, survey), planned=planned, asking=asking, errand=None)


def spoken_to(survey: Survey, context: Context) -> Turn:
    """Words about how it ended open its survey, and are its first answers."""
    context = opened(survey, context)
    slot = next_slot(survey) or "contacted"
    heard = answer_words.heard(slot, survey, context)
    if heard is not None:
        return _next(_with_words(heard, context), context)
    ask = questions.opened("survey.invite", _ask(survey, context), survey, context)
    return context.turn(ask)


def _with_words(survey: Survey, context: Context) -> Survey:
    """Words nobody asked for are kept as they were said."""
    text = context.inbound.text.strip()
    return survey if survey.comment else replace(survey, comment=text[:LONGEST_COMMENT])


def begin(context: Context, *before: Reply) -> Turn:
    """The citizen asks to rate: the survey that waits, from where it was left; or one to change."""
    survey = waiting(context.conversation, context.now)
    if survey is None and (planned := due(context.conversation, context.now)) is not None:
        context, survey = opened(planned, context), planned
    if survey is not None:
        ask = _ask(survey, context)
        return context.turn(*before, ask, asking=ask.step, errand=None)
    rated = _changeable(context)
    if rated is not None:
        ask = _offer(rated, context)
        return context.turn(*before, ask, asking=ask.step, errand=None)
    key = "survey.none_wanted" if context.conversation.do_not_survey else "survey.none"
    return _without(context.changed(do_not_survey=False), *before, Reply(context.say(key)))


def _changeable(context: Context) -> Survey | None:
    """The newest one answered whose window is open; what is being done again is settled."""
    rated = (s for s in reversed(context.conversation.surveys) if s.done and s.closes_at > context.now)
    return next((s for s in rated if not s.rework_wanted), None)


def _offer(survey: Survey, context: Context) -> Reply:
    said = questions.summary(survey, context)
    text = context.say("survey.change", tail=tail(survey.reference), said=said)
    return Reply(text, context.choices(**_CHOICES), step=step(CHANGE, survey))


def leave(context: Context) -> Turn:
    """Later, by a word."""
    return _without(context, Reply(context.say("survey.later")))


def never(context: Context) -> Turn:
    """No survey from now on; those under way end with that."""
    turn = _without(
        context.changed(do_not_survey=True, surveys=(), planned=()), Reply(context.say("survey.never"))
    )
    return replace(turn, effects=(*turn.effects, RefuseSurveys()))


def _without(context: Context, *told: Reply) -> Turn:
    """No survey is asked any more; what was asked before it comes back."""
    if context.conversation.asking.startswith(PREFIX):
        context = context.changed(asking="")
    return form.repeat(context, *told) if context.conversation.draft else context.turn(*told)


def answer(context: Context) -> Turn | None:
    """An answer to a survey's question: by tap at any time, by words while it is asked."""
    at = context.inbound.tap.step if context.inbound.tap else context.conversation.asking
    if not at.startswith(PREFIX):
        return None
    _, slot, mark = at.split(":", 2) if at.count(":") >= 2 else ("", "", "")
    if slot == CHANGE:
        return _changed(mark, context)
    survey = _open(mark, context)
    if survey is None or slot not in SLOTS:
        return None if _another_matter(context) else _without(context, Reply(context.say("survey.over")))
    return _read(slot, survey, context)


def _changed(mark: str, context: Context) -> Turn | None:
    """Shall the answers be given anew? The earlier ones hold until the new ones are complete."""
    survey = _changeable(context)
    if survey is None or mark not in (survey.mark, survey.reference):
        return None if _another_matter(context) else _without(context, Reply(context.say("survey.over")))
    option = pick(context.choices(**_CHOICES), step(CHANGE, survey), context)
    if option == "yes":
        return _next(_blank(survey), context)
    if option == "no":
        return _without(context, Reply(context.say("survey.kept")))
    return None if _another_matter(context) else context.turn(_offer(survey, context))


def _blank(survey: Survey) -> Survey:
    return Survey(
        reference=survey.reference,
        hotline_ref=survey.hotline_ref,
        title=survey.title,
        unit=survey.unit,
        round=survey.round,
        requested_at=survey.requested_at,
        closes_at=survey.closes_at,
        elsewhere=survey.elsewhere,
        completed_at=survey.completed_at,
        alerted=survey.alerted,
    )


def back(context: Context) -> Turn | None:
    """To the survey's question before."""
    at = context.conversation.asking.split(":", 2)
    survey = _open(at[-1], context)
    if survey is None or len(at) < 3 or at[1] not in SLOTS:
        return None
    emptied = _emptied(SLOTS[max(0, SLOTS.index(at[1]) - 1)], survey)
    return _next(emptied, context)


def _emptied(slot: str, survey: Survey) -> Survey:
    match slot:
        case "contacted":
            return replace(survey, contacted=None, contacted_given=False)
        case "solved":
            return replace(survey, solved=None)
        case "satisfied":
            return replace(survey, satisfied=None, score=None)
        case _:
            return replace(survey, reason_codes=(), comment=None, attachments=())


def _open(mark: str, context: Context) -> Survey | None:
    """By its mark; a question sent before there were marks has the number itself."""
    fitting = (s for s in reversed(context.conversation.surveys) if mark in (s.mark, s.reference))
    return next((s for s in fitting if not s.done and s.closes_at > context.now), None)


def _read(slot: str, survey: Survey, context: Context) -> Turn | None:
    heard = answer_words.heard(slot, survey, context)
    if heard is not None:
        return _next(heard, context)
    if _another_matter(context):
        return None
    ask = questions.question(slot, survey, context)
    return context.turn(replace(ask, text=f"{context.say('hint.choose')}\n{ask.text}"), asking=ask.step)


def _another_matter(context: Context) -> bool:
    """A new complaint, or a file, in the middle of a survey: the survey can wait."""
    inbound = context.inbound
    said = context.reading.category is not None and len(inbound.text.strip()) >= NEW_MATTER
    spoken = any(media.kind is MediaKind.VOICE for media in inbound.media) and not has_words(inbound.text)
    return said or bool(inbound.media and not spoken) or bool(inbound.location or inbound.contact)


def _next(survey: Survey, context: Context) -> Turn:
    slot = next_slot(survey)
    if slot is None:
        return _finish(replace(survey, done=True), context)
    ask = questions.question(slot, survey, context)
    return Turn(replace(_kept(survey, context), asking=ask.step), (ask,))


def _finish(survey: Survey, context: Context) -> Turn:
    """Everything is said: the result goes out, staff are called where it should not wait."""
    effects: tuple[Effect, ...] = (
        TellHotline(
            survey.reference,
            "survey_result",
            attachments=survey.attachments,
            survey=result(survey, context.now, traits_of(context.inbound.address.channel).code),
            hotline_ref=survey.hotline_ref,
        ),
    )
    if _rings(survey, context) and not survey.alerted:
        effects = (*effects, RaiseAlert("survey", _alert(survey, context)))
        survey = replace(survey, alerted=True)
    context = replace(context, conversation=replace(_kept(survey, context), asking=""))
    thanks = Reply(context.say(_thanks(survey)), _praise(survey, context), step="menu", durable=True)
    turn = form.repeat(context, thanks) if context.conversation.draft else context.turn(thanks)
    return replace(turn, effects=effects)


def _thanks(survey: Survey) -> str:
    return "survey.thanks_rework" if survey.rework_wanted else "survey.thanks"


def _praise(survey: Survey, context: Context) -> tuple[Choice, ...]:
    """Who thanks somebody may have it passed on as a commendation."""
    if unhappy(survey) or not answer_words.thanks(survey) or context.conversation.draft is not None:
        return ()
    return (Choice("praise", context.say("survey.praise")),)


def _rings(survey: Survey, context: Context) -> bool:
    """The lowest of three steps, of five what the profile calls low; or words that should not wait."""
    low = (
        survey.satisfied == "dissatisfied"
        if survey.score is None
        else survey.score <= context.city.survey.low_score
    )
    return low or answer_words.strong(survey)


def _alert(survey: Survey, context: Context) -> str:
    """For staff, in the city's own language."""
    unit = context.city.unit_name(survey.unit or None) or say(context.city, FALLBACK, "news.no_unit")
    return say(
        context.city,
        FALLBACK,
        "survey.alert",
        number=survey.hotline_ref or survey.reference,
        unit=unit,
        solved=say(context.city, FALLBACK, f"survey.solved_{survey.solved}"),
        satisfied=say(context.city, FALLBACK, f"survey.satisfied_{survey.satisfied}"),
        rework=say(context.city, FALLBACK, f"survey.alert_rework_{'yes' if survey.rework_wanted else 'no'}"),
        comment=survey.comment or say(context.city, FALLBACK, "survey.alert_silent"),
    )


def _kept(survey: Survey, context: Context) -> Conversation:
    surveys = tuple(survey if s.key == survey.key else s for s in context.conversation.surveys)
    return replace(context.conversation, surveys=surveys)


def _ask(survey: Survey, context: Context) -> Reply:
    return questions.question(next_slot(survey) or "contacted", survey, context)
