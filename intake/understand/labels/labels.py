"""How likely each label of a question is for a message: calibrated, from numbers alone.

A function of the text; it raises nothing for any text and takes time in proportion to its length.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from intake.understand.labels.files import BadLabels, LinearPart, StoredLabels, load
from intake.understand.labels.grams import grams

TYPE, MATTER, ACTS = "type", "matter", "acts"
"""The questions: of the six types, of the neutral categories, of the acts of a talk."""


@dataclass(frozen=True, slots=True, eq=False)
class Labeller:
    """Answers with these numbers. Compared by identity, to key caches."""

    stored: StoredLabels

    def chances(self, question: str, text: str, focus: str = "") -> Mapping[str, float]:
        """The probability of each label; of all together one, but for acts, of which several may be meant.

        `focus`: what the talk is about now, in the corpus's words; only acts depend on it.
        """
        part = self.stored.parts[question]
        return dict(zip(part.labels, map(float, _chances(part, text, told(question, focus))), strict=True))


def told(question: str, focus: str = "") -> tuple[str, ...]:
    """What is known beside the text, as the labeller has learnt to weigh it."""
    return (f"focus {focus}",) if question == ACTS and focus else ()


@cache
def shipped() -> Labeller | None:
    """With the numbers that come with the release; None if they cannot be used, which `jiesu check` tells."""
    try:
        return Labeller(load())
    except BadLabels:
        return None


def _chances(part: LinearPart, text: str, rules: tuple[str, ...]) -> np.ndarray:
    keys, counts = grams(text, rules)
    at = np.minimum(np.searchsorted(part.keys, keys), len(part.keys) - 1)
    known = part.keys[at] == keys
    at, weight = at[known], (1 + np.log(counts[known])) * part.rare[at[known]]
    length = float(np.sqrt((weight * weight).sum())) or 1.0
    score = (weight / length) @ part.small[at] * part.scale + part.starts
    score = part.steep * score + part.start
    if not part.one_of:
        return np.asarray(1 / (1 + np.exp(-score)))
    raised = np.exp(score - score.max())
    return np.asarray(raised / raised.sum())
