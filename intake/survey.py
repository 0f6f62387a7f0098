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
from intake.survey_state import Survey

PREFIX = "survey:"
NEW_MATTER = 8
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
        return moment.turn(*before, Reply(moment.say("survey.none")))
    ask = _ask(survey, moment)
    return moment.turn(*before, ask, asking=ask.step, errand=None)


def answer(moment: Moment) -> Turn | None:
    """An answer to a survey's question: by tap at any time, by words while it is asked."""
    at = moment.inbound.tap.step if moment.inbound.tap else moment.conversation.asking
    if not at.startswith(PREFIX):
        return None
    _, slot, reference = at.split(":", 2) if at.count(":") >= 2 else ("", "", "")
    survey = _open(reference, moment)
    if survey is None or slot not in _OPTIONS:
        return None
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
    if option is None and slot == "reason":
        option = "other"
    if option is None and _another_matter(moment):
        return None
    if option is None:
        ask = _ask_slot(slot, survey, moment)
        return moment.turn(replace(ask, text=f"{moment.say('hint.choose')}\n{ask.text}"), asking=ask.step)
    return _next(_with(slot, option, survey, moment), moment)


def _another_matter(moment: Moment) -> bool:
    """A new complaint said in the middle of a survey: the survey can wait."""
    return moment.reading.category is not None and len(moment.inbound.text.strip()) >= NEW_MATTER


def _by_word(slot: str, moment: Moment) -> str | None:
    command = moment.reading.command
    return command if command in ("yes", "no") and slot in ("contacted", "solved", "rework") else None


def _with(slot: str, option: str, survey: Survey, moment: Moment) -> Survey:
    match slot:
        case "contacted":
            return replace(survey, contacted=option == "yes", contacted_given=True)
        case "solved":
            return replace(survey, solved=option)
        case "satisfied":
            return replace(survey, satisfied=option)
        case "rework":
            return replace(survey, rework_wanted=option == "yes")
        case _:
            said = moment.inbound.text.strip()[:500] if moment.reading.number is None else ""
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
