"""Marked people under other names, so that what is learnt is how people are named and not who was.

A name keeps its shape: a full name, a surname with its title, 老 or 小 before a surname, a name with a dot,
one in letters. Nothing else of the text changes.
"""

import random
import re
from dataclasses import replace

from intake.understand.lexicon import HAN, any_of, file, table
from intake.understand.tagger.slots import Slot
from training.tagger.marks import CorpusMark, MarkedText

_PEOPLE = frozenset({Slot.NAME, Slot.PERSON})
_FIRST = [
    "Anna",
    "Omar",
    "Grace",
    "Pavel",
    "Liam",
    "Priya",
    "Jonas",
    "Mei",
    "Tariq",
    "Elena",
    "Hugo",
    "Ingrid",
    "Samuel",
    "Aisha",
    "Dmitri",
    "Carlos",
    "Yuki",
    "Fatima",
    "Noah",
    "Chloe",
    "Marek",
    "Nadia",
    "Oscar",
    "Ravi",
    "Sofia",
    "Viktor",
    "Wendy",
    "Timur",
    "Zara",
    "Ben",
    "Lucy",
    "Ahmed",
    "Irina",
    "Paul",
    "Helen",
    "Kenji",
    "Rosa",
    "Martin",
]
_LAST = [
    "Baker",
    "Novak",
    "Silva",
    "Okafor",
    "Petrov",
    "Schmidt",
    "Rossi",
    "Khan",
    "Dubois",
    "Larsen",
    "Moreau",
    "Tanaka",
    "Wu",
    "Zhou",
    "Lin",
    "Huang",
    "Murphy",
    "Reid",
    "Costa",
    "Ivanova",
    "Haddad",
    "Cooper",
    "Weber",
    "Santos",
    "Nowak",
    "Fischer",
    "Singh",
    "Walsh",
    "Lee",
    "Park",
    "Kim",
    "Brandt",
    "Olsen",
    "Clarke",
    "Mills",
    "Foster",
    "Grant",
]


def renamed(text: MarkedText, pick: random.Random) -> MarkedText:
    """The text with other names for its people; whoever is named twice is so again."""
    told: dict[str, str] = {}
    parts, marks, at, moved = [], [], 0, 0
    for mark in sorted(text.marks, key=lambda one: one.start):
        said = text.text[mark.start : mark.end]
        other = told.setdefault(said, _other(said, pick)) if mark.slot in _PEOPLE else said
        parts += [text.text[at : mark.start], other]
        start = mark.start + moved
        marks.append(CorpusMark(mark.slot, start, start + len(other)))
        at, moved = mark.end, moved + len(other) - len(said)
    return replace(text, text="".join([*parts, text.text[at:]]), marks=tuple(marks))


def _other(said: str, pick: random.Random) -> str:
    """Another name of the same shape; itself where the shape is unknown."""
    words = table("person")
    if re.search("[A-Za-z]", said):
        return re.sub(r"[A-Z][a-z]+", lambda one: _letters(one, said, pick), said)
    if re.search("[·•・‧]", said):
        return "·".join(_sounds(pick) for _ in re.split("[·•・‧]", said))
    if said[0] in "老小姓" and 2 <= len(said) <= 3:
        return said[0] + _surname(pick)
    forms = file("people")["forms"]
    title = re.search(
        f"(?:{any_of([*forms['office'], *forms['private'], *words['titles'], '总', '工'])})$", said
    )
    if title and len(said) - len(title[0]) in (1, 2, 3):
        own = len(said) - len(title[0])
        return (_surname(pick) if own == 1 else _full(pick)) + title[0]
    if re.fullmatch(f"{HAN}{{2,4}}", said):
        return _sounds(pick) if len(said) == 4 or pick.random() < 0.1 else _full(pick)
    return said


def _letters(one: re.Match[str], said: str, pick: random.Random) -> str:
    if one[0] in {
        "Mr",
        "Mrs",
        "Ms",
        "Miss",
        "Dr",
        "Manager",
        "Director",
        "Officer",
        "Old",
        "Uncle",
        "Auntie",
    }:
        return one[0]
    return pick.choice(_LAST if one.start() and said[:2] else _FIRST)


def _surname(pick: random.Random) -> str:
    surnames = file("people")["surnames"]
    kind = pick.choices(("sure", "words", "rare", "compound"), (45, 25, 22, 8))[0]
    return str(pick.choice(surnames[kind]))


def _full(pick: random.Random) -> str:
    given = [one for one in file("people")["given"]["usual"] if one.strip()]
    return _surname(pick) + "".join(pick.choice(given) for _ in range(pick.choice((1, 2, 2))))


def _sounds(pick: random.Random) -> str:
    return "".join(
        pick.choice(file("people")["surnames"]["sounds"]) for _ in range(pick.choice((2, 3, 3, 4, 4)))
    )
