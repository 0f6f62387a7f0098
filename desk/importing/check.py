"""The dry run: a file's calls, and every problem in every line."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desk.importing.calls import CallReader, ImportedCall, ImportProblem
from desk.importing.sheet import Sheet, read_sheet
from intake.city import CityProfile


@dataclass(frozen=True, slots=True)
class ImportCheck:
    """What could be brought in, by time, and what could not and why."""

    calls: tuple[ImportedCall, ...]
    problems: tuple[ImportProblem, ...]


def check(path: Path, city: CityProfile, now: datetime) -> ImportCheck:
    """Read the whole file. Raises BadSheet or OSError."""
    return check_sheet(read_sheet(path), city, now)


def check_sheet(sheet: Sheet, city: CityProfile, now: datetime) -> ImportCheck:
    """As `check`, of a file that has been read."""
    reader = CallReader(city, sheet.head, now)
    if reader.problems:
        return ImportCheck((), tuple(reader.problems))
    calls, problems = [], []
    for line in sheet.lines:
        call, wrong = reader.read(line)
        problems += wrong
        if call is not None:
            calls.append(call)
    return ImportCheck(tuple(sorted(calls, key=lambda one: one.submitted_at)), tuple(problems))
