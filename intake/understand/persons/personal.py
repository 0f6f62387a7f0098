"""Where a person can be told from free text: numbers by which they are reached or known, doors, names.

Numbers of offices are left alone, and so are numbers that fail their own check sign: what is
hidden without need is an answer that nobody can use.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from intake.understand.lexicon import HAN, any_of, bounded, compiled, table
from intake.understand.normalise import sign_for_sign
from intake.understand.persons import learnt, people
from intake.understand.persons.contacts import MAIL, MOBILE, accounts, landlines
from intake.understand.persons.finder import Finder, Personal, PersonalKind
from intake.understand.persons.full_name import is_surely_named, is_word
from intake.understand.persons.identity import id_numbers
from intake.understand.tagger.tagger import Tagger, shipped

__all__ = ["Personal", "PersonalKind", "find", "id_spans"]

_CARD = bounded(r"(?<![\dA-Za-z])[3-6]\d{3}(?:[ -]?\d){11,15}(?!\d|[A-Za-z])")


def by_rules(text: str) -> tuple[Personal, ...]:
    """What the rules alone find."""
    plain = sign_for_sign(_half_width(text))
    return _in_order(_all(plain), len(plain))


def found_with(tagger: Tagger | None, text: str) -> tuple[Personal, ...]:
    """What the rules find, and whom else the tagger sees named; the rules go first."""
    ruled = by_rules(text)
    others = tuple(learnt.named(text, ruled, tagger))
    if not others:
        return ruled
    plain = sign_for_sign(_half_width(text))
    names = {plain[one.start : one.end] for one in others if one.kind is PersonalKind.NAME}
    again = people.again(plain, (name for name in names if len(name) > 1))
    return _in_order((*ruled, *others, *again), len(text))


def _find(text: str) -> tuple[Personal, ...]:
    return found_with(shipped(), text)


find: Finder = _find
"""The one that is asked wherever something is hidden; see `finder.Finder`."""


def id_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where numbers of identity cards stand in the text; each place once."""
    return tuple(dict.fromkeys(id_numbers(_half_width(text))))


def _all(plain: str) -> Iterator[Personal]:
    words, reached = _words(), tuple(_reached(plain))
    named = [*_beside(plain, reached), *people.told(plain), *_labelled(plain)]
    yield from reached
    yield from (Personal(PersonalKind.PLATE, *match.span()) for match in words.plate.finditer(plain))
    yield from (Personal(PersonalKind.DOOR, *match.span()) for match in words.door.finditer(plain))
    yield from named
    names = {plain[one.start : one.end] for one in named if one.kind is PersonalKind.NAME}
    yield from people.again(plain, (name for name in names if len(name) > 1))


def _reached(plain: str) -> Iterator[Personal]:
    """What somebody is reached or known by; personal wherever it stands."""
    yield from (Personal(PersonalKind.IDENTITY, *span) for span in id_numbers(plain))
    for pattern in (MOBILE, _words().spoken):
        yield from (Personal(PersonalKind.PHONE, *match.span()) for match in pattern.finditer(plain))
    yield from (Personal(PersonalKind.CARD, *m.span()) for m in _CARD.finditer(plain) if _checks(m[0]))
    yield from (Personal(PersonalKind.MAIL, *match.span()) for match in MAIL.finditer(plain))
    yield from accounts(plain)


def _beside(plain: str, reached: Iterable[Personal]) -> Iterator[Personal]:
    """Whoever is named beside a number; a landline is theirs, unless they are named by an office."""
    for number in reached:
        yield from (one.found for one in people.beside(plain, number.start, number.end))
    for line in landlines(plain):
        those = people.beside(plain, line.start, line.end)
        yield from (one.found for one in those)
        if any(not one.office for one in those):
            yield line


def _labelled(plain: str) -> Iterator[Personal]:
    yield from (Personal(PersonalKind.NAME, *match.span("name")) for match in _names(plain))


def _in_order(found: Iterable[Personal], length: int) -> tuple[Personal, ...]:
    """What overlaps nothing that came before it."""
    taken, kept = bytearray(length), []
    for one in found:
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: one.start))


def _names(plain: str) -> Iterator[re.Match[str]]:
    words = _words()
    yield from words.surname.finditer(plain)
    yield from (match for match in words.sure_name.finditer(plain) if _is_sure(match))
    for pattern in (words.name, words.titled):
        for match in pattern.finditer(plain):
            said = match["name"]
            if (
                not is_word(said)
                and not said.startswith(words.not_names)
                and not said.endswith(words.not_name_ends)
            ):
                yield match


def _is_sure(match: re.Match[str]) -> bool:
    """Whether the label leaves no doubt: of a name by itself, of others if it can be one."""
    words, said = _words(), match["name"]
    if said.startswith(words.unnamed):
        return False
    return match["label"] in words.sure_labels or is_surely_named(said)


def _checks(number: str) -> bool:
    """Luhn's check digit (ISO/IEC 7812)."""
    digits = [int(sign) for sign in reversed(number) if sign.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _half_width(text: str) -> str:
    """Sign for sign, so that places in it are places in the text."""
    if text.isascii():
        return text
    return "".join(half if len(half := unicodedata.normalize("NFKC", sign)) == 1 else sign for sign in text)


@dataclass(frozen=True, slots=True)
class _Words:
    plate: re.Pattern[str]
    door: re.Pattern[str]
    spoken: re.Pattern[str]
    name: re.Pattern[str]
    titled: re.Pattern[str]
    surname: re.Pattern[str]
    sure_name: re.Pattern[str]
    sure_labels: tuple[str, ...]
    unnamed: tuple[str, ...]
    not_names: tuple[str, ...]
    not_name_ends: tuple[str, ...]


@cache
def _words() -> _Words:
    data, person = table("personal"), table("person")
    surname = f"(?:{any_of(person['compound'])}|[{person['surnames']}])"
    before = f"(?:{any_of(data['name_before'])}){data['name_between']}"
    return _Words(
        plate=bounded(data["plate_pattern"]),
        door=compiled(data["door_pattern"]),
        spoken=bounded(data["spoken_pattern"]),
        name=bounded(f"{before}(?P<name>{surname}{HAN}{{1,2}}?){data['name_after']}"),
        titled=bounded(f"(?P<name>{surname}{HAN}{{1,2}})(?={any_of(person['titles'][:4])})"),
        surname=bounded(f"{person['surname_pattern']}(?P<name>{surname})"),
        sure_name=bounded(data["sure_name_pattern"].replace("{name}", f"{HAN}{{2,4}}?")),
        sure_labels=tuple(data["sure_labels"]),
        unnamed=tuple(data["unnamed"]),
        not_names=tuple(person["not_names"]),
        not_name_ends=(*person["not_name_ends"], *person["titles"]),
    )
