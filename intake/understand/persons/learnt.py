"""Who is named where no rule knows it: by the tagger, that has learnt how citizens name people.

Tagger and rules are weighed: what looks like a name needs little of the tagger's confidence, anything else
much. A private form of address (a surname with Mr or Ms) is somebody only where the text also tells how
somebody is reached: so many are called that.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from intake.understand.lexicon import HAN, any_of, file, table
from intake.understand.normalise import sign_for_sign
from intake.understand.persons import full_name
from intake.understand.persons.finder import Personal, PersonalKind
from intake.understand.persons.full_name import (
    is_dotted_name,
    is_name,
    is_transliterated,
    is_word,
    shapes,
    surname_of,
)
from intake.understand.tagger.slots import Hint, Slot, Tagged
from intake.understand.tagger.tagger import Tagger
from intake.understand.tagger.weights import Limits

_REACHED = frozenset({PersonalKind.PHONE, PersonalKind.IDENTITY, PersonalKind.MAIL, PersonalKind.ACCOUNT})
_LETTERS = re.compile(r"[A-Z][A-Za-z'’]{0,20}\.?(?:[ \-][A-Z][A-Za-z'’]{0,20}\.?){1,4}")
_CAPITAL = re.compile("[A-Z][a-z]")
_NEAR = 4
"""Signs to either side in which a longer word may begin or end."""
_SPOKEN = re.compile(rf"{HAN}|[A-Z][a-z]{{1,20}} ?[A-Za-z]")
"""What is no key, number or word of a machine, which logs and letters are full of."""
_HAN_SIGN = re.compile(HAN)


def named(text: str, ruled: Sequence[Personal], tagger: Tagger | None) -> Iterator[Personal]:
    """Whoever is named in `text` beside `ruled`, what the rules have found there."""
    if tagger is None or not _SPOKEN.search(text):
        return
    plain, told = sign_for_sign(text), tagger.people(text, hints(ruled))
    reached = any(one.kind in _REACHED for one in ruled) or any(one.slot is Slot.PHONE for one in told)
    for one in told:
        if one.slot is Slot.PHONE or not _believed(plain, one, tagger.weights.limits):
            continue
        if not is_form(plain[one.start : one.end]):
            yield Personal(PersonalKind.NAME, one.start, one.end)
        elif reached or _is_known(plain, one, tagger.weights.limits):
            yield Personal(PersonalKind.FORM, one.start, one.end)


def _believed(plain: str, one: Tagged, limits: Limits) -> bool:
    said = plain[one.start : one.end]
    if _firm().match(plain, one.end) or _ends_a_place(plain, one.start):
        return False
    if is_form(said) or _titled().fullmatch(said):
        return True
    if _title().fullmatch(said) or is_word(said) or _is_elsewhere(plain, one):
        return False
    if len(said) == 1:
        return surname_of(said) == said and not _HAN_SIGN.search(_around(plain, one))
    if said.isascii() and not _CAPITAL.search(said):
        return False
    return one.confidence >= limits.sure or _looks_so(said, plain[max(one.start - 1, 0) : one.start])


def _ends_a_place(plain: str, at: int) -> bool:
    """Whether the first sign goes with the one before it, as in the name of a room or a firm."""
    return plain[at] in file("people")["forms"]["places"] and bool(_HAN_SIGN.match(plain[at - 1 : at]))


def _is_elsewhere(plain: str, one: Tagged) -> bool:
    """Whether it is a part of a place or a firm that is written like names of other languages."""
    low = max(one.start - _NEAR, 0)
    near = plain[low : one.end + _NEAR]
    found = ((near.find(word) + low, word) for word in full_name.elsewhere() if word in near)
    return any(at < one.end and one.start < at + len(word) for at, word in found)


def _around(plain: str, one: Tagged) -> str:
    return plain[max(one.start - 1, 0) : one.start] + plain[one.end : one.end + 1]


def hints(ruled: Iterable[Personal]) -> tuple[Hint, ...]:
    """What the rules have found, as the tagger is told."""
    return tuple(Hint(one.kind, one.start, one.end) for one in ruled)


def _is_known(plain: str, one: Tagged, limits: Limits) -> bool:
    """Whether a title, or what colleagues say before a surname, tells who is meant in one matter."""
    return one.confidence >= limits.sure and not _private().fullmatch(plain[one.start : one.end])


def is_form(said: str) -> bool:
    """Whether it is a form of address alone."""
    return _form().fullmatch(sign_for_sign(said)) is not None


def _looks_so(said: str, before: str) -> bool:
    """Whether it has the shape of a name. `before`: the sign before it."""
    if _LETTERS.fullmatch(said) or is_transliterated(said):
        return True
    if shapes().dotted.fullmatch(said):
        return is_dotted_name(said)
    return is_name(said, bounded=not _HAN_SIGN.search(before))


@cache
def _firm() -> re.Pattern[str]:
    return re.compile(file("people")["words"]["firm"])


@cache
def _form() -> re.Pattern[str]:
    before, surname = file("people")["forms"]["before"], shapes().surname
    return re.compile(
        f"[{before}]{surname}|\u59d3{HAN}{{1,2}}|(?:\u59d3{HAN}\u7684|[{before}]?{surname})(?:{_titles()})"
    )


@cache
def _private() -> re.Pattern[str]:
    private = any_of([*file("people")["forms"]["private"], *table("person")["titles"]])
    return re.compile(f"\u59d3.{{0,40}}|.{{0,40}}(?:{private})")


@cache
def _titled() -> re.Pattern[str]:
    return re.compile(f"{shapes().surname}{HAN}{{1,2}}(?:{_titles()})")


@cache
def _title() -> re.Pattern[str]:
    return re.compile(f"{HAN}{{0,2}}(?:{_titles()})")


@cache
def _titles() -> str:
    forms = file("people")["forms"]
    return any_of([*forms["private"], *forms["office"], *table("person")["titles"]])
