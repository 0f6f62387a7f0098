"""The survey: was somebody in touch, is it solved, are you satisfied; if not why, and shall it be done again.

No answer is preset and none is suggested. At most four taps, one sentence will do as well. What was
answered can be changed until the window closes; who wants no survey gets none any more.
"""

from dataclasses import replace
from datetime import datetime

from intake import form, survey_words
from intake import survey_questions as questions
from intake.conversation import Conversation, Effect, RaiseAlert, RefuseSurveys, TellHotline, Turn
from intake.messages import Choice, MediaKind, Reply
from intake.moment import Moment, pick, tail
from intake.phrases import FALLBACK, say
from intake.questions.words import has_words
from intake.survey_questions import CHANGE, PREFIX, SLOTS, step
from intake.survey_state import Survey, next_slot, result, unhappy

__all__ = ["PREFIX", "SLOTS", "answer", "back", "begin", "invite", "leave", "never", "next_slot", "remind"]

NEW_MATTER = 8
_CHOICES = {"yes": "survey.change_yes", "no": "survey.change_no"}


def invite(survey: Survey, moment: Moment) -> Turn:
    """Begin a survey: its first question now, or a word about it while something else is asked."""
    return _brought_up("survey.invite_phone" if survey.elsewhere else "survey.invite", survey, moment)


def remind(survey: Survey, moment: Moment) -> Turn:
    """Once more, from where it was left."""
    return _brought_up("survey.remind", survey, moment)


def _brought_up(key: str, survey: Survey, moment: Moment) -> Turn:
    others = tuple(s for s in moment.conversation.surveys if s.key != survey.key)
    conversation = replace(moment.conversation, surveys=(*others, survey))
    if _busy(survey, moment):
        word = moment.say("survey.invite_busy", **questions.about(survey, moment))
        return Turn(conversation, (Reply(word, durable=True),))
    first = questions.opened(key, _ask(survey, moment), survey, moment)
    return Turn(replace(conversation, asking=first.step), (first,))


def _busy(survey: Survey, moment: Moment) -> bool:
    """A form is being filled in, or another question waits: digits belong to that."""
    asking = moment.conversation.asking
    own = asking.startswith(PREFIX) and asking.endswith(f":{survey.mark}")
    return bool(asking and not own) or moment.conversation.errand is not None


def waiting(conversation: Conversation, now: datetime) -> Survey | None:
    """The oldest survey not yet answered whose window is open."""
    return next((s for s in conversation.surveys if not s.done and s.closes_at > now), None)


def begin(moment: Moment, *before: Reply) -> Turn:
    """The citizen asks to rate: the survey that waits, from where it was left; or one to change."""
    survey = waiting(moment.conversation, moment.now)
    if survey is not None:
        ask = _ask(survey, moment)
        return moment.turn(*before, ask, asking=ask.step, errand=None)
    rated = _changeable(moment)
    if rated is not None:
        ask = _offer(rated, moment)
        return moment.turn(*before, ask, asking=ask.step, errand=None)
    key = "survey.none_wanted" if moment.conversation.do_not_survey else "survey.none"
    return _without(moment.changed(do_not_survey=False), *before, Reply(moment.say(key)))


def _changeable(moment: Moment) -> Survey | None:
    """The newest one answered whose window is open; what is being done again is settled."""
    rated = (s for s in reversed(moment.conversation.surveys) if s.done and s.closes_at > moment.now)
    return next((s for s in rated if not s.rework_wanted), None)


def _offer(survey: Survey, moment: Moment) -> Reply:
    said = questions.summary(survey, moment)
    text = moment.say("survey.change", tail=tail(survey.reference), said=said)
    return Reply(text, moment.choices(**_CHOICES), step=step(CHANGE, survey))


def leave(moment: Moment) -> Turn:
    """Later, by a word."""
    return _without(moment, Reply(moment.say("survey.later")))


def never(moment: Moment) -> Turn:
    """No survey from now on; those under way end with that."""
    turn = _without(moment.changed(do_not_survey=True, surveys=()), Reply(moment.say("survey.never")))
    return replace(turn, effects=(*turn.effects, RefuseSurveys()))


def _without(moment: Moment, *told: Reply) -> Turn:
    """No survey is asked any more; what was asked before it comes back."""
    if moment.conversation.asking.startswith(PREFIX):
        moment = moment.changed(asking="")
    return form.repeat(moment, *told) if moment.conversation.draft else moment.turn(*told)


def answer(moment: Moment) -> Turn | None:
    """An answer to a survey's question: by tap at any time, by words while it is asked."""
    at = moment.inbound.tap.step if moment.inbound.tap else moment.conversation.asking
    if not at.startswith(PREFIX):
        return None
    _, slot, mark = at.split(":", 2) if at.count(":") >= 2 else ("", "", "")
    if slot == CHANGE:
        return _changed(mark, moment)
    survey = _open(mark, moment)
    if survey is None or slot not in SLOTS:
        return None if _another_matter(moment) else _without(moment, Reply(moment.say("survey.over")))
    return _read(slot, survey, moment)


def _changed(mark: str, moment: Moment) -> Turn | None:
    """Shall the answers be given anew? The earlier ones hold until the new ones are complete."""
    survey = _changeable(moment)
    if survey is None or mark not in (survey.mark, survey.reference):
        return None if _another_matter(moment) else _without(moment, Reply(moment.say("survey.over")))
    option = pick(moment.choices(**_CHOICES), step(CHANGE, survey), moment)
    if option == "yes":
        return _next(_blank(survey), moment)
    if option == "no":
        return _without(moment, Reply(moment.say("survey.kept")))
    return None if _another_matter(moment) else moment.turn(_offer(survey, moment))


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


def back(moment: Moment) -> Turn | None:
    """To the survey's question before."""
    at = moment.conversation.asking.split(":", 2)
    survey = _open(at[-1], moment)
    if survey is None or len(at) < 3 or at[1] not in SLOTS:
        return None
    emptied = _emptied(SLOTS[max(0, SLOTS.index(at[1]) - 1)], survey)
    return _next(emptied, moment)


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


def _open(mark: str, moment: Moment) -> Survey | None:
    """By its mark; a question sent before there were marks has the number itself."""
    fitting = (s for s in reversed(moment.conversation.surveys) if mark in (s.mark, s.reference))
    return next((s for s in fitting if not s.done and s.closes_at > moment.now), None)


def _read(slot: str, survey: Survey, moment: Moment) -> Turn | None:
    heard = survey_words.heard(slot, survey, moment)
    if heard is not None:
        return _next(heard, moment)
    if _another_matter(moment):
        return None
    ask = questions.question(slot, survey, moment)
    return moment.turn(replace(ask, text=f"{moment.say('hint.choose')}\n{ask.text}"), asking=ask.step)


def _another_matter(moment: Moment) -> bool:
    """A new complaint, or a file, in the middle of a survey: the survey can wait."""
    inbound = moment.inbound
    said = moment.reading.category is not None and len(inbound.text.strip()) >= NEW_MATTER
    spoken = any(media.kind is MediaKind.VOICE for media in inbound.media) and not has_words(inbound.text)
    return said or bool(inbound.media and not spoken) or bool(inbound.location or inbound.contact)


def _next(survey: Survey, moment: Moment) -> Turn:
    slot = next_slot(survey)
    if slot is None:
        return _finish(replace(survey, done=True), moment)
    ask = questions.question(slot, survey, moment)
    return Turn(replace(_kept(survey, moment), asking=ask.step), (ask,))


def _finish(survey: Survey, moment: Moment) -> Turn:
    """Everything is said: the result goes out, staff are called where it should not wait."""
    effects: tuple[Effect, ...] = (
        TellHotline(
            survey.reference,
            "survey_result",
            attachments=survey.attachments,
            survey=result(survey, moment.now, moment.inbound.address.channel.code),
            hotline_ref=survey.hotline_ref,
        ),
    )
    if _rings(survey, moment) and not survey.alerted:
        effects = (*effects, RaiseAlert("survey", _alert(survey, moment)))
        survey = replace(survey, alerted=True)
    moment = replace(moment, conversation=replace(_kept(survey, moment), asking=""))
    thanks = Reply(moment.say(_thanks(survey)), _praise(survey, moment), step="menu", durable=True)
    turn = form.repeat(moment, thanks) if moment.conversation.draft else moment.turn(thanks)
    return replace(turn, effects=effects)


def _thanks(survey: Survey) -> str:
    return "survey.thanks_rework" if survey.rework_wanted else "survey.thanks"


def _praise(survey: Survey, moment: Moment) -> tuple[Choice, ...]:
    """Who thanks somebody may have it passed on as a commendation."""
    if unhappy(survey) or not survey_words.thanks(survey) or moment.conversation.draft is not None:
        return ()
    return (Choice("praise", moment.say("survey.praise")),)


def _rings(survey: Survey, moment: Moment) -> bool:
    """The lowest of three steps, of five what the profile calls low; or words that should not wait."""
    low = (
        survey.satisfied == "dissatisfied"
        if survey.score is None
        else survey.score <= moment.city.survey.low_score
    )
    return low or survey_words.strong(survey)


def _alert(survey: Survey, moment: Moment) -> str:
    """For staff, in the city's own language."""
    unit = moment.city.unit_name(survey.unit or None) or say(moment.city, FALLBACK, "news.no_unit")
    return say(
        moment.city,
        FALLBACK,
        "survey.alert",
        number=survey.hotline_ref or survey.reference,
        unit=unit,
        solved=say(moment.city, FALLBACK, f"survey.solved_{survey.solved}"),
        satisfied=say(moment.city, FALLBACK, f"survey.satisfied_{survey.satisfied}"),
        rework=say(moment.city, FALLBACK, f"survey.alert_rework_{'yes' if survey.rework_wanted else 'no'}"),
        comment=survey.comment or say(moment.city, FALLBACK, "survey.alert_silent"),
    )


def _kept(survey: Survey, moment: Moment) -> Conversation:
    surveys = tuple(survey if s.key == survey.key else s for s in moment.conversation.surveys)
    return replace(moment.conversation, surveys=surveys)


def _ask(survey: Survey, moment: Moment) -> Reply:
    return questions.question(next_slot(survey) or "contacted", survey, moment)
