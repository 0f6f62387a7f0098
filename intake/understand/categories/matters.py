"""A city's category for a message, from the neutral model and the city's own names and keywords.

Each of the city's categories is read by the model as if its name and keywords were a message; so a new city
needs nothing but its profile. The place and people in a message have no vote.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from intake.city import CityProfile
from intake.model.ticket import CategoryGuess
from intake.understand.categories.keywords import guess
from intake.understand.labels.labels import MATTER, Labeller

_WORDS = 0.35
"""What a keyword's confidence weighs beside the model's probability."""
_MOST = 0.95
_LEAST = 0.3
"""Below it nothing speaks for a category."""
_TOP = 2
"""Digits of a branch at the top."""


def learnt(text: str, city: CityProfile, labeller: Labeller | None) -> CategoryGuess | None:
    """The likeliest category; by keywords alone without the model, None where nothing speaks for one."""
    by_words = guess(text, city)
    if labeller is None or not text:
        return by_words
    chances = labeller.chances(MATTER, text)
    scores = {
        code: sum(chances[one] * share for one, share in parts.items())
        for code, parts in _leaves(city, labeller).items()
    }
    if by_words is not None:
        scores[by_words.code] = scores.get(by_words.code, 0.0) + _WORDS * by_words.confidence
    best = max(scores, key=lambda code: (scores[code], code), default=None)
    if best is None or scores[best] < _LEAST:
        return by_words
    return CategoryGuess(best, round(min(_MOST, scores[best]), 2))


@lru_cache(maxsize=8)
def _leaves(city: CityProfile, labeller: Labeller) -> Mapping[str, Mapping[str, float]]:
    """Of each of the city's categories the neutral ones it may hold, with how much of each is its own."""
    codes = [code for code in city.categories if code != city.fallback_category and _is_told(code, city)]
    read = {code: labeller.chances(MATTER, _told(code, city)) for code in codes}
    return {code: {one: _share(one, code, read) for one in chances} for code, chances in read.items()}


def _share(one: str, code: str, read: Mapping[str, Mapping[str, float]]) -> float:
    """All of a neutral category goes to whom it fits best; the others get what they are told of it."""
    best = max(read, key=lambda other: (read[other][one], other))
    return 1.0 if best == code else read[code][one] * 0.5


def _is_told(code: str, city: CityProfile) -> bool:
    """A branch at the top is what its leaves are."""
    return len(code) > _TOP or not any(other != code and other.startswith(code) for other in city.categories)


def _told(code: str, city: CityProfile) -> str:
    category = city.categories[code]
    return " ".join((category.name, category.name, *(_plain(category.keywords))))


def _plain(keywords: Sequence[str]) -> Sequence[str]:
    return [keyword.replace("&", " ") for keyword in keywords]
