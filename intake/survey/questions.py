"""How the survey asks: its questions, their choices, and the words around them.

The rule: no answer is preset, none is named before the others for its own sake, none is praised.
"""

from dataclasses import replace

from intake.context import Context, tail
from intake.model.messages import Choice, Reply
from intake.model.survey import REASONS, Survey, may_be_reworked
from intake.notifications.template_fields import day

PREFIX = "survey:"
CHANGE = "change"
SLOTS = ("contacted", "solved", "satisfied", "reason", "rework")
FIVE = ("very_satisfied", "satisfied", "basically", "dissatisfied", "very_dissatisfied")
_THREE = ("satisfied", "basically", "dissatisfied")
_REWORK = ("yes", "no")


def step(slot: str, survey: Survey) -> str:
    """A step's name carries the ticket's number, so that a tap always finds its survey."""
    return f"{PREFIX}{slot}:{survey.mark}"


def options(slot: str, survey: Survey, context: Context) -> tuple[str, ...]:
    """The options of a question. With the reasons stands the last word: shall it be done again?"""
    match slot:
        case "contacted":
            return ("yes", "no")
        case "solved":
            return ("yes", "partly", "no")
        case "satisfied":
            return FIVE if context.city.survey.steps == 5 else _THREE
        case "rework":
            return _REWORK
    ends = tuple(f"rework_{one}" for one in _REWORK) if may_be_reworked(survey) else ()
    return ends if ends and context.conversation.elder else (*REASONS, *ends)


def choices(slot: str, survey: Survey, context: Context) -> tuple[Choice, ...]:
    return tuple(
        Choice(option, context.say(f"survey.{slot}_{option}")) for option in options(slot, survey, context)
    )


def question(slot: str, survey: Survey, context: Context) -> Reply:
    """The question with its choices."""
    unit = context.unit(survey.unit or None) or context.say("news.no_unit")
    text = context.say(_key(slot, survey, context), unit=unit, named=_named(survey, context))
    return Reply(text, choices(slot, survey, context), step=step(slot, survey), durable=True)


def _key(slot: str, survey: Survey, context: Context) -> str:
    if slot == "rework" and survey.reason_codes:
        return "survey.rework_noted"
    if slot != "reason" or not may_be_reworked(survey):
        return f"survey.{slot}"
    return "survey.reason_few" if context.conversation.elder else "survey.reason_last"


def _named(survey: Survey, context: Context) -> str:
    return context.say("list.comma").join(
        context.say(f"survey.reason_{code}") for code in survey.reason_codes
    )


def about(survey: Survey, context: Context) -> dict[str, str]:
    """What the matter is called: the ticket's tail, and for one told elsewhere unit and date."""
    if not survey.elsewhere:
        return {
            "tail": tail(survey.reference),
            "what": context.called(survey.title) or context.say("survey.matter"),
        }
    unit = context.unit(survey.unit or None) or context.say("news.no_unit")
    done = day(survey.completed_at or survey.requested_at, context.city, context.situation.language)
    return {"tail": tail(survey.reference), "what": context.say("survey.by_phone", unit=unit, day=done)}


def opened(key: str, first: Reply, survey: Survey, context: Context) -> Reply:
    """A question with the words that bring it up."""
    return replace(first, text=f"{context.say(key, **about(survey, context))}\n{first.text}")


def summary(survey: Survey, context: Context) -> str:
    """What the citizen has answered, in one line."""
    said = [
        context.say(f"survey.contacted_{'yes' if survey.contacted else 'no'}")
        if survey.contacted is not None
        else "",
        context.say(f"survey.solved_{survey.solved}") if survey.solved else "",
        context.say(f"survey.satisfied_{survey.satisfied}") if survey.satisfied else "",
    ]
    return context.say("list.comma").join(one for one in said if one)
