"""Completed matters whose citizens are to be asked: read line by line, every problem named. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desk.importing.calls import ImportedCall, ImportProblem, names, whole
from desk.importing.moments import moment
from desk.importing.sheet import Sheet, read_sheet
from desk.importing.table import SheetRow
from intake.city import CityProfile
from intake.understand.persons.phone import standard

_LONGEST = 200
_NEEDED = ("number", "completed_at")


@dataclass(frozen=True, slots=True)
class ToRate:
    """One completed matter. `unit` is the profile's id; `phone` as it is kept, None where there is none."""

    line: int
    number: str
    completed_at: datetime
    unit: str | None
    category: str
    title: str
    phone: str | None
    channel: str | None
    user: str | None


def check(path: Path, city: CityProfile, now: datetime) -> tuple[list[ToRate], list[ImportProblem]]:
    """The dry run: what could be asked about, and what could not and why. Raises BadSheet or OSError."""
    return check_sheet(read_sheet(path), city, now)


def check_sheet(sheet: Sheet, city: CityProfile, now: datetime) -> tuple[list[ToRate], list[ImportProblem]]:
    """As `check`, of a file that has been read."""
    reader = MatterReader(city, sheet.head, now)
    if reader.problems:
        return [], reader.problems
    good: list[ToRate] = []
    problems: list[ImportProblem] = []
    for line in sheet.lines:
        found = list(reader.wrong(line))
        problems += found
        if not found:
            good.append(reader.read(line))
    return good, problems


class MatterReader:
    """Reads lines for one city; `now` is when nothing can have been completed after."""

    def __init__(self, city: CityProfile, head: Sequence[str], now: datetime) -> None:
        self.city = city
        self.now = now
        called: Mapping[str, Sequence[str]] = names()["rating"]
        self.called = called
        self.places = {
            name: place
            for place, label in reversed(list(enumerate(head)))
            for name, labels in called.items()
            if label.strip().casefold() in labels
        }
        self.problems = [
            ImportProblem(1, called[name][0], "this column is missing")
            for name in _NEEDED
            if name not in self.places
        ]
        if not self.problems and "phone" not in self.places and "user" not in self.places:
            self.problems = [ImportProblem(1, called["phone"][0], "this column is missing")]
        self._units = {word: u.id for u in city.units.values() for word in (u.id, u.name, *u.aliases)}
        self._categories = {one.name: code for code, one in reversed(list(city.categories.items()))}
        self._seen: dict[str, int] = {}

    def wrong(self, line: SheetRow) -> Iterator[ImportProblem]:
        """Every reason why this line cannot be asked about."""
        number, unit = self._text(line, "number"), self._text(line, "unit")
        if not number or len(number) > 32 or not number.isprintable():
            yield self._problem(line, "number", "is empty, or longer than 32 characters")
        first = self._seen.setdefault(number, line.number)
        if number and first != line.number:
            yield self._problem(line, "number", f"stands in line {first} already")
        if unit and unit not in self._units:
            yield self._problem(line, "unit", "the city profile has no such unit")
        phone = self._text(line, "phone")
        yield from self._shortened(line)
        if phone and standard(phone) is None:
            yield self._problem(line, "phone", "is no telephone number")
        if not phone and not self._text(line, "user"):
            yield self._problem(line, "phone", "is empty")
        yield from self._when(line)

    def _shortened(self, line: SheetRow) -> Iterator[ImportProblem]:
        for name in ("number", "phone", "user"):
            try:
                whole(self._text(line, name))
            except ValueError as mistake:
                yield self._problem(line, name, str(mistake))

    def _when(self, line: SheetRow) -> Iterator[ImportProblem]:
        try:
            at = moment(self._text(line, "completed_at"), self.city.timezone)
        except ValueError as mistake:
            yield self._problem(line, "completed_at", str(mistake))
            return
        if at > self.now:
            yield self._problem(line, "completed_at", "lies in the future")

    def read(self, line: SheetRow) -> ToRate:
        """The matter of a line with nothing wrong."""
        category = self._text(line, "category")
        known = category if category in self.city.categories else self._categories.get(category)
        return ToRate(
            line=line.number,
            number=self._text(line, "number"),
            completed_at=moment(self._text(line, "completed_at"), self.city.timezone),
            unit=self._units.get(self._text(line, "unit")),
            category=known or self.city.fallback_category,
            title=self._text(line, "title")[:_LONGEST],
            phone=standard(self._text(line, "phone")) if self._text(line, "phone") else None,
            channel=self._text(line, "channel") or None,
            user=self._text(line, "user") or None,
        )

    def _text(self, line: SheetRow, name: str) -> str:
        place = self.places.get(name)
        return line.values[place].strip() if place is not None and place < len(line.values) else ""

    def _problem(self, line: SheetRow, name: str, reason: str) -> ImportProblem:
        return ImportProblem(line.number, self.called[name][0], reason)


def as_call(one: ToRate, city: CityProfile) -> ImportedCall:
    """The matter as the ticket that the desk keeps of it: what the table does not say stays unsaid."""
    words = names()["words"]
    return ImportedCall(
        line=one.line,
        reference=one.number,
        submitted_at=one.completed_at,
        channel="TEL",
        appeal_type="QZ",
        category=one.category,
        content=one.title or words["no_content"],
        title=one.title or words["untitled"].format(category=city.path(one.category)),
        area=None,
        place=None,
        name=None,
        phone=one.phone,
        confidential=False,
        unit=one.unit,
        dispatched_at=one.completed_at if one.unit else None,
        due_at=None,
        signed_at=None,
        completed_at=one.completed_at,
        reply=words["no_reply"],
        contacted=None,
        solved=None,
        satisfied=None,
    )
