"""The dry run: a file's calls, and every problem in every line."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desk.importing.calls import Call, Problem, Reader
from desk.importing.sheet import Sheet, read_sheet
from intake.city import CityProfile


@dataclass(frozen=True, slots=True)
class Checked:
    """What could be brought in, by time, and what could not and why."""

    calls: tuple[Call, ...]
    problems: tuple[Problem, ...]


def check(path: Path, city: CityProfile, now: datetime) -> Checked:
    """Read the whole file. Raises BadSheet or OSError."""
    return check_sheet(read_sheet(path), city, now)


def check_sheet(sheet: Sheet, city: CityProfile, now: datetime) -> Checked:
    """As `check`, of a file that has been read."""
    reader = Reader(city, sheet.head, now)
    if reader.problems:
        return Checked((), tuple(reader.problems))
    calls, problems = [], []
    for line in sheet.lines:
        call, wrong = reader.read(line)
        problems += wrong
        if call is not None:
            calls.append(call)
    return Checked(tuple(sorted(calls, key=lambda one: one.submitted_at)), tuple(problems))
