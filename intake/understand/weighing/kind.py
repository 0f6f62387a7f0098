"""Which of the six types a story is: by words that say it, else as learnt."""

from intake.model.reading import Found, Reading
from intake.model.ticket import AppealType
from intake.understand.labels.labels import TYPE, Labeller

_STORY = 15
"""Signs from which a message is a story that can be judged; a shorter one may be an answer."""
_SAID = 0.8
"""A rule's confidence from which the type was said."""
_LIKELY = 0.4
_MOST = 0.79
"""Two hands differ on the type of three messages in ten: a learnt one is never taken unasked."""


def type_of(reading: Reading, labeller: Labeller | None) -> Found[AppealType] | None:
    """The rule's type where it was said; else the learnt one, never as sure."""
    ruled = reading.appeal_type
    told = ruled is not None and ruled.confidence >= _SAID
    if labeller is None or told or len(reading.text) < _STORY:
        return ruled
    chances = labeller.chances(TYPE, reading.text)
    best = max(chances, key=lambda label: chances[label])
    if chances[best] < _LIKELY:
        return ruled
    return Found(AppealType(best), 0, len(reading.text), round(min(_MOST, chances[best]), 2))
