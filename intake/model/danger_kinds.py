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
class Answer:
    """`rule`: the id staff know it by, the lexicon's where a rule has it; `number`: the first one to call."""

    level: str
    rule: str
    number: str


_EMERGENCY = "emergency"
ANSWERS: dict[DangerKind, Answer] = {
    DangerKind.GAS: Answer(_EMERGENCY, "gas", "119"),
    DangerKind.CO: Answer(_EMERGENCY, "co", "120"),
    DangerKind.FIRE: Answer(_EMERGENCY, "fire", "119"),
    DangerKind.MEDICAL: Answer(_EMERGENCY, "medical", "120"),
    DangerKind.INJURY: Answer(_EMERGENCY, "injury", "120"),
    DangerKind.CRIME: Answer(_EMERGENCY, "crime", "110"),
    DangerKind.VIOLENCE: Answer(_EMERGENCY, "violence", "110"),
    DangerKind.LOST: Answer(_EMERGENCY, "missing", "110"),
    DangerKind.TRAPPED: Answer(_EMERGENCY, "lift", "119"),
    DangerKind.SELF_HARM: Answer("self_harm", "suicide", "12356"),
    DangerKind.THREAT: Answer("threat", "threat", "110"),
    DangerKind.WATER: Answer(_EMERGENCY, "drowning", "119"),
    DangerKind.ELECTRIC: Answer(_EMERGENCY, "electric", "119"),
    DangerKind.TRAFFIC: Answer(_EMERGENCY, "crash", "122"),
    DangerKind.COLLAPSE: Answer(_EMERGENCY, "collapse", "119"),
    DangerKind.SHOCK: Answer(_EMERGENCY, "electric", "120"),
    DangerKind.OTHER: Answer(_EMERGENCY, "other", "119"),
    DangerKind.OTHER_110: Answer(_EMERGENCY, "other", "110"),
}


def number_of(rule: str) -> str:
    """Whom to call first where a rule of the lexicon rings."""
    known = (answer.number for answer in ANSWERS.values() if answer.rule == rule)
    return next(known, ANSWERS[DangerKind.OTHER].number)
