"""Address strings parted into their elements: an averaged perceptron over rows of tags.

What it learns stays in memory: it measures how far a small model without any library comes. Each sign is
tagged as the begin or the inside of an element, from its neighbours and the tag before it.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROUNDS = 6
RARE = 2
"""Times a feature must be seen to be learnt."""
_COUNTED = re.compile(r"[0-9]+|[A-Za-z]+|.", re.DOTALL)
"""What public data counts as one sign."""
Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class BadAddresses(Exception):
    """The file cannot be used; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Element:
    """`text[start:end]` of an address is a `label`: town, road, roadno, poi, ..."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Address:
    """One address with its elements in order."""

    text: str
    elements: tuple[Element, ...]


def read_addresses(file: Path) -> tuple[Address, ...]:
    """A JSON object a line: text, and entities with start, end and label. Raises BadAddresses, OSError.

    Public data counts a number or a word in Latin letters as one sign, so its offsets are moved to the
    text's own; a line whose elements end neither way at the text's end is left out.
    """
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            elements = [Element(e["start"], e["end"], e["label"]) for e in row["entities"]]
            address = _placed(row["text"], elements)
        except (ValueError, LookupError, TypeError):
            raise BadAddresses(f"{file}:{number} is not an address with its elements.") from None
        if address is not None:
            found.append(address)
    return tuple(found)


def _placed(text: str, elements: Sequence[Element]) -> Address | None:
    """The address with its elements where they stand in its text; None where nobody can tell."""
    last = elements[-1].end if elements else len(text)
    if last == len(text):
        return Address(text, tuple(elements))
    starts = [sign.start() for sign in _COUNTED.finditer(text)] + [len(text)]
    if last != len(starts) - 1:
        return None
    return Address(text, tuple(Element(starts[e.start], starts[e.end], e.label) for e in elements))


@dataclass(frozen=True, slots=True)
class _Signs:
    """One text's known features, joined, and where each sign's begin. The first of each is always known."""

    ids: Ids
    starts: Ids


class Parser:
    """Learnt from addresses; `elements` parts a new one."""

    def __init__(self, addresses: Sequence[Address], seed: int = 0) -> None:
        """Half a minute for some thousand addresses."""
        self._tags = sorted({tag for address in addresses for tag in _tags(address)})
        seen = Counter(feature for address in addresses for one in _static(address.text) for feature in one)
        known = ["", *(feature for feature, times in seen.items() if times >= RARE)]
        self._known = {feature: at for at, feature in enumerate(known)}
        self._worth = np.zeros((len(known), len(self._tags)), dtype=np.float32)
        self._follows = _may_follow(self._tags)
        self._learn([(self._signs(a.text), self._numbers(a)) for a in addresses if a.text], seed)

    def elements(self, text: str) -> tuple[Element, ...]:
        """The elements of an address, in order."""
        tags = [self._tags[tag] for tag in self._best(self._signs(text))] if text else []
        starts = [at for at, tag in enumerate(tags) if tag.startswith("B-")]
        return tuple(Element(a, b, tags[a][2:]) for a, b in pairwise([*starts, len(tags)]))

    def _learn(self, lessons: list[tuple[_Signs, Ids]], seed: int) -> None:
        """Average over all steps, by the trick of Daumé: what a change is worth falls with its age."""
        chance = random.Random(seed)
        late, late_follows, step = np.zeros_like(self._worth), np.zeros_like(self._follows), 1
        for _ in range(ROUNDS):
            chance.shuffle(lessons)
            for signs, truth in lessons:
                taken = self._best(signs)
                if (taken != truth).any():
                    for tags, amount in ((truth, 1.0), (taken, -1.0)):
                        self._change(self._worth, self._follows, signs, tags, amount)
                        self._change(late, late_follows, signs, tags, amount * step)
                step += 1
        self._worth -= late / step
        self._follows -= late_follows / step

    def _change(self, worth: Floats, follows: Floats, signs: _Signs, tags: Ids, amount: float) -> None:
        sizes = np.diff([*signs.starts, len(signs.ids)])
        np.add.at(worth, (signs.ids, np.repeat(tags, sizes)), amount)
        np.add.at(follows, (np.concatenate([[len(self._tags)], tags[:-1]]), tags), amount)

    def _best(self, signs: _Signs) -> Ids:
        """The best row of tags (Viterbi)."""
        own = np.add.reduceat(self._worth[signs.ids], signs.starts, axis=0)
        score = own[0] + self._follows[-1]
        back = np.zeros((len(own), len(self._tags)), dtype=np.int64)
        for at in range(1, len(own)):
            ways = score[:, None] + self._follows[:-1]
            back[at] = ways.argmax(axis=0)
            score = ways.max(axis=0) + own[at]
        tags = [int(score.argmax())]
        for at in range(len(own) - 1, 0, -1):
            tags.append(int(back[at, tags[-1]]))
        return np.array(tags[::-1])

    def _signs(self, text: str) -> _Signs:
        known = self._known
        each = [[0, *(known[f] for f in one if f in known)] for one in _static(text)]
        starts = np.cumsum([0, *map(len, each)])[:-1]
        return _Signs(np.array([at for one in each for at in one]), starts)

    def _numbers(self, address: Address) -> Ids:
        return np.array([self._tags.index(tag) for tag in _tags(address)])


def _may_follow(tags: list[str]) -> npt.NDArray[np.float32]:
    """0 where a tag may follow another, else so little that it never does; the last row is the beginning."""
    table = np.zeros((len(tags) + 1, len(tags)), dtype=np.float32)
    for before, one in enumerate([*tags, ""]):
        for after, other in enumerate(tags):
            if other.startswith("I-") and one[2:] != other[2:]:
                table[before, after] = -1e9
    return table


def _tags(address: Address) -> list[str]:
    """A tag a sign; what belongs to no element is one of its own kind."""
    tags = ["B-other" if at == 0 else "I-other" for at in range(len(address.text))]
    for element in address.elements:
        tags[element.start : element.end] = [f"I-{element.label}"] * (element.end - element.start)
        tags[element.start] = f"B-{element.label}"
    for at in range(1, len(tags)):
        if tags[at] == "I-other" and not tags[at - 1].endswith("-other"):
            tags[at] = "B-other"
    return tags


def _static(text: str) -> Iterator[tuple[str, ...]]:
    """The features of each sign that do not hang on tags."""
    padded = f"^^{text}$$$"
    kinds = "".join(_kind(sign) for sign in padded)
    for at in range(2, len(text) + 2):
        b2, b1, c, a1, a2, a3 = tuple(padded[at - 2 : at + 4])
        yield (
            "c" + c,
            "b" + b1,
            "B" + b2,
            "a" + a1,
            "A" + a2,
            "bc" + b1 + c,
            "ca" + c + a1,
            "bb" + b2 + b1,
            "aa" + a1 + a2,
            "bca" + b1 + c + a1,
            "bbc" + b2 + b1 + c,
            "caa" + c + a1 + a2,
            "caaa" + c + a1 + a2 + a3,
            "k" + kinds[at - 2 : at + 3],
        )


def _kind(sign: str) -> str:
    if sign.isdigit():
        return "0"
    return "x" if sign.isascii() and sign.isalpha() else "h" if sign.isalpha() else "."
