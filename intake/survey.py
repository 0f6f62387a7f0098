"""The survey: was somebody in touch, is it solved, are you satisfied; if not why, and shall it be done again.

No answer is preset and none is suggested. A step's name carries the ticket's number, so
that a tap always finds its survey.
"""

from dataclasses import replace
from datetime import datetime

from intake import form
from intake.conversation import Conversation, TellHotline, Turn
from intake.messages import Choice, Reply
from intake.moment import Moment, pick, tail
from intake.questions.words import has_words
from intake.survey_state import Survey
from intake.understand.lexicon import table

PREFIX = "survey:"
NEW_MATTER = 8
UNKNOWN = "unknown"
REASONS = ("no_contact", "attitude", "slow", "untrue", "unsolved", "policy", "other")
_OPTIONS = {
    "contacted": ("yes", "no"),
    "solved": ("yes", "partly", "no"),
    "satisfied": ("satisfied", "basically", "dissatisfied"),
    "reason": REASONS,
    "rework": ("yes", "no"),
}
SLOTS = tuple(_OPTIONS)


def step(slot: str, survey: Survey) -> str:
    return f"{PREFIX}{slot}:{survey.reference}"


def invite(survey: Survey, moment: Moment) -> Turn:
    """Begin a survey: its first question now, or a word about it while a form is being filled in."""
    others = tuple(
        s for s in moment.conversation.surveys if (s.reference, s.round) != (survey.reference, survey.round)
    )
    conversation = replace(moment.conversation, surveys=(*others, survey))
    values = {"tail": tail(survey.reference), "what": survey.title or moment.say("survey.matter")}
    if _busy(moment):
        return Turn(conversation, (Reply(moment.say("survey.invite_busy", **values), durable=True),))
    first = _ask(survey, moment)
    text = f"{moment.say('survey.invite', **values)}\n{first.text}"
    return Turn(replace(conversation, asking=first.step), (replace(first, text=text),))


def _busy(moment: Moment) -> bool:
    """A form is being filled in, or another question waits: digits belong to that."""
    return bool(moment.conversation.asking) or moment.conversation.errand is not None


def waiting(conversation: Conversation, now: datetime) -> Survey | None:
    """The oldest survey not yet answered whose window is open."""
    return next((s for s in conversation.surveys if not s.done and s.closes_at > now), None)


def begin(moment: Moment, *before: Reply) -> Turn:
    """The citizen asks to rate: the survey that waits, from where it was left."""
    survey = waiting(moment.conversation, moment.now)
    if survey is None:
        return _without(moment, *before, Reply(moment.say("survey.none")))
    ask = _ask(survey, moment)
    return moment.turn(*before, ask, asking=ask.step, errand=None)


def leave(moment: Moment) -> Turn:
    """Later, by a word."""
    return _without(moment, Reply(moment.say("survey.later")))


def never(moment: Moment) -> Turn:
    """No survey from now on."""
    return _without(moment.changed(do_not_survey=True, surveys=()), Reply(moment.say("survey.never")))


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
    _, slot, reference = at.split(":", 2) if at.count(":") >= 2 else ("", "", "")
    survey = _open(reference, moment)
    if survey is None or slot not in _OPTIONS:
        return None if _another_matter(moment) else _without(moment, Reply(moment.say("survey.over")))
    return _read(slot, survey, moment)


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
            return replace(survey, satisfied=None)
        case _:
            return replace(survey, reason_codes=(), comment=None)


def _open(reference: str, moment: Moment) -> Survey | None:
    fitting = (s for s in moment.conversation.surveys if s.reference == reference)
    return next((s for s in fitting if not s.done and s.closes_at > moment.now), None)


def _read(slot: str, survey: Survey, moment: Moment) -> Turn | None:
    option = pick(_choices(slot, moment), step(slot, survey), moment) or _by_word(slot, moment)
    if option is None and slot == "reason" and _tells(moment):
        option = "other"
    if option is None and _another_matter(moment):
        return None
    if option is None:
        ask = _ask_slot(slot, survey, moment)
        return moment.turn(replace(ask, text=f"{moment.say('hint.choose')}\n{ask.text}"), asking=ask.step)
    return _next(_with(slot, option, survey, moment), moment)


def _tells(moment: Moment) -> bool:
    return has_words(moment.inbound.text) and moment.reading.command is None


def _another_matter(moment: Moment) -> bool:
    """A new complaint, or a file, in the middle of a survey: the survey can wait."""
    inbound = moment.inbound
    said = moment.reading.category is not None and len(inbound.text.strip()) >= NEW_MATTER
    return said or bool(inbound.media or inbound.location or inbound.contact)


def _by_word(slot: str, moment: Moment) -> str | None:
    """The option that other words than its label mean."""
    command = moment.reading.command
    if command in ("yes", "no"):
        return command if command in _OPTIONS[slot] else None
    if command == "skip":
        return {"contacted": UNKNOWN, "reason": "other"}.get(slot)
    return _in_own_words(slot, moment.reading.text.casefold())


def _in_own_words(slot: str, said: str) -> str | None:
    for language in ("zh", "en"):
        words = table("answers", language)["survey"].get(slot, {})
        for option, those in words.items():
            if any(word in said for word in those):
                return str(option)
    return None


def _with(slot: str, option: str, survey: Survey, moment: Moment) -> Survey:
    match slot:
        case "contacted":
            contacted = None if option == UNKNOWN else option == "yes"
            return replace(survey, contacted=contacted, contacted_given=True)
        case "solved":
            return replace(survey, solved=option)
        case "satisfied":
            return replace(survey, satisfied=option)
        case "rework":
            return replace(survey, rework_wanted=option == "yes")
        case _:
            said = moment.inbound.text.strip()[:500] if _tells(moment) else ""
            return replace(survey, reason_codes=(option,), comment=said or None)


def _next(survey: Survey, moment: Moment) -> Turn:
    slot = next_slot(survey)
    if slot is None:
        return _finish(replace(survey, done=True), moment)
    ask = _ask_slot(slot, survey, moment)
    return Turn(replace(_kept(survey, moment), asking=ask.step), (ask,))


def next_slot(survey: Survey) -> str | None:
    """The first question without an answer; why and rework only where something is amiss."""
    if not survey.contacted_given:
        return "contacted"
    if survey.solved is None:
        return "solved"
    if survey.satisfied is None:
        return "satisfied"
    if not unhappy(survey):
        return None
    if not survey.reason_codes:
        return "reason"
    return "rework" if survey.rework_wanted is None else None


def unhappy(survey: Survey) -> bool:
    return survey.satisfied == "dissatisfied" or survey.solved == "no"


def _finish(survey: Survey, moment: Moment) -> Turn:
    text = moment.say("survey.thanks_rework" if survey.rework_wanted else "survey.thanks")
    effect = TellHotline(
        survey.reference, "survey_result", survey=result(survey, moment), hotline_ref=survey.hotline_ref
    )
    moment = replace(moment, conversation=replace(_kept(survey, moment), asking=""))
    thanks = Reply(text, durable=True)
    turn = form.repeat(moment, thanks) if moment.conversation.draft else moment.turn(thanks)
    return replace(turn, effects=(effect,))


def result(survey: Survey, moment: Moment) -> dict[str, object]:
    """The result as the backend wants it."""
    return {
        "contacted": survey.contacted,
        "solved": survey.solved,
        "satisfied": survey.satisfied,
        "score": None,
        "reason_codes": list(survey.reason_codes),
        "comment": survey.comment,
        "rework_wanted": bool(survey.rework_wanted),
        "answered_at": moment.now.isoformat(),
        "via": moment.inbound.address.channel.code,
        "round": survey.round,
    }


def _kept(survey: Survey, moment: Moment) -> Conversation:
    surveys = tuple(
        survey if (s.reference, s.round) == (survey.reference, survey.round) else s
        for s in moment.conversation.surveys
    )
    return replace(moment.conversation, surveys=surveys)


def _ask(survey: Survey, moment: Moment) -> Reply:
    return _ask_slot(next_slot(survey) or "contacted", survey, moment)


def _ask_slot(slot: str, survey: Survey, moment: Moment) -> Reply:
    unit = moment.city.unit_name(survey.unit) or moment.say("news.no_unit")
    return Reply(
        moment.say(f"survey.{slot}", unit=unit), _choices(slot, moment), step=step(slot, survey), durable=True
    )


def _choices(slot: str, moment: Moment) -> tuple[Choice, ...]:
    return tuple(Choice(option, moment.say(f"survey.{slot}_{option}")) for option in _OPTIONS[slot])
