"""What an appeal is about, by the profile's keywords.

A keyword counts by its length, so that the more specific one wins; one that stands inside a
longer match is not counted again. Words of a branch support the leaves below it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

from intake.city import CityProfile
from intake.model.ticket import CategoryGuess

_SHARE = 0.45
_FLOOR = 0.45
_ENOUGH = 3.0
"""The score of one good keyword."""
_REACH = 30
"""How far the two parts of a joint keyword may lie from each other, in characters."""
_BEGINNING = 2

_Keyword = tuple[int, tuple[str, ...], str]
"""Its rank among all (the longest first), its parts, and the category it speaks for."""


def guess(text: str, city: CityProfile, within: tuple[str, ...] = ("",)) -> CategoryGuess | None:
    """The category most of the words speak for, with a confidence up to 0.95; None without any.

    `within`: only these categories and what lies below them.
    """
    scores = {code: score for code, score in _scores(text, city).items() if code.startswith(within)}
    if not scores:
        return None
    totals = {code: _with_branch(code, scores) for code in scores}
    best = max(totals, key=lambda code: (totals[code], len(code), -int(code)))
    family = sum(score for code, score in scores.items() if code.startswith(best[:4]))
    share = family / sum(scores.values())
    strength = min(1.0, totals[best] / _ENOUGH)
    return CategoryGuess(best, round(min(0.95, _FLOOR + _SHARE * share * strength + 0.05 * strength), 2))


def _with_branch(code: str, scores: dict[str, float]) -> float:
    return sum(scores.get(code[:length], 0.0) for length in (2, 4, 6) if length <= len(code))


def _scores(text: str, city: CityProfile) -> dict[str, float]:
    scores: dict[str, float] = defaultdict(float)
    taken: list[tuple[int, int]] = []
    for _, parts, code in _possible(text, city):
        found = _joint(text, parts)
        if found is None or any(start <= found[0] and found[1] <= end for start, end in taken):
            continue
        if len(parts) == 1:
            taken.append(found)
        scores[code] += sum(len(part) for part in parts) * _weight(found[0], text) + len(parts) - 1
    return scores


def _weight(start: int, text: str) -> float:
    """The opening of a message names its subject; later words tell the story."""
    return 1.25 if start < max(20, len(text) // 5) else 1.0


def _joint(text: str, parts: tuple[str, ...]) -> tuple[int, int] | None:
    """Where all parts stand near each other, or None."""
    first = text.find(parts[0])
    while first >= 0:
        near = text[max(0, first - _REACH) : first + len(parts[0]) + _REACH]
        if all(part in near for part in parts[1:]):
            return first, first + len(parts[0])
        first = text.find(parts[0], first + 1)
    return None


def _possible(text: str, city: CityProfile) -> list[_Keyword]:
    """The keywords whose beginning stands in the text, longest first."""
    keywords = _by_beginning(city)
    beginnings = {text[at : at + _BEGINNING] for at in range(len(text))} | set(text)
    return sorted(keyword for each in beginnings for keyword in keywords.get(each, ()))


@lru_cache(maxsize=8)
def _by_beginning(city: CityProfile) -> Mapping[str, list[_Keyword]]:
    """Every keyword under its first characters: a city has a thousand, a text can hold but a few."""
    found: dict[str, list[_Keyword]] = defaultdict(list)
    longest_first = sorted(_pairs(city), key=lambda pair: (-sum(map(len, pair[0])), pair[1]))
    for rank, (parts, code) in enumerate(longest_first):
        found[parts[0][:_BEGINNING]].append((rank, parts, code))
    return dict(found)


def _pairs(city: CityProfile) -> Iterator[tuple[tuple[str, ...], str]]:
    for code, category in city.categories.items():
        for keyword in category.keywords:
            yield tuple(part.strip() for part in keyword.split("&")), code
