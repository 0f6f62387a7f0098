"""How much a pair of characters tells: little where every appeal of the city has it, much where few do.

The rule: it is learnt from the city's own latest appeals, so that a winter in which everybody writes of
heating makes heating a common word. A little goes far: fifty appeals tell as much as thousands.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from intake.understand.normalise import normalise

READ = 400
"""Characters of an appeal that are read; what follows seldom names the matter."""
LEAST = 50
"""Appeals from which on single pairs are trusted to lead from one appeal to another."""
LEARNT = 200
"""Appeals to learn from."""
COMMON = 0.1
"""Share of appeals from which on a pair leads nowhere, however often it is said."""
MARKS = 12
"""Pairs by which an appeal is found."""

_SIGNS = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Rarity:
    """In how many of `texts` appeals each pair stands; without any, all pairs weigh the same."""

    texts: int = 0
    found_in: Mapping[str, int] = field(default_factory=dict)

    def weigh(self, text: str) -> dict[str, float]:
        """Each pair of a text by how much it tells: what few have, and what is said again and again."""
        return {pair: (1 + math.log(times)) * self._of(pair) for pair, times in _pairs(text).items()}

    def marks(self, text: str) -> tuple[str, ...]:
        """The pairs by which an appeal like this one is found; none while too little is learnt."""
        if self.texts < LEAST:
            return ()
        rare = (pair for pair in _pairs(text).items() if self.found_in.get(pair[0], 0) <= COMMON * self.texts)
        ranked = sorted(((times - 0.5) * self._of(pair), pair) for pair, times in rare)
        return tuple(pair for _, pair in reversed(ranked[-MARKS:]))

    def _of(self, pair: str) -> float:
        """Never nothing: what most of the latest appeals have in common may be the event they are about."""
        return 1 + math.log((self.texts + 1) / (self.found_in.get(pair, 0) + 1))


NOTHING_LEARNT = Rarity()


def learnt(texts: Iterable[str]) -> Rarity:
    """What these appeals say of it."""
    read = [_pairs(text).keys() for text in texts]
    return Rarity(len(read), Counter(pair for pairs in read for pair in pairs))


def pairs_of(text: str) -> frozenset[str]:
    """The pairs of a text, however long it is."""
    return frozenset(_counted(normalise(text)))


def _pairs(text: str) -> Counter[str]:
    return _counted(normalise(text[:READ]))


def _counted(said: str) -> Counter[str]:
    runs = "".join(_SIGNS.findall(said))
    return Counter(runs[at : at + 2] for at in range(len(runs) - 1))
