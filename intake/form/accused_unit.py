"""Whom a report is about: the body it accuses must never be the one that handles it.

Only what is reported counts (举报): a complaint about a unit is that unit's to answer. The rule: a report
accuses every unit that it names, in whatever words of it and however it is written, but an authority
that the words merely turn to ("I went to the … and nobody came"), and what it only lies beside.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from intake.city import CityProfile, Unit
from intake.model.ticket import AppealType
from intake.understand.lexicon import any_of, table
from intake.understand.normalise import compared

_SHORTEST = 3
"""Signs of an abbreviation that nobody listed; fewer stand in too many words."""
_LONGEST = 6
_TAIL = 5
"""Signs of a name's end that mean one body and no other."""
_REACH = 16
"""Signs between "I report" and whoever it is."""
_ENDS = frozenset(",;!?。\n")
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters that nobody sees."""


@dataclass(frozen=True, slots=True)
class ReportWords:
    """What a report says: whom it names as its subject, where it is, and everything in sentences."""

    subject: str | None = None
    sentences: tuple[str | None, ...] = ()
    places: tuple[str | None, ...] = ()
    labels: tuple[str, ...] = ()


def reported(kind: str, subject: str | None, content: str, city: CityProfile) -> frozenset[str]:
    """The units that a report of these words accuses."""
    return accused(kind, ReportWords(subject, (content,)), city)


def accused(kind: str, words: ReportWords, city: CityProfile) -> frozenset[str]:
    """The units that a report accuses, or may."""
    if kind != AppealType.REPORT.value:
        return frozenset()
    named = [_Squeezed.of(text) for text in (words.subject, *words.labels) if text]
    told = [_Squeezed.of(text) for text in words.sentences if text]
    where = [_Squeezed.of(text) for text in words.places if text]
    return frozenset(unit.id for unit in city.units.values() if _is_accused(unit, named, told, where))


@dataclass(frozen=True, slots=True)
class _Squeezed:
    """A text without all that is no letter or digit, and where its clauses and its Latin words end."""

    signs: str
    clauses: tuple[int, ...]
    words: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "_Squeezed":
        kept: list[str] = []
        clauses: list[int] = []
        words: list[int] = []
        for sign in compared(text):
            if sign.isalnum() and sign not in _FILLERS:
                kept.append(sign)
                continue
            words.append(len(kept))
            if sign in _ENDS:
                clauses.append(len(kept))
        return cls("".join(kept), tuple(clauses), tuple(words))

    def around(self, start: int, end: int) -> tuple[str, str]:
        """What stands shortly before and behind a place within its clause."""
        left, right = bisect_right(self.clauses, start), bisect_left(self.clauses, end)
        begins = max(self.clauses[left - 1] if left else 0, start - _REACH)
        ends = self.clauses[right] if right < len(self.clauses) else len(self.signs)
        return self.signs[begins:start], self.signs[end : min(ends, end + 2 * _REACH)]

    def is_whole(self, start: int, end: int) -> bool:
        """Whether no Latin word goes on beyond a place."""
        return self._parts(start) and self._parts(end)

    def _parts(self, at: int) -> bool:
        beside = self.signs[max(at - 1, 0) : at + 1]
        if len(beside) < 2 or not (beside.isascii() and beside.isalpha()):
            return True
        nearest = bisect_left(self.words, at)
        return nearest < len(self.words) and self.words[nearest] == at


def _is_accused(
    unit: Unit, named: Iterable[_Squeezed], told: Iterable[_Squeezed], where: Iterable[_Squeezed]
) -> bool:
    names = _names(unit)
    return (
        any(True for text in named for _ in _mentions(names, text))
        or any(not _is_beside(text, *at) for text in where for at in _mentions(names, text))
        or any(not _is_turned_to(unit, text, *at) for text in told for at in _mentions(names, text))
    )


def _is_beside(text: _Squeezed, _start: int, end: int) -> bool:
    return bool(_words().beside.match(text.signs, end))


def _is_turned_to(unit: Unit, text: _Squeezed, start: int, end: int) -> bool:
    """Whether the report only asks this authority for help here; an enterprise is none."""
    words = _words()
    before, after = text.around(start, end)
    if unit.kind == "enterprise" or words.verbs.search(before):
        return False
    told = words.told_before.search(before) and words.told_after.fullmatch(after)
    asked = words.asked_before.search(before) and words.asked_after.fullmatch(after)
    return bool(told or asked)


@dataclass(frozen=True, slots=True)
class _Names:
    """How one unit is called: as listed, its stem under another ending, its long names to be shortened."""

    listed: tuple[str, ...]
    stems: re.Pattern[str] | None
    long: tuple[str, ...]


@lru_cache(maxsize=512)
def _names(unit: Unit) -> _Names:
    listed = tuple(dict.fromkeys(_Squeezed.of(name).signs for name in (unit.name, *unit.aliases)))
    stems = [stem for stem in map(_stem, listed) if stem]
    under = f"(?:{any_of(stems)}){_words().ending}" if stems else ""
    tails = [name[at:] for name in listed for at in range(1, len(name) - _TAIL + 1) if _stem(name[at:])]
    return _Names(
        tuple(name for name in (*listed, *tails) if len(name) > 1),
        re.compile(under) if under else None,
        tuple(name for name in listed if len(name) > _SHORTEST and not name.isascii()),
    )


def _stem(name: str) -> str:
    """The name without what kind of body it is; "" where too little is left to know it by."""
    stem = _words().body.sub("", name)
    return stem if stem != name and len(stem) > 1 else ""


def _mentions(names: _Names, text: _Squeezed) -> Iterator[tuple[int, int]]:
    """Where a text names the unit; what overlaps is one mention."""
    found = [*_listed(names, text), *_under_another_ending(names, text), *_shortened(names, text)]
    start = end = -1
    for begins, ends in sorted(found):
        if begins >= end >= 0:
            yield start, end
        start, end = (begins, ends) if begins >= end else (start, max(end, ends))
    if end >= 0:
        yield start, end


def _listed(names: _Names, text: _Squeezed) -> Iterator[tuple[int, int]]:
    for name in names.listed:
        at = text.signs.find(name)
        while at >= 0:
            if not name.isascii() or text.is_whole(at, at + len(name)):
                yield at, at + len(name)
            at = text.signs.find(name, at + 1)


def _under_another_ending(names: _Names, text: _Squeezed) -> Iterator[tuple[int, int]]:
    if names.stems:
        yield from (match.span() for match in names.stems.finditer(text.signs))


def _shortened(names: _Names, text: _Squeezed) -> Iterator[tuple[int, int]]:
    """Abbreviations: some signs of a name in its order, with its first and its last."""
    for name in names.long:
        at = text.signs.find(name[0])
        while at >= 0:
            for length in range(_SHORTEST, min(len(name), _LONGEST + 1)):
                said = text.signs[at : at + length]
                if len(said) == length and said[-1] == name[-1] and _is_within(said, name):
                    yield at, at + length
            at = text.signs.find(name[0], at + 1)


def _is_within(said: str, name: str) -> bool:
    rest = iter(name)
    return all(sign in rest for sign in said)


@dataclass(frozen=True, slots=True)
class _Words:
    verbs: re.Pattern[str]
    told_before: re.Pattern[str]
    told_after: re.Pattern[str]
    asked_before: re.Pattern[str]
    asked_after: re.Pattern[str]
    beside: re.Pattern[str]
    body: re.Pattern[str]
    ending: str


@cache
def _words() -> _Words:
    words = table("conflict")
    bodies = any_of(words["bodies"])
    return _Words(
        verbs=re.compile(any_of(words["verbs"])),
        told_before=re.compile(f"(?:{any_of(words['told_before'])})$"),
        told_after=re.compile(f"(?:{any_of(words['told_after'])}).{{0,4}}"),
        asked_before=re.compile(f"(?:{any_of(words['asked_before'])})$"),
        asked_after=re.compile(f"{words['asked_between']}(?:{any_of(words['asked_after'])}).{{0,4}}"),
        beside=re.compile(any_of(words["beside"])),
        body=re.compile(f"(?:{bodies})$"),
        ending=f"(?:{any_of(words['infix'])}){{0,4}}(?:{bodies})",
    )
