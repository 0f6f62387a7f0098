"""Recorded complaints from a CSV file: columns title and body, and user where it is known who wrote.

A row's number counts complaints, not lines: a body may hold several.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

NEEDED = ("title", "body")


class BadFile(ValueError):
    """The file cannot be replayed; the message says why, and repeats nothing of what is in it."""


@dataclass(frozen=True, slots=True)
class RecordedComplaint:
    """One complaint. `user` is "" where the file does not say whose it is."""

    number: int
    user: str
    text: str


def read_rows(file: Path, limit: int | None = None) -> tuple[RecordedComplaint, ...]:
    """The first `limit` complaints, those without a word left out. Raises BadFile or OSError."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return tuple(row for row in islice(_rows(lines), limit) if row.text)
    except UnicodeDecodeError:
        raise BadFile(f"{file} is not in UTF-8.") from None
    except csv.Error as fault:
        raise BadFile(f"{file} is not a CSV file: {fault}.") from None


def _rows(lines: Iterator[str]) -> Iterator[RecordedComplaint]:
    reader = csv.DictReader(lines, strict=True)
    missing = [column for column in NEEDED if column not in (reader.fieldnames or ())]
    if missing:
        raise BadFile(f"The file has no column {' and no column '.join(missing)}: title and body are needed.")
    for number, record in enumerate(reader, 1):
        yield RecordedComplaint(
            number, (record.get("user") or "").strip(), _text(record["title"], record["body"])
        )


def _text(title: str | None, body: str | None) -> str:
    """What the citizen writes: the title is their first sentence, unless the body begins with it."""
    title, body = (title or "").strip(), (body or "").strip()
    return body if body.startswith(title) else f"{title}\n{body}".strip()
