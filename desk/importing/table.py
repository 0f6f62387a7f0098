"""What was read of a table, and of how much."""

from collections.abc import Iterable
from dataclasses import dataclass


class BadSheet(Exception):
    """The file cannot be read as a table; the sentence says why."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row; `number` is its own in the file, counted from 1."""

    number: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The head, and every row under it.

    `counted` of the file's own `things` have something in them, the head included.
    `beside`: what else an operator should know of how it was read.
    """

    head: tuple[str, ...]
    lines: tuple[SheetRow, ...]
    counted: int
    things: str
    beside: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """How much was read, and of how much."""
        read = f"{len(self.lines)} rows read under the head"
        file = f"the file has {self.counted} {self.things} with anything in them"
        return "; ".join((read, file, *self.beside))


def trimmed(row: Iterable[str]) -> tuple[str, ...]:
    """Without the blanks round each value."""
    return tuple(value.strip() for value in row)
