"""The one table of a workbook as Excel wrote it before 2007 and WPS still does: .xls, and .et.

calamine finds the last row by the cells there are, so that no size is believed; the rows between are counted.
"""

import io
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from desk.importing.table import BadSheet, Sheet, SheetRow, trimmed
from desk.importing.workbook import SheetRows, as_text, only_filled

BEGINNING = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Of the container that such files are; a workbook with a password is one, too."""

_NO_BOOK = "the file is no workbook that can be read, or has a password: save it as .xlsx without one"


def read_old_workbook(content: bytes) -> Sheet:
    """The sheet that has anything in it. Raises BadSheet."""
    try:
        return only_filled(list(_sheets(content)))
    except (CalamineError, ValueError, OverflowError, OSError):
        raise BadSheet(_NO_BOOK) from None
    except BaseException as mistake:
        if type(mistake).__module__ != "pyo3_runtime":  # what a fault within calamine is raised as
            raise
        raise BadSheet(_NO_BOOK) from None


def _sheets(content: bytes) -> Iterator[SheetRows]:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        for name in book.sheet_names:
            yield _rows(name, book.get_sheet_by_name(name))


def _rows(name: str, sheet: CalamineSheet) -> SheetRows:
    found = SheetRows(name, f"{sheet.end[0] + 1} rows to its last" if sheet.end else "")
    for number, values in enumerate(sheet.to_python(skip_empty_area=False), 1):
        texts = trimmed(map(as_text, values))
        if any(texts):
            found.lines.append(SheetRow(number, texts))
    found.counted = len(found.lines)
    return found
