"""Labelled complaints as an operator exports them: a CSV with the columns body, label and, if at hand, title.

Blank bodies are taken by their title; rows with neither, or without a label, are left out and counted.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LEAST = 10
"""Rows a label needs to be learnt."""
LONGEST_FIELD = 1_000_000


class BadRows(Exception):
    """The table cannot be used; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class LabelledComplaint:
    """One complaint and its class."""

    title: str
    body: str
    label: str


def read_rows(file: Path) -> tuple[LabelledComplaint, ...]:
    """Every usable row. Raises BadRows, or OSError for a file that cannot be read."""
    try:
        with long_fields(), file.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.DictReader(lines, strict=True)
            _check(table.fieldnames or (), file)
            rows = tuple(row for line in table if (row := _row(line)) is not None)
    except UnicodeDecodeError:
        raise BadRows(f"{file} is not UTF-8 text.") from None
    except csv.Error as fault:
        raise BadRows(f"{file} is not a CSV that can be read: {fault}.") from None
    if not rows:
        raise BadRows(f"{file} has no row with a body and a label.")
    return rows


@contextmanager
def long_fields() -> Iterator[None]:
    """Within this block a field may be long; the limit is the process's, and other tables keep theirs."""
    before = csv.field_size_limit(min(LONGEST_FIELD, sys.maxsize))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def learnable(rows: tuple[LabelledComplaint, ...]) -> tuple[LabelledComplaint, ...]:
    """The rows, if there is something to learn. Raises BadRows."""
    sizes = Counter(row.label for row in rows)
    small = sorted(label for label, size in sizes.items() if size < LEAST)
    if small:
        raise BadRows(f"Each label needs {LEAST} rows at least; too few have {', '.join(small)}.")
    if len(sizes) < 2:
        raise BadRows("There is only one label; nothing can be told apart.")
    return rows


def _check(names: object, file: Path) -> None:
    missing = [name for name in ("body", "label") if name not in list(names)]  # type: ignore[call-overload]
    if missing:
        raise BadRows(f"{file} has no column {' and no column '.join(missing)}.")


def _row(line: dict[str, str]) -> LabelledComplaint | None:
    title, body, label = ((line.get(name) or "").strip() for name in ("title", "body", "label"))
    if not label or not (title or body):
        return None
    return LabelledComplaint(title, body or title, label)
