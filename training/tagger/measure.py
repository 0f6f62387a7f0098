"""How well slots and people are found: by the rules, by the tagger, by both."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from intake.understand.persons import personal
from intake.understand.persons.finder import Personal, PersonalKind
from intake.understand.persons.learnt import is_form
from intake.understand.tagger.slots import Slot
from intake.understand.tagger.tagger import Tagger
from training.tagger.hinting import SLOTS, of_people, of_reading
from training.tagger.marks import CorpusMark, MarkedText

Ways = Callable[[str], Iterable[CorpusMark]]
_NAMED = frozenset({PersonalKind.NAME, PersonalKind.FORM})
_PEOPLE = frozenset({Slot.NAME, Slot.PERSON})
_REACH = 4
"""Signs between a number and who signs off with it."""


@dataclass(slots=True)
class Count:
    """Marked, found, alike sign for sign, marked and touched, found and touching."""

    marked: int = 0
    found: int = 0
    exact: int = 0
    marked_met: int = 0
    found_met: int = 0

    def exact_f1(self) -> float:
        return _f1(self.exact, self.found, self.exact, self.marked)

    def relaxed_f1(self) -> float:
        return _f1(self.found_met, self.found, self.marked_met, self.marked)


@dataclass(slots=True)
class PeopleCount:
    """`told`: names, and forms of address beside which somebody can be reached; `forms`: the others."""

    told: int = 0
    told_found: int = 0
    forms: int = 0
    forms_found: int = 0
    signing: int = 0
    signing_found: int = 0
    finds: int = 0
    finds_right: int = 0
    signs: int = 0
    signs_wrong: int = 0
    answers_masked: int = 0

    def add(self, other: "PeopleCount") -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def by_rules(text: str) -> Iterator[CorpusMark]:
    """What a reading's rules find, one of each."""
    return (CorpusMark(SLOTS[one.kind], one.start, one.end) for one in of_reading(text))


def by_tagger(tagger: Tagger, *, told: bool) -> Ways:
    """What the tagger finds; `told` of what the rules found."""

    def ways(text: str) -> Iterator[CorpusMark]:
        hints = (*of_people(text), *of_reading(text)) if told else of_people(text)
        return (CorpusMark(one.slot, one.start, one.end) for one in tagger.spans(text, hints))

    return ways


def by_both(tagger: Tagger) -> Ways:
    """The tagger's, told of the rules' finds; of a slot it leaves empty the rules'."""

    def ways(text: str) -> Iterator[CorpusMark]:
        found = list(by_tagger(tagger, told=True)(text))
        filled = {one.slot for one in found}
        return iter([*found, *(one for one in by_rules(text) if one.slot not in filled)])

    return ways


def slots(texts: Iterable[MarkedText], ways: Ways) -> dict[Slot, Count]:
    """Each slot's count."""
    counts = {slot: Count() for slot in Slot}
    for text in texts:
        found = list(ways(text.text))
        for slot, count in counts.items():
            own, given = [m for m in text.marks if m.slot == slot], [m for m in found if m.slot == slot]
            count.marked += len(own)
            count.found += len(given)
            count.exact += len(set(own) & set(given))
            count.marked_met += sum(_met(one, given) for one in own)
            count.found_met += sum(_met(one, own) for one in given)
    return counts


def people(texts: Iterable[MarkedText], find: Callable[[str], Sequence[Personal]]) -> PeopleCount:
    """What of the people is hidden, and what is hidden without need."""
    count = PeopleCount()
    for text in texts:
        _count(count, text, [one for one in find(text.text) if one.kind in _NAMED])
    return count


def _count(count: PeopleCount, text: MarkedText, found: Sequence[Personal]) -> None:
    marks = [mark for mark in text.marks if mark.slot in _PEOPLE]
    reached = any(mark.slot == Slot.PHONE for mark in text.marks)
    for mark in marks:
        met = _met(mark, found)
        if is_form(text.text[mark.start : mark.end]) and not reached:
            count.forms, count.forms_found = count.forms + 1, count.forms_found + met
            continue
        count.told, count.told_found = count.told + 1, count.told_found + met
        if _signs_off(mark, text):
            count.signing, count.signing_found = count.signing + 1, count.signing_found + met
    right = [_met(one, marks) for one in found]
    count.finds, count.finds_right = count.finds + len(found), count.finds_right + sum(right)
    count.signs += len(text.text)
    count.signs_wrong += sum(one.end - one.start for one, well in zip(found, right, strict=True) if not well)
    count.answers_masked += text.style == "answer" and bool(found)


def _signs_off(mark: CorpusMark, text: MarkedText) -> bool:
    """The writer's name at the text's end or beside a number."""
    if mark.slot != Slot.NAME:
        return False
    beside = [one for one in text.marks if one.slot == Slot.PHONE]
    near = any(
        -_REACH <= one.start - mark.end <= _REACH or -_REACH <= mark.start - one.end <= _REACH
        for one in beside
    )
    return near or len(text.text) - mark.end <= 2


def with_tagger(tagger: Tagger | None) -> Callable[[str], Sequence[Personal]]:
    """The finder with these weights."""
    return lambda text: personal.found_with(tagger, text)


def by_tagger_alone(tagger: Tagger) -> Callable[[str], Sequence[Personal]]:
    """The people the tagger's spans name."""

    def find(text: str) -> Sequence[Personal]:
        found = tagger.spans(text, of_people(text))
        return [Personal(PersonalKind.NAME, one.start, one.end) for one in found if one.slot in _PEOPLE]

    return find


def _met(one: CorpusMark | Personal, others: Iterable[CorpusMark | Personal]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def _f1(right: int, of: int, met: int, wanted: int) -> float:
    precision, recall = right / max(of, 1), met / max(wanted, 1)
    return 2 * precision * recall / max(precision + recall, 1e-9)
