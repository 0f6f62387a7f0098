"""How likely a text tells of somebody in danger, and of which kind: by weights learnt from the corpus.

A function of the text alone; it raises nothing for any text, and takes time in proportion to its length. It
weighs; what follows from it is the ladder's.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from intake.model.danger_kinds import ANSWERS, NUMBERS, DangerKind
from intake.understand.danger.features import features
from intake.understand.danger.weights import BadDangerWeights, DangerWeights, load

_KINDS = tuple(DangerKind)
_CALL = np.array([NUMBERS.index(ANSWERS[kind].number) for kind in _KINDS])
"""Of each kind the place of its number."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """`danger` and `outage` are compared with the limits; `kind` is the likeliest if there is danger.

    Danger is what speaks for danger, for its likeliest kind and for the number called then, together: what
    looks like no kind of danger seldom is one.
    """

    danger: float
    outage: float
    kind: DangerKind


@dataclass(frozen=True, slots=True)
class DangerModel:
    """Weighs with these weights."""

    weights: DangerWeights

    def weighed(self, text: str) -> Weighed:
        """What `text`, as normalised, weighs."""
        weights, said = self.weights, features(text)
        at = np.minimum(np.searchsorted(weights.keys, said), len(weights.keys) - 1)
        known = at[weights.keys[at] == said]
        sums = weights.small[known].sum(axis=0, dtype=np.int64) * weights.scales
        sums = sums / max(len(said), 1) ** 0.5 + weights.bias
        kinds, numbers = sums[2 : 2 + len(_KINDS)], sums[2 + len(_KINDS) :]
        likeliest = _KINDS[int((kinds + numbers[_CALL]).argmax())]
        return Weighed(float(sums[0] + kinds.max() + numbers.max()), float(sums[1]), likeliest)


@cache
def shipped() -> DangerModel | None:
    """With the weights that come with the release; None if they cannot be used, which `jiesu check` tells."""
    try:
        return DangerModel(load())
    except BadDangerWeights:
        return None
