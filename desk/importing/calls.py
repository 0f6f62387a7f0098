"""A row as a call that came in and what became of it, or every reason why it cannot be one. Pure."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from desk.importing.moments import moment
from desk.importing.table import SheetRow
from intake.city import CityProfile

_FILE = Path(__file__).parent.parent / "phrases" / "import.toml"
_LONGEST = {
    "reference": 64,
    "title": 200,
    "content": 4000,
    "reply": 4000,
    "place": 500,
    "name": 64,
    "phone": 32,
}
_SHORTENED = re.compile(r"\d(?:\.\d+)?E\+\d+|\d\.\d+E\d+", re.IGNORECASE)
_MOMENTS = ("submitted_at", "dispatched_at", "signed_at", "completed_at")


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """What is wrong in which line; `column` is the file's own name for it, "" for the whole line."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportedCall:
    """One ticket of the file. Codes and ids are the profile's, moments aware; None: not in the file."""

    line: int
    reference: str
    submitted_at: datetime
    channel: str
    appeal_type: str
    category: str
    content: str
    title: str
    area: str | None
    place: str | None
    name: str | None
    phone: str | None
    confidential: bool
    unit: str | None
    dispatched_at: datetime | None
    due_at: datetime | None
    signed_at: datetime | None
    completed_at: datetime | None
    reply: str
    contacted: bool | None
    solved: str | None
    satisfied: str | None


@cache
def names() -> Mapping[str, Any]:
    """What columns and values are called."""
    return tomllib.loads(_FILE.read_text("utf-8"))


def columns(head: Sequence[str]) -> tuple[dict[str, int], list[ImportProblem]]:
    """Where each column stands; columns of other names are left alone."""
    found: dict[str, int] = {}
    problems = []
    for place, label in enumerate(head):
        for name, called in names()["columns"].items():
            if label.strip().casefold() in called:
                if name in found:
                    problems.append(ImportProblem(1, label, f"stands for the same as {head[found[name]]}"))
                found.setdefault(name, place)
    missing = [name for name in names()["needed"]["columns"] if name not in found]
    problems += [ImportProblem(1, names()["columns"][name][0], "this column is missing") for name in missing]
    return found, problems


class CallReader:
    """Reads rows for one city; `now` is when nothing can have happened after."""

    def __init__(self, city: CityProfile, head: Sequence[str], now: datetime) -> None:
        self.city = city
        self.head = head
        self.now = now
        self.places, self.problems = columns(head)
        self._units = {word: u.id for u in city.units.values() for word in (u.id, u.name, *u.aliases)}
        self._areas = {word: a.code for a in city.areas.values() for word in (a.code, a.name, *a.aliases)}
        self._categories = {one.name: code for code, one in reversed(list(city.categories.items()))}
        self._categories |= {city.path(code): code for code in city.categories}
        self._seen: dict[str, int] = {}

    def read(self, line: SheetRow) -> tuple[ImportedCall | None, list[ImportProblem]]:
        """The call, or what is wrong with it."""
        problems: list[ImportProblem] = []
        given = {name: self._text(line, name) for name in names()["columns"]}
        values: dict[str, Any] = {}
        for name, read in self._readers().items():
            try:
                values[name] = read(given[name])
            except ValueError as mistake:
                problems.append(ImportProblem(line.number, self._label(name), str(mistake)))
        problems += self._lengths(line, given)
        if not problems:
            problems += self._contradictions(line, values)
        if problems:
            return None, problems
        category = self.city.path(values["category"])
        title = given["title"] or names()["words"]["untitled"].format(category=category)
        return ImportedCall(line=line.number, title=title, **values), []

    def _readers(self) -> Mapping[str, Any]:
        plain = names()["values"]
        return {
            "reference": lambda text: whole(_needed(text)),
            "submitted_at": lambda text: self._moment(_needed(text)),
            "channel": lambda text: _coded(text or "TEL", plain["channel"]),
            "appeal_type": lambda text: _coded(_needed(text), plain["appeal_type"]),
            "category": self._category,
            "content": _needed,
            "area": lambda text: _known(text, self._areas, "area"),
            "place": _or_none,
            "name": _or_none,
            "phone": lambda text: whole(text) or None,
            "confidential": lambda text: _flag(text) or False,
            "unit": lambda text: _known(text, self._units, "unit"),
            "dispatched_at": self._moment,
            "due_at": self._moment,
            "signed_at": self._moment,
            "completed_at": self._moment,
            "reply": lambda text: text or names()["words"]["no_reply"],
            "contacted": _flag,
            "solved": lambda text: _coded(text, plain["solved"]) or None,
            "satisfied": lambda text: _coded(text, plain["satisfied"]) or None,
        }

    def _contradictions(self, line: SheetRow, values: Mapping[str, Any]) -> Iterator[ImportProblem]:
        def wrong(name: str, reason: str) -> ImportProblem:
            return ImportProblem(line.number, self._label(name), reason)

        first = self._seen.setdefault(values["reference"], line.number)
        if first != line.number:
            yield wrong("reference", f"stands in line {first} already")
        if (values["unit"] is None) != (values["dispatched_at"] is None):
            yield wrong("unit", "a unit needs the time of its dispatch, and the other way round")
        if values["signed_at"] and not values["dispatched_at"]:
            yield wrong("signed_at", "was signed without a dispatch")
        if values["satisfied"] and not values["completed_at"]:
            yield wrong("satisfied", "was rated before it was completed")
        yield from self._disorder(line, values)

    def _disorder(self, line: SheetRow, values: Mapping[str, Any]) -> Iterator[ImportProblem]:
        """Moments that cannot follow one another."""
        steps = [(name, values[name]) for name in _MOMENTS if values[name] is not None]
        for (before, early), (after, late) in pairwise(steps):
            if late < early:
                yield ImportProblem(line.number, self._label(after), f"is earlier than {self._label(before)}")
        name, last = steps[-1]
        if last > self.now:
            yield ImportProblem(line.number, self._label(name), "lies in the future")
        due, dispatched = values["due_at"], values["dispatched_at"]
        if due and dispatched and due <= dispatched:
            yield ImportProblem(line.number, self._label("due_at"), "is not later than the dispatch")

    def _lengths(self, line: SheetRow, given: Mapping[str, str]) -> Iterator[ImportProblem]:
        for name, longest in _LONGEST.items():
            if len(given[name]) > longest:
                yield ImportProblem(line.number, self._label(name), f"is longer than {longest} characters")
        if any("\x00" in text for text in given.values()):
            yield ImportProblem(line.number, "", "has a NUL character")

    def _category(self, text: str) -> str:
        if not text:
            return self.city.fallback_category
        code = text if text in self.city.categories else self._categories.get(text)
        if code is None:
            raise ValueError("the city profile has no such category")
        return code

    def _moment(self, text: str) -> datetime | None:
        return moment(text, self.city.timezone) if text else None

    def _text(self, line: SheetRow, name: str) -> str:
        place = self.places.get(name)
        return line.values[place] if place is not None and place < len(line.values) else ""

    def _label(self, name: str) -> str:
        called: str = names()["columns"][name][0]
        return self.head[self.places[name]] if name in self.places else called


def whole(text: str) -> str:
    """A number as it was given. Raises ValueError for what a spreadsheet has made of a long one."""
    if _SHORTENED.fullmatch(unicodedata.normalize("NFKC", text)):
        raise ValueError("was shortened by the spreadsheet: format the column as text, and fill it in again")
    return text


def _needed(text: str) -> str:
    if not text:
        raise ValueError("is empty")
    return text


def _or_none(text: str) -> str | None:
    return text or None


def _coded(text: str, known: Mapping[str, str]) -> str:
    if not text or text in known.values():
        return text
    if text not in known:
        raise ValueError(f"is none of {', '.join(known)}")
    return known[text]


def _flag(text: str) -> bool | None:
    return {"yes": True, "no": False, "": None}[_coded(text, names()["values"]["flag"])]


def _known(text: str, known: Mapping[str, str], what: str) -> str | None:
    if not text:
        return None
    if text not in known:
        raise ValueError(f"the city profile has no such {what}")
    return known[text]
