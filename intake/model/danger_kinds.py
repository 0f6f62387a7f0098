"""The kinds of danger the model tells apart: what staff are told, which card is shown, whom to call first."""

from dataclasses import dataclass
from enum import StrEnum


class DangerKind(StrEnum):
    """The corpus's words for them (`training/corpus/labelling.md`), parted where another number is right."""

    GAS = "gas"
    CO = "co"
    FIRE = "fire"
    MEDICAL = "medical"
    INJURY = "injury"
    CRIME = "crime"
    VIOLENCE = "violence"
    LOST = "lost"
    TRAPPED = "trapped"
    SELF_HARM = "self_harm"
    THREAT = "threat"
    WATER = "water"
    ELECTRIC = "electric"
    TRAFFIC = "traffic"
    COLLAPSE = "collapse"
    SHOCK = "shock"  # somebody got an electric shock
    OTHER = "other"
    OTHER_110 = "other_110"


NUMBERS = ("119", "120", "110", "122", "12356")
"""Whom somebody in danger may have to call."""


@dataclass(frozen=True, slots=True)
class DangerAnswer:
    """`rule`: the id staff know it by, the lexicon's where a rule has it; `number`: the first one to call."""

    level: str
    rule: str
    number: str


_EMERGENCY = "emergency"
ANSWERS: dict[DangerKind, DangerAnswer] = {
    DangerKind.GAS: DangerAnswer(_EMERGENCY, "gas", "119"),
    DangerKind.CO: DangerAnswer(_EMERGENCY, "co", "120"),
    DangerKind.FIRE: DangerAnswer(_EMERGENCY, "fire", "119"),
    DangerKind.MEDICAL: DangerAnswer(_EMERGENCY, "medical", "120"),
    DangerKind.INJURY: DangerAnswer(_EMERGENCY, "injury", "120"),
    DangerKind.CRIME: DangerAnswer(_EMERGENCY, "crime", "110"),
    DangerKind.VIOLENCE: DangerAnswer(_EMERGENCY, "violence", "110"),
    DangerKind.LOST: DangerAnswer(_EMERGENCY, "missing", "110"),
    DangerKind.TRAPPED: DangerAnswer(_EMERGENCY, "lift", "119"),
    DangerKind.SELF_HARM: DangerAnswer("self_harm", "suicide", "12356"),
    DangerKind.THREAT: DangerAnswer("threat", "threat", "110"),
    DangerKind.WATER: DangerAnswer(_EMERGENCY, "drowning", "119"),
    DangerKind.ELECTRIC: DangerAnswer(_EMERGENCY, "electric", "119"),
    DangerKind.TRAFFIC: DangerAnswer(_EMERGENCY, "crash", "122"),
    DangerKind.COLLAPSE: DangerAnswer(_EMERGENCY, "collapse", "119"),
    DangerKind.SHOCK: DangerAnswer(_EMERGENCY, "electric", "120"),
    DangerKind.OTHER: DangerAnswer(_EMERGENCY, "other", "119"),
    DangerKind.OTHER_110: DangerAnswer(_EMERGENCY, "other", "110"),
}


def number_of(rule: str) -> str:
    """Whom to call first where a rule of the lexicon rings."""
    known = (answer.number for answer in ANSWERS.values() if answer.rule == rule)
    return next(known, ANSWERS[DangerKind.OTHER].number)
