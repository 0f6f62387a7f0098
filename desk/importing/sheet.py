"""A table's rows from CSV, XLSX, XLS or ET: values as text, with the line they stand in.

The rule: every row that has anything in it is read, or the whole file is refused; what a file says of its own
size is told, and never believed.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from desk.importing.old_workbook import BEGINNING, read_old_workbook
from desk.importing.table import BadSheet, Sheet, SheetRow, trimmed
from desk.importing.workbook import read_workbook

__all__ = ["BadSheet", "Sheet", "SheetRow", "read_sheet"]

LARGEST = 100_000_000
"""Bytes."""


def read_sheet(path: Path) -> Sheet:
    """The head, and every row that has anything in it. Raises BadSheet or OSError."""
    content = path.read_bytes()
    if len(content) > LARGEST:
        raise BadSheet("the file is larger than 100 MB")
    if content.startswith(BEGINNING):
        return read_old_workbook(content)
    return read_workbook(content) if content.startswith(b"PK") else _csv(_decoded(content))


def _csv(text: str) -> Sheet:
    """Of a CSV, whose lines may be fewer rows: a quoted value may hold several."""
    source = _Source(text)
    reader = csv.reader(source, strict=True)
    lines: list[SheetRow] = []
    while (line := _next(reader, source)) is not None:
        if any(line.values):
            _check(line, lines[0] if lines else line, source.taken)
            lines.append(line)
    if not lines:
        raise BadSheet("the file is empty")
    return Sheet(lines[0].values, tuple(lines[1:]), source.with_something, "lines")


class _Source:
    """Hands out the text's lines, and knows which of them made the latest row."""

    def __init__(self, text: str) -> None:
        self._lines = iter(io.StringIO(text, newline=""))
        self._given = 0
        self.begun = 1
        self.taken: list[str] = []
        self.with_something = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._given += 1
        if "\x00" in line:
            raise BadSheet(f"line {self._given} has a NUL character")
        self.taken.append(line)
        self.with_something += bool(line.strip(" \t\r\n,"))
        return line

    def begin(self) -> None:
        """The next line is a new row's first."""
        self.begun, self.taken = self._given + 1, []


def _next(reader: Iterator[list[str]], source: _Source) -> SheetRow | None:
    source.begin()
    try:
        row = next(reader, None)
    except csv.Error as mistake:
        raise BadSheet(f"the row that begins in line {source.begun} is no CSV: {mistake}") from None
    return None if row is None else SheetRow(source.begun, trimmed(row))


def _check(line: SheetRow, head: SheetRow, taken: list[str]) -> None:
    """A quote that nobody closed swallows rows up to the next one, and what comes out may look like a row."""
    torn = len(taken) > 1 and len(line.values) < len(head.values)
    if torn or any(part.count(",") >= len(head.values) - 1 for part in taken[1:]):
        raise BadSheet(
            f"a quoted value of the row that begins in line {line.number} runs over lines that look like "
            "rows: is its quote closed?"
        )
    if any(line.values[len(head.values) :]):
        raise BadSheet(f"line {line.number} has more values than the head has columns")


def _decoded(content: bytes) -> str:
    """UTF-8, or what Chinese spreadsheets save by themselves."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadSheet("the file is neither UTF-8 nor GB18030 text")
