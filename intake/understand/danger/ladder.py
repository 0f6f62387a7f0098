"""What follows from a danger that may be told: the form stops, one tap is asked for, or a line is added.

Rules and the model are weighed together. What a rule and the model both see stops the form, and so does what
the model is sure of. A rule the model contradicts is a doubt at most, but in a cry of few words, which the
model knows too little of, and for a threat, whose card stops nothing. In a long story a rule is believed
where the model is sure of a part of it. Addresses and numbers are left out of what is weighed. Without the
model's weights the rules ring alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from intake.model.danger_kinds import ANSWERS
from intake.model.reading import DangerDoubt, SafetySignal
from intake.model.ticket import Urgency, UrgencyLevel
from intake.understand import safety
from intake.understand.danger.bare_text import bare
from intake.understand.danger.model import DangerModel, Weighed, shipped

LONG = 90
"""Signs from which on a message is mostly a story, and is also weighed part by part."""
_NEAR = 60
_ENDS = re.compile("[^\u3002\uff01!\uff1f?\uff1b;\uff0c,\\n]+[\u3002\uff01!\uff1f?\uff1b;\uff0c,\\n]*")
_WORD = re.compile(r"[a-z']+|[^\sa-z]", re.IGNORECASE)
_FEW = 10
OUTAGE = "outage"


@dataclass(frozen=True, slots=True)
class DangerReading:
    """At most one of `red` and `doubt`; `outage`: whether many are cut off from water, power, gas or heat."""

    red: SafetySignal | None = None
    doubt: DangerDoubt | None = None
    outage: bool = False

    def urgency(self, text: str) -> Urgency:
        """As the rules have it; an outage hurries a ticket that nothing else does."""
        known = safety.urgency(text, self.red)
        hurries = self.outage and known.level is UrgencyLevel.NORMAL
        return Urgency(UrgencyLevel.URGENT, OUTAGE) if hurries else known


def read_danger(text: str) -> DangerReading:
    """What `text`, as normalised, tells of danger, by the weights of this release."""
    return with_model(text, shipped())


def with_model(text: str, model: DangerModel | None) -> DangerReading:
    """The same with these weights; by the rules alone without."""
    ruled = safety.signal(text)
    if model is None:
        return DangerReading(ruled)
    told, limits = bare(text), model.weights.limits
    whole = model.weighed(told)
    outage = whole.outage >= limits.outage
    if ruled is not None and _is_believed(ruled, told, whole, model):
        return DangerReading(_called(ruled, whole), outage=outage)
    learnt = _signal(whole)
    if whole.danger >= limits.hard:
        return DangerReading(learnt, outage=outage)
    doubted = whole.danger >= (limits.soft if ruled is None else limits.ruled)
    doubt = DangerDoubt(ruled or learnt, asks=whole.danger >= limits.tap) if doubted else None
    return DangerReading(doubt=doubt, outage=outage)


def _is_believed(ruled: SafetySignal, text: str, whole: Weighed, model: DangerModel) -> bool:
    """Whether the model does not contradict the rule, or is not to be asked."""
    limits = model.weights.limits
    if ruled.level == safety.THREAT or whole.danger >= limits.backed:
        return True
    if len(text) > LONG:
        return any(model.weighed(part).danger >= limits.hard for part in _parts(text))
    return len(_WORD.findall(text)) <= _FEW


def _signal(whole: Weighed) -> SafetySignal:
    answer = ANSWERS[whole.kind]
    return SafetySignal(answer.level, answer.rule, answer.number)


def _called(ruled: SafetySignal, whole: Weighed) -> SafetySignal:
    """How grave it is the rule says; of that the model knows better which kind, and so whom to call."""
    learnt = _signal(whole)
    return learnt if learnt.level == ruled.level else ruled


def _parts(text: str) -> Iterator[str]:
    """The clauses, each with those behind it that fit beside it."""
    clauses = _ENDS.findall(text)
    for at in range(len(clauses)):
        part, behind = clauses[at][:_NEAR], at + 1
        while behind < len(clauses) and len(part) + len(clauses[behind]) <= _NEAR:
            part, behind = part + clauses[behind], behind + 1
        yield part
