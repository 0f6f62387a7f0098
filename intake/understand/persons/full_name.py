"""Whether a run of signs is somebody's full name: by its surname, and by the signs that names are made of.

How much is asked depends on what stands around it. A name with borders on both sides (signs, a word that
ends before names) needs a surname and nothing that speaks against it; one that begins in the middle of a
sentence must be made of names' signs altogether, and so must one whose surname is a word itself.
"""

import re
from dataclasses import dataclass
from functools import cache

from intake.understand.lexicon import HAN, any_of, bounded, file, table

LONGEST = 4
"""Signs of a Han name: a surname of two, a given name of two."""

LONGEST_SOUNDS = 8
"""Signs of another language's name, without a dot."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """What a name looks like, as patterns."""

    spaced: re.Pattern[str]
    dotted: re.Pattern[str]
    surname: str
    addressed: str


def is_name(said: str, *, bounded: bool, alone: bool = False) -> bool:
    """Whether `said` is a full name, without blanks.

    `bounded`: something ends before it and begins after it; `alone`: both are signs, not words.
    """
    words, surname = _words(), surname_of(said)
    given = said[len(surname) :]
    if not surname or not 1 <= len(given) <= 2 or is_word(said):
        return False
    if words.never.intersection(given) and not (alone and _is_seldom(surname, given)):
        return False
    if not bounded or surname in words.rare:
        enough = words.usual.intersection(given) if alone and len(given) == 2 else _usual(given)
        return bool(enough) and (bounded or len(given) == 2 or surname in words.sure)
    return alone or surname in words.sure or len(surname) == 2 or bool(words.usual.intersection(given))


def is_sure(said: str) -> bool:
    """Whether it is a name though nothing but borders stands beside it."""
    surname = surname_of(said)
    given = said[len(surname) :]
    if not is_name(said, bounded=True) or not _usual(given):
        return False
    words = _words()
    return surname in words.sure or len(surname) == 2 or (len(given) == 2 and surname not in words.rare)


def is_likely(said: str) -> bool:
    """Whether it is a name where names are expected, and so is one of its signs."""
    return is_name(said, bounded=True) and bool(_words().usual.intersection(said[len(surname_of(said)) :]))


def is_transliterated(said: str) -> bool:
    """Whether it is a name of another language, by the signs that write its sounds."""
    return 3 <= len(said) <= LONGEST_SOUNDS and _sounds(said) and not is_word(said)


def is_surely_named(said: str) -> bool:
    """Whether what a label calls somebody's name can be one, though it is a word as well."""
    surname = surname_of(said)
    return bool(surname) and _usual(said[len(surname) :]) and not said.endswith(_words().ends)


def is_dotted_name(said: str) -> bool:
    """Whether names joined by a dot are a person's; estates are written so, too, and sentences end so."""
    words = _words()
    if "." in said and not _sounds(said.replace(".", "")):
        return False
    return not any(part.endswith(words.ends) for part in re.split(f"[{words.dots}]", said))


def surname_of(said: str) -> str:
    """The surname it begins with, or ""."""
    words = _words()
    if said[:2] in words.compound and len(said) > 2:
        return said[:2]
    return said[:1] if said[:1] in words.all else ""


def elsewhere() -> tuple[str, ...]:
    """Places and firms that are written like names of other languages."""
    return _words().elsewhere


@cache
def shapes() -> Shapes:
    """Names with blanks between their signs; names with a dot, as minorities write them; a
    surname, and one with which people are addressed: those that are words mostly are left out."""
    words = _words()
    surname = f"(?:{any_of(words.compound)}|[{re.escape(''.join(sorted(words.all)))}])"
    return Shapes(
        spaced=bounded(rf"{surname}[ \u3000]{{1,2}}{HAN}[ \u3000]{{0,2}}{HAN}?(?!{HAN})"),
        dotted=bounded(rf"{HAN}{{1,7}}(?:[{words.dots}]{HAN}{{1,7}}){{1,3}}"),
        surname=surname,
        addressed=f"(?:{any_of(words.compound)}|[{re.escape(''.join(sorted(words.all - words.rare)))}])",
    )


def is_word(said: str) -> bool:
    """Whether it begins like a word that is no name, or ends like a place, a unit or a title."""
    words = _words()
    return said.startswith(words.none) or said.endswith(words.ends) or bool(words.hamlet.search(said))


def _sounds(said: str) -> bool:
    words = _words()
    return words.sounds.issuperset(said) and not said.startswith(words.elsewhere)


def _is_seldom(surname: str, given: str) -> bool:
    """A sign that stands in hardly any name, between a surname that is no word and a sign of names."""
    words = _words()
    return len(given) == 2 and surname in words.sure and given[1] in words.usual


def _usual(given: str) -> bool:
    return _words().usual.issuperset(given)


@dataclass(frozen=True, slots=True)
class _Words:
    sure: frozenset[str]
    rare: frozenset[str]
    all: frozenset[str]
    compound: frozenset[str]
    dots: str
    usual: frozenset[str]
    never: frozenset[str]
    none: tuple[str, ...]
    ends: tuple[str, ...]
    hamlet: re.Pattern[str]
    sounds: frozenset[str]
    elsewhere: tuple[str, ...]


@cache
def _words() -> _Words:
    data, person = file("people"), table("person")
    sure, common = frozenset(data["surnames"]["sure"]), frozenset(data["surnames"]["words"])
    rare = (frozenset(data["surnames"]["rare"]) | frozenset(person["surnames"])) - sure - common
    usual = frozenset(data["given"]["usual"])
    titles = (*data["forms"]["private"], *data["forms"]["office"])
    return _Words(
        sure=sure,
        rare=rare,
        all=sure | common | rare,
        compound=frozenset(data["surnames"]["compound"]),
        dots=data["surnames"]["dots"],
        usual=usual,
        never=frozenset(data["given"]["never"]) - usual,
        none=(*person["not_names"], *data["words"]["none"]),
        ends=(*data["words"]["ends"], *(one for one in titles if len(one) > 1)),
        hamlet=bounded(data["words"]["hamlet"]),
        sounds=frozenset(data["surnames"]["sounds"]),
        elsewhere=tuple(data["surnames"]["elsewhere"]),
    )
