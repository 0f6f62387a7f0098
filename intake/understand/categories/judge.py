"""Category by a trained model, made exact by keywords; without a model by keywords alone.

The rule: within what the model's label may mean, the keywords choose; they prevail only in matters that no
label covers. Where the model abstains nothing is suggested, and the likeliest are named for the citizen to
choose from.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from intake.city import CityProfile
from intake.model.reading import SURE
from intake.model.ticket import CategoryGuess
from intake.understand.categories.keywords import guess
from intake.understand.dialect import plain
from intake.understand.normalise import normalise

CHOICES = 3
MOST = 0.98
"""A suggestion's highest confidence: more is for what a citizen chose."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A suggestion, or none and the likeliest categories, by code."""

    category: CategoryGuess | None
    likely: tuple[str, ...] = ()


def judged(text: str, city: CityProfile) -> Judged:
    """What a whole story is about."""
    said = normalise(text)
    words = plain(said)
    by_words = guess(words, city)
    if city.judge is None:
        return Judged(by_words)
    if by_words is not None and by_words.confidence >= SURE and not _covered(by_words.code, city):
        return Judged(by_words)
    opinion = city.judge.of_text(said)
    if not opinion.sure:
        return Judged(None, tuple(_firsts(opinion.ranked, city))[:CHOICES])
    label, chance = opinion.ranked[0]
    codes = city.classifier.labels[label]
    exact = guess(words, city, codes)
    code = exact.code if exact else codes[0]
    return Judged(CategoryGuess(code, round(min(chance, MOST), 2)))


def _covered(code: str, city: CityProfile) -> bool:
    return any(code.startswith(own) for codes in city.classifier.labels.values() for own in codes)


def _firsts(ranked: tuple[tuple[str, float], ...], city: CityProfile) -> Iterator[str]:
    seen = set()
    for label, _ in ranked:
        first = city.classifier.labels[label][0]
        if first not in seen:
            seen.add(first)
            yield first
