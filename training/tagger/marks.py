"""The corpus's marked messages as tokens with tags."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intake.understand.tagger.slots import TAGS, Slot
from intake.understand.tagger.tokens import TextTokens

_MARK = re.compile(r"\{([A-Z]+):([^{}]*)\}")
_UNMARKED = frozenset(
    {
        "thanks",
        "greeting",
        "noise",
        "insult",
        "urge",
        "progress",
        "declines",
        "confirms",
        "language",
        "larger",
    }
)
"""Acts of a reply that names nothing, where nothing is marked."""


@dataclass(frozen=True, slots=True)
class CorpusMark:
    """The text from `start` up to `end` is marked as `slot`."""

    slot: Slot
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A message without its marks, its marks, and the batch it stands in."""

    text: str
    marks: tuple[CorpusMark, ...]
    batch: str
    style: str


def read_batch(folder: Path) -> Iterator[MarkedText]:
    """First messages, then what is marked of the replies."""
    for row in rows(folder / "messages.jsonl"):
        yield marked(row, folder.name)
    for row in rows(folder / "replies.jsonl"):
        if "{" in row["m"] or _UNMARKED.issuperset(row["acts"]):
            yield marked(row, folder.name)


def read_answers(file: Path) -> Iterator[MarkedText]:
    """Units' answers, in which nobody is named; other slots are not marked there."""
    for row in rows(file):
        yield MarkedText(row["m"], (), file.stem, "answer")


def tags(text: MarkedText, said: TextTokens) -> list[int]:
    """For each token its tag's number."""
    found = [0] * len(said)
    for mark in text.marks:
        inside = [
            at
            for at, (start, end) in enumerate(zip(said.starts, said.ends, strict=True))
            if start < mark.end and end > mark.start
        ]
        for number, at in enumerate(inside):
            found[at] = TAGS.index(mark.slot + ("i" if number else "b"))
    return found


def unmarked(said: str) -> str:
    """The message as it was written."""
    return _MARK.sub(lambda mark: mark[2], said)


def rows(file: Path) -> list[dict[str, Any]]:
    """A file's rows."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def marked(row: dict[str, Any], batch: str) -> MarkedText:
    """A row without its marks, and these."""
    said = str(row["m"])
    parts, marks, at, length = [], [], 0, 0
    for match in _MARK.finditer(said):
        parts += [said[at : match.start()], match[2]]
        length += match.start() - at
        slot = match[1] if match[1] != "OLD" else _corrected(said, match.end())
        if slot:
            marks.append(CorpusMark(Slot(slot), length, length + len(match[2])))
        at, length = match.end(), length + len(match[2])
    return MarkedText("".join([*parts, said[at:]]), tuple(marks), batch, str(row["style"]))


def _corrected(said: str, at: int) -> str:
    """What an old value is: the same as the new one, which stands behind it or before."""
    kinds: Sequence[str] = [match[1] for match in _MARK.finditer(said, at) if match[1] != "OLD"]
    return kinds[0] if kinds else next((m[1] for m in _MARK.finditer(said) if m[1] != "OLD"), "")
