"""A table's rows from CSV or XLSX: values as text, with the line they stand in."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

LARGEST = 100_000_000
"""Bytes."""


class BadSheet(Exception):
    """The file cannot be read as a table; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row; `number` counts from 1, the head included."""

    number: int
    values: tuple[str, ...]


def read_sheet(path: Path) -> tuple[tuple[str, ...], list[Line]]:
    """The head, and every row that has anything in it. Raises BadSheet or OSError."""
    content = path.read_bytes()
    if len(content) > LARGEST:
        raise BadSheet("the file is larger than 100 MB")
    rows = _workbook(content) if content.startswith(b"PK") else _csv(content)
    lines = [Line(number, values) for number, values in enumerate(rows, start=1) if any(values)]
    if not lines:
        raise BadSheet("the file is empty")
    return lines[0].values, lines[1:]


def _csv(content: bytes) -> Iterator[tuple[str, ...]]:
    reader = csv.reader(io.StringIO(_decoded(content), newline=""), strict=True)
    try:
        for row in reader:
            yield tuple(value.strip() for value in row)
    except csv.Error as mistake:
        raise BadSheet(f"line {reader.line_num} is no CSV: {mistake}") from None


def _decoded(content: bytes) -> str:
    """UTF-8, or what Chinese spreadsheets save by themselves."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadSheet("the file is neither UTF-8 nor GB18030 text")


def _workbook(content: bytes) -> Iterator[tuple[str, ...]]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as mistake:
        raise BadSheet(f"the file is no workbook: {mistake}") from None
    for row in book.worksheets[0].iter_rows(values_only=True):
        yield _texts(row)


def _texts(row: Sequence[Any]) -> tuple[str, ...]:
    return tuple(_text(value) for value in row)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a telephone number that Excel took for a quantity
    return str(value).strip()
