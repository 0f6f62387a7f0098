"""The city's answer to a question: one of its words must be said, and the rest must be alike.

Alike is what shares pairs of signs with the ways to ask it. A pair counts by its rarity among all the city's
questions; one that no question has counts too, so that a long story with a few words in common finds nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log, sqrt

from intake.city import Answer, CityProfile
from intake.understand.lexicon import table
from intake.understand.normalise import normalise

ENOUGH = 0.5
"""The likeness from which an answer is offered."""
STRANGE = 0.5
"""What a pair that no question has counts, of the rarest known one."""
LONGEST = 120
"""Characters from which a message is a story."""


@dataclass(frozen=True, slots=True)
class _Index:
    worth: Mapping[str, float]  # of each pair
    strange: float
    known: tuple[tuple[Answer, frozenset[str], float], ...]  # its pairs, and what a way to ask it weighs


def best(text: str, city: CityProfile) -> Answer | None:
    """The answer to what `text` asks, if the city has one."""
    said = normalise(text).casefold()
    if not city.answers or len(said) > LONGEST:
        return None
    index, pairs = _index(city), _pairs(said)
    own = sum(index.worth.get(pair, index.strange) for pair in pairs)
    likeness, answer = max(
        (
            (sum(index.worth[pair] for pair in known & pairs) / sqrt(own * weight), answer)
            for answer, known, weight in index.known
            if pairs and any(word.casefold() in said for word in answer.about)
        ),
        key=lambda pair: pair[0],
        default=(0.0, None),
    )
    return answer if likeness >= ENOUGH else None


@lru_cache(maxsize=8)
def _index(city: CityProfile) -> _Index:
    ways = [[_pairs(normalise(asked).casefold()) for asked in answer.asked] for answer in city.answers]
    found = Counter(pair for way in ways for pair in frozenset[str]().union(*way))
    worth = {pair: log(1 + len(ways) / count) for pair, count in found.items()}
    known = (
        (answer, frozenset[str]().union(*way), _weight(way, worth))
        for answer, way in zip(city.answers, ways, strict=True)
    )
    return _Index(worth, STRANGE * log(1 + len(ways)), tuple(known))


def _weight(ways: Iterable[frozenset[str]], worth: Mapping[str, float]) -> float:
    """The lightest way to ask: who says that much has asked."""
    return max(1.0, min(sum(worth[pair] for pair in way) for way in ways))


def _pairs(said: str) -> frozenset[str]:
    for word in table("answers")["asking"]:
        said = said.replace(word, " ")
    signs = [sign for sign in said if sign.isalnum() or sign == " "]
    pairs = (first + second for first, second in pairwise(signs))
    return frozenset(pair for pair in pairs if " " not in pair)
