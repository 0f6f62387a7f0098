"""Names as they sound: who types by ear, or speaks into the phone, writes other signs of the same sound.

Every sign of a name must sound alike, and at least half must be the right one; what speakers here do not
tell apart (in/ing, z/zh, n/l) is one sound.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from intake.city import CityProfile
from intake.understand.lexicon import file

SHORTEST = 3
"""Signs of a name that may be heard in others: shorter ones sound like anything."""

Sound = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SoundAlike:
    """`text[start:end]` sounds like `name`, the city's own, and is written otherwise."""

    start: int
    end: int
    name: str


def heard(text: str, city: CityProfile) -> Iterator[SoundAlike]:
    """The city's names that are written wrongly in `text`; none that sounds like two of them."""
    sounds, at = _sound(text), 0
    by_beginning = _by_beginning(city)
    while at < len(text):
        those = by_beginning.get(sounds[at : at + 2], ())
        name = next((name for name, sound in those if sounds[at : at + len(sound)] == sound), None)
        if name is not None and _is_meant(text[at : at + len(name)], name):
            yield SoundAlike(at, at + len(name), name)
            at += len(name)
        else:
            at += 1


def _is_meant(said: str, name: str) -> bool:
    right = sum(one == other for one, other in zip(said, name, strict=True))
    return said != name and right * 2 >= len(name)


def _sound(text: str) -> Sound:
    """Its syllables; a sign without a known one stands for itself."""
    return tuple(_syllables().get(sign, sign) for sign in text)


@lru_cache(maxsize=8)
def _by_beginning(city: CityProfile) -> Mapping[Sound, list[tuple[str, Sound]]]:
    """Names that sound like no other, by their first two syllables, the longest first."""
    names = {name for entry in city.gazetteer for name in (entry.name, *entry.aliases)}
    alike: dict[Sound, list[str]] = defaultdict(list)
    for name in names:
        alike[_sound(name)].append(name)
    found: dict[Sound, list[tuple[str, Sound]]] = defaultdict(list)
    for sound, (first, *others) in alike.items():
        if not others and len(first) >= SHORTEST:
            found[sound[:2]].append((first, sound))
    return {beginning: sorted(those, key=lambda one: -len(one[0])) for beginning, those in found.items()}


@cache
def _syllables() -> Mapping[str, str]:
    return {sign: _folded(syllable) for syllable, signs in file("sounds")["sounds"].items() for sign in signs}


def _folded(syllable: str) -> str:
    alike = file("sounds")["alike"]
    begin = next((one for one in alike["begins"] if syllable.startswith(one)), "")
    if begin:
        syllable = alike["begins"][begin] + syllable.removeprefix(begin)
    end = next((one for one in alike["ends"] if syllable.endswith(one)), "")
    return syllable.removesuffix(end) + alike["ends"][end] if end else syllable
