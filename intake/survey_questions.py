"""How the survey asks: its questions, their choices, and the words around them.

The rule: no answer is preset, none is named before the others for its own sake, none is praised.
"""

from dataclasses import replace

from intake.facts import day
from intake.messages import Choice, Reply
from intake.moment import Moment, tail
from intake.survey_state import REASONS, Survey, may_be_reworked

PREFIX = "survey:"
CHANGE = "change"
SLOTS = ("contacted", "solved", "satisfied", "reason", "rework")
FIVE = ("very_satisfied", "satisfied", "basically", "dissatisfied", "very_dissatisfied")
_THREE = ("satisfied", "basically", "dissatisfied")
_REWORK = ("yes", "no")


def step(slot: str, survey: Survey) -> str:
    """A step's name carries the ticket's number, so that a tap always finds its survey."""
    return f"{PREFIX}{slot}:{survey.mark}"


def options(slot: str, survey: Survey, moment: Moment) -> tuple[str, ...]:
    """The options of a question. With the reasons stands the last word: shall it be done again?"""
    match slot:
        case "contacted":
            return ("yes", "no")
        case "solved":
            return ("yes", "partly", "no")
        case "satisfied":
            return FIVE if moment.city.survey.steps == 5 else _THREE
        case "rework":
            return _REWORK
    ends = tuple(f"rework_{one}" for one in _REWORK) if may_be_reworked(survey) else ()
    return ends if ends and moment.conversation.elder else (*REASONS, *ends)


def choices(slot: str, survey: Survey, moment: Moment) -> tuple[Choice, ...]:
    return tuple(
        Choice(option, moment.say(f"survey.{slot}_{option}")) for option in options(slot, survey, moment)
    )


def question(slot: str, survey: Survey, moment: Moment) -> Reply:
    """The question with its choices."""
    unit = moment.unit(survey.unit or None) or moment.say("news.no_unit")
    text = moment.say(_key(slot, survey, moment), unit=unit, named=_named(survey, moment))
    return Reply(text, choices(slot, survey, moment), step=step(slot, survey), durable=True)


def _key(slot: str, survey: Survey, moment: Moment) -> str:
    if slot == "rework" and survey.reason_codes:
        return "survey.rework_noted"
    if slot != "reason" or not may_be_reworked(survey):
        return f"survey.{slot}"
    return "survey.reason_few" if moment.conversation.elder else "survey.reason_last"


def _named(survey: Survey, moment: Moment) -> str:
    return moment.say("list.comma").join(moment.say(f"survey.reason_{code}") for code in survey.reason_codes)


def about(survey: Survey, moment: Moment) -> dict[str, str]:
    """What the matter is called: the ticket's tail, and for one told elsewhere unit and date."""
    if not survey.elsewhere:
        return {
            "tail": tail(survey.reference),
            "what": moment.called(survey.title) or moment.say("survey.matter"),
        }
    unit = moment.unit(survey.unit or None) or moment.say("news.no_unit")
    done = day(survey.completed_at or survey.requested_at, moment.city, moment.situation.language)
    return {"tail": tail(survey.reference), "what": moment.say("survey.by_phone", unit=unit, day=done)}


def opened(key: str, first: Reply, survey: Survey, moment: Moment) -> Reply:
    """A question with the words that bring it up."""
    return replace(first, text=f"{moment.say(key, **about(survey, moment))}\n{first.text}")


def summary(survey: Survey, moment: Moment) -> str:
    """What the citizen has answered, in one line."""
    said = [
        moment.say(f"survey.contacted_{'yes' if survey.contacted else 'no'}")
        if survey.contacted is not None
        else "",
        moment.say(f"survey.solved_{survey.solved}") if survey.solved else "",
        moment.say(f"survey.satisfied_{survey.satisfied}") if survey.satisfied else "",
    ]
    return moment.say("list.comma").join(one for one in said if one)
