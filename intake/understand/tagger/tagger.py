"""What a text's signs are: places, times, people, wishes, by weights learnt from the corpus.

A function of the text and the hints alone; it raises nothing for any text, and takes time in proportion to
its length. What it finds is offered to whoever weighs it, and decides nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from intake.understand.tagger.chain import Floats, chances
from intake.understand.tagger.features import features, within
from intake.understand.tagger.slots import TAGS, Hint, Slot, Tagged
from intake.understand.tagger.tokens import TextTokens, tokens
from intake.understand.tagger.weights import BadWeights, Weights, load

_AT_ONCE = 512
"""Tokens whose weights are looked up together."""
_HALF = 0.5
_OF = {slot: [TAGS.index(slot + part) for part in "bi"] for slot in Slot}
_PEOPLE = [*_OF[Slot.NAME], *_OF[Slot.PERSON]]


@dataclass(frozen=True, slots=True)
class Tagger:
    """Reads with these weights."""

    weights: Weights

    def spans(self, text: str, hints: Iterable[Hint] = ()) -> tuple[Tagged, ...]:
        """What fills which slot, in the order of the text, none overlapping another."""
        said = tokens(text)
        return tuple(_spans(said, self._chances(said, hints)))

    def people(self, text: str, hints: Iterable[Hint] = ()) -> tuple[Tagged, ...]:
        """Whoever may be named, down to the least likely that hiding looks at, and how they are reached.

        Nobody is looked for where a hint has found something.
        """
        said, hints = tokens(text), tuple(hints)
        likely = self._chances(said, hints)
        reached = [one for one in _spans(said, likely) if one.slot is Slot.PHONE]
        for hint in hints:
            likely[within(said, hint), :] = 0
        somebody = _people(said, likely, self.weights.limits.likely)
        return tuple(sorted([*somebody, *reached], key=lambda one: one.start))

    def _chances(self, said: TextTokens, hints: Iterable[Hint]) -> Floats:
        weights, keys = self.weights, features(said, hints)
        emitted = np.empty((len(said), len(TAGS)), dtype=np.float32)
        for low in range(0, len(said), _AT_ONCE):
            some = keys[low : low + _AT_ONCE]
            at = np.minimum(np.searchsorted(weights.keys, some), len(weights.keys) - 1)
            known = weights.keys[at] == some
            seen = weights.small[at]
            seen[~known] = 0
            emitted[low : low + _AT_ONCE] = seen.sum(axis=1, dtype=np.int32)
        emitted *= np.float32(weights.scale)
        return chances(emitted, weights.follows)


@cache
def shipped() -> Tagger | None:
    """With the weights that come with the release; None if they cannot be used, which `jiesu check` tells."""
    try:
        return Tagger(load())
    except BadWeights:
        return None


def _spans(said: TextTokens, likely: Floats) -> Iterator[Tagged]:
    best = [TAGS[number] for number in likely.argmax(axis=1)]
    for low, high in _runs(best):
        slot = Slot(best[low][0])
        sure = likely[low:high, _OF[slot]].sum(axis=1).min()
        yield Tagged(slot, said.starts[low], said.ends[high - 1], float(sure))


def _runs(tags: Sequence[str]) -> Iterator[tuple[int, int]]:
    """From each token that begins something up to where it ends."""
    low = None
    for at, tag in enumerate((*tags, "")):
        goes_on = low is not None and tag[1:] == "i" and tag[0] == tags[low][0]
        if low is not None and not goes_on:
            yield low, at
        if not goes_on:
            low = at if tag else None


def _people(said: TextTokens, likely: Floats, least: float) -> Iterator[Tagged]:
    """As sure as their surest token: a name's edges are doubted more than its middle."""
    somebody = likely[:, _PEOPLE]
    sure = somebody.sum(axis=1)
    begins = somebody[:, [0, 2]].sum(axis=1) >= _HALF
    low = None
    for at in range(len(said) + 1):
        inside = at < len(said) and sure[at] >= least
        if low is not None and (not inside or begins[at]):
            own = somebody[low:at]
            slot = Slot.NAME if own[:, :2].sum() >= own[:, 2:].sum() else Slot.PERSON
            yield Tagged(slot, said.starts[low], said.ends[at - 1], float(sure[low:at].max()))
            low = None
        if inside and low is None:
            low = at
