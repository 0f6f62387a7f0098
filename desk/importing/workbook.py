"""The one table of an XLSX file, row by row as its XML has them.

Programs that are not Excel write sizes that are wrong, rows without numbers or out of order, sheets to the
side. openpyxl's own rows end where the size says, and leave out a row that comes after a later one; so its
parser is asked for each row, and the rows are counted beside it.
"""

import io
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import WorkSheetParser  # what its read-only sheets are made of

from desk.importing.table import BadSheet, Sheet, SheetRow, trimmed

MOST_COLUMNS = 16_384
"""As many as Excel has."""

MOST_DIGITS = 10**15
"""A spreadsheet keeps fifteen digits of a number; those behind them it makes up."""

_BROKEN = (
    BadZipFile,
    InvalidFileException,
    KeyError,
    ValueError,
    IndexError,
    TypeError,
    AttributeError,
    EOFError,
    OverflowError,
    NotImplementedError,
    SyntaxError,  # of the XML
    zlib.error,
)
_NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(slots=True)
class SheetRows:
    """What one sheet holds. `size` is what it says of itself."""

    title: str
    size: str
    lines: list[SheetRow] = field(default_factory=list)
    counted: int = 0
    hidden: int = 0


def read_workbook(content: bytes) -> Sheet:
    """The sheet that has anything in it. Raises BadSheet."""
    try:
        with closing(load_workbook(io.BytesIO(content), read_only=True, data_only=True)) as book:
            found = [_rows(book, sheet) for sheet in book.worksheets]
    except _BROKEN as mistake:
        raise BadSheet(f"the file is no workbook that can be read: {type(mistake).__name__}") from None
    return only_filled(found)


def only_filled(found: Sequence[SheetRows]) -> Sheet:
    """The one sheet that has anything in it. Raises BadSheet."""
    filled = [one for one in found if one.lines]
    if not filled:
        raise BadSheet("the file is empty")
    if len(filled) > 1:
        names = ", ".join(one.title for one in filled)
        raise BadSheet(f"{len(filled)} sheets have something in them ({names}): leave the one to be read")
    return _sheet(filled[0], len(found))


def _sheet(rows: SheetRows, sheets: int) -> Sheet:
    if rows.counted != len(rows.lines):
        raise BadSheet(f"{rows.counted} rows have something in them, and {len(rows.lines)} could be read")
    head, *lines = sorted(rows.lines, key=lambda line: line.number)
    beside = []
    if sheets > 1:
        beside.append(f"its other {sheets - 1} sheets are empty")
    if rows.hidden:
        beside.append(f"{rows.hidden} of them are hidden, and were read too")
    if rows.size:
        beside.append(f"it says of itself {rows.size}")
    return Sheet(head.values, tuple(lines), rows.counted, "rows", tuple(beside))


def _rows(book: Any, sheet: Any) -> SheetRows:
    size = sheet.calculate_dimension() if sheet.max_row and sheet.max_column else ""
    found = SheetRows(sheet.title, size)
    with sheet._get_source() as source:  # noqa: SLF001  openpyxl has no public way to its parser
        parser = _Parser(
            source,
            sheet._shared_strings,  # noqa: SLF001
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        for number, cells in parser.parse():
            values = _values(number, cells)
            if any(values):
                found.lines.append(SheetRow(number, values))
    found.counted, found.hidden = parser.counted, parser.hidden
    return found


class _Parser(WorkSheetParser):
    """Counts, apart from what is read, the rows in whose XML anything stands."""

    counted = 0
    hidden = 0

    def parse_row(self, row: Any) -> Any:
        filled = [_holds(cell) for cell in row.iter(f"{_NAMESPACE}c")]  # each is looked at
        holds = any(filled)
        self.counted += holds
        self.hidden += holds and row.get("hidden") in ("1", "true")
        return super().parse_row(row)


def _holds(cell: Any) -> bool:
    """A value, or a formula whose value is still to be computed; an empty text was computed."""
    value = cell.find(f"{_NAMESPACE}v")
    computed = value is not None and bool(value.text or cell.get("t") == "str")
    if cell.find(f"{_NAMESPACE}f") is not None and not computed:
        raise BadSheet(
            f"cell {cell.get('r')} has a formula without its value: open the file and save it once"
        )
    texts = (part.text for part in cell.iter() if part.tag in (f"{_NAMESPACE}v", f"{_NAMESPACE}t"))
    return any(text and text.strip() for text in texts)


def _values(number: int, cells: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """By their columns, which may be in any order."""
    by_column: dict[int, str] = {}
    for cell in cells:
        text, column = as_text(cell["value"]), cell["column"]
        if text and (column > MOST_COLUMNS or by_column.get(column)):
            raise BadSheet(f"row {number} has two values in one column, or too many columns")
        if text:
            by_column[column] = text
    return trimmed(by_column.get(column, "") for column in range(1, max(by_column, default=0) + 1))


def as_text(value: Any) -> str:
    """A cell's value in words."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= MOST_DIGITS:
        return f"{value:E}"  # a number whose last digits no spreadsheet has kept
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a telephone number that Excel took for a quantity
    return str(value).strip()
