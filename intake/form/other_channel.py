"""What another channel is for by law: explained once, as a suggestion. People decide; nothing is refused.

The ticket carries the code of the case as a label (`N1`, `N2` …): the centre confirms it with its reason.
"""

from dataclasses import replace

from intake.context import Context
from intake.form.own_open_tickets import open_twins
from intake.model.messages import Reply
from intake.model.ticket import Draft
from intake.understand.normalise import normalise
from intake.understand.patterns.rules import rules

AGAIN_AND_AGAIN = 3
"""Open tickets of one citizen on one matter from which another one is a repetition."""
SAYS_LITTLE = 6
"""Different letters or characters of a story that tells nothing, if its category is not known either."""


def special_case(text: str) -> str | None:
    """The first case whose words stand in `text`: its id; what stands before the underscore is the code."""
    said = normalise(text)
    return next((rule.label for rule in rules("triage") if rule.find(said)), None)


def advised(draft: Draft, context: Context) -> tuple[Draft, tuple[Reply, ...]]:
    """The draft with its case noted, and the right channel if it was not told before."""
    if draft.special_case is not None:
        return draft, ()
    times = _times_open(draft, context)
    case = special_case(draft.content) or _by_facts(draft, times, context)
    if case is None:
        return replace(draft, special_case=""), ()
    told = f"{context.say(f'triage.{case}', number=times)}\n{context.say('triage.only_advice')}"
    return replace(draft, special_case=case), (Reply(told, durable=True),)


def code_of(draft: Draft) -> str | None:
    """The statutory case's code for the ticket; None for an ordinary matter."""
    return draft.special_case.partition("_")[0] if draft.special_case else None


def is_garbage(text: str) -> bool:
    """A few signs over and over, or none that anybody reads."""
    signs = [sign for sign in text if not sign.isspace()]
    letters = sum(sign.isalpha() for sign in signs)
    return len(signs) >= 6 and (len(set(signs)) <= len(signs) // 5 or letters * 3 < len(signs))


def _by_facts(draft: Draft, times: int, context: Context) -> str | None:
    """A matter told again and again while it is handled (N9), or nothing that anybody could act on (N7)."""
    if times >= AGAIN_AND_AGAIN:
        return "N9_repeat"
    fallback = context.city.fallback_category
    unknown = draft.category is None or draft.category.code == fallback
    little = len({sign for sign in draft.content if sign.isalpha()}) < SAYS_LITTLE
    silent = not draft.attachments and (is_garbage(draft.content) or (little and unknown))
    return "N7_empty" if silent else None


def _times_open(draft: Draft, context: Context) -> int:
    """The citizen's own open tickets on this matter."""
    return len(open_twins(draft, context))
