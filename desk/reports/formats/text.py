"""A bulletin as plain text for a terminal: paragraphs, and tables whose columns line up."""

import unicodedata
from collections.abc import Iterator

from desk.reports.document import Bulletin, CellKind, Table


def as_text(document: Bulletin) -> str:
    """The whole document."""
    return "\n".join(_lines(document)).rstrip() + "\n"


def _lines(document: Bulletin) -> Iterator[str]:
    yield from (document.title, document.subtitle, "")
    for one in document.headlines:
        yield f"  {one.label}  {one.value}  {one.change}".rstrip()
    for section in document.sections:
        yield from ("", f"【{section.title}】")
        yield from section.paragraphs
        for table in section.tables:
            yield from ("", table.title, *_table(table), *((f"  {table.note}",) if table.note else ()))
    yield from ("", document.closing)


def _table(table: Table) -> Iterator[str]:
    numbers = [all(row[n].kind is not CellKind.TEXT for row in table.rows) for n in range(len(table.columns))]
    texts = [table.columns, *(tuple(str(cell) for cell in row) for row in table.rows)]
    widths = [max(width(row[n]) for row in texts) for n in range(len(table.columns))]
    for row in texts:
        cells = [_padded(one, widths[n], right=numbers[n]) for n, one in enumerate(row)]
        yield ("  " + "  ".join(cells)).rstrip()


def _padded(text: str, wide: int, *, right: bool) -> str:
    space = " " * (wide - width(text))
    return space + text if right else text + space


def width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
