"""A bulletin before it has a form: sections of paragraphs, tables and charts, all texts already said.

A cell keeps its number and what kind of number it is, so that a spreadsheet gets numbers and a page text.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from desk.statistics.rates import percent, rounded

NONE = "—"


class CellKind(StrEnum):
    """What a cell's value is: `RATE` and `GROWTH` are parts of 1, `POINTS` percentage points."""

    TEXT = "text"
    COUNT = "count"
    RATE = "rate"
    SHARE = "share"
    GROWTH = "growth"
    POINTS = "points"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value; None is shown as a dash."""

    kind: CellKind
    value: str | int | Fraction | None

    @property
    def number(self) -> Decimal | None:
        """The number as shown: rates, shares and growth in percent."""
        if isinstance(self.value, str) or self.value is None:
            return None
        value = Fraction(self.value)
        match self.kind:
            case CellKind.RATE:
                return percent(value)
            case CellKind.SHARE:
                return percent(value, 1)
            case CellKind.GROWTH:
                return rounded(value * 100, 1)
            case CellKind.POINTS | CellKind.NUMBER:
                return rounded(value, 1)
        return Decimal(int(value))

    def __str__(self) -> str:
        if isinstance(self.value, str):
            return self.value
        number = self.number
        if number is None:
            return NONE
        match self.kind:
            case CellKind.RATE | CellKind.SHARE:
                return f"{number}%"
            case CellKind.GROWTH:
                return f"{number:+}%"
            case CellKind.POINTS:
                return f"{number:+}"
        return f"{number:,}"


def text(value: str) -> Cell:
    return Cell(CellKind.TEXT, value)


def count(value: int | None) -> Cell:
    return Cell(CellKind.COUNT, value)


def rate(value: Fraction | None) -> Cell:
    return Cell(CellKind.RATE, value)


def share(value: Fraction | None) -> Cell:
    return Cell(CellKind.SHARE, value)


def growth(value: Fraction | None) -> Cell:
    return Cell(CellKind.GROWTH, value)


def points(value: Fraction | None) -> Cell:
    return Cell(CellKind.POINTS, value)


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` are labels; the last `totals` rows sum the others up; `note` stands below it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: int = 0
    note: str = ""


class Shape(StrEnum):
    BARS = "bars"  # names at the side, the longest first
    COLUMNS = "columns"  # along time
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Chart:
    """One series. `values` may have gaps; `unit` is what they are counted in."""

    title: str
    shape: Shape
    labels: tuple[str, ...]
    values: tuple[Decimal | None, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the few figures read first; `change` says how it moved."""

    label: str
    value: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Bulletin:
    title: str
    subtitle: str
    headlines: tuple[Headline, ...]
    sections: tuple[Section, ...]
    closing: str = ""
    annex: str = "{n}"  # how a paper calls the n-th table it puts at its end
    see_annex: str = "{annex}"  # what it says where the table would have stood
