"""What another channel is for by law: explained once, as a suggestion. People decide; nothing is refused.

The ticket carries the code of the case as a label (`N1`, `N2` …): the centre confirms it with its reason.
"""

from dataclasses import replace

from intake.messages import Reply
from intake.moment import Moment
from intake.ticket import Draft
from intake.understand.normalise import normalise
from intake.understand.rules import rules


def special_case(text: str) -> str | None:
    """The first case whose words stand in `text`: its id; what stands before the underscore is the code."""
    said = normalise(text)
    return next((rule.label for rule in rules("triage") if rule.find(said)), None)


def advised(draft: Draft, moment: Moment) -> tuple[Draft, tuple[Reply, ...]]:
    """The draft with its case noted, and the right channel if it was not told before."""
    if draft.special_case is not None:
        return draft, ()
    case = special_case(draft.content)
    if case is None:
        return replace(draft, special_case=""), ()
    told = f"{moment.say(f'triage.{case}')}\n{moment.say('triage.only_advice')}"
    return replace(draft, special_case=case), (Reply(told, durable=True),)


def code_of(draft: Draft) -> str | None:
    """The statutory case's code for the ticket; None for an ordinary matter."""
    return draft.special_case.partition("_")[0] if draft.special_case else None
