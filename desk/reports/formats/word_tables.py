"""A table in a Word document: columns as wide as what stands in them, the head again on every page,
and no row torn in two.
"""

from docx.document import Document as Paper
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Cm, Length, Pt
from docx.table import Table as Grid
from docx.table import _Cell as GridCell
from docx.table import _Row as GridRow

from desk.reports.document import Cell, CellKind, Table
from desk.reports.formats.text import width
from desk.reports.formats.word_fonts import BODY, HEAD, SOFT, letter

PALE, _GREY = "E6EEF8", "F2F4F7"
_POINTS, _NOTE = 9.5, 8.5
_SHORT = 10  # a word beside numbers, not a sentence
_SIGN = Cm(0.2)
"""What a Latin sign of a table takes, in the widest of the letters that may stand in for its own."""


def draw(paper: Paper, table: Table, title: str, room: Length) -> None:
    """Put the table under its title, at most `room` wide."""
    caption = paper.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.space_before = Pt(8)
    caption.paragraph_format.keep_with_next = True
    letter(caption.add_run(title), HEAD, 11)
    grid = paper.add_table(1, len(table.columns), "Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    _close(grid)
    for cell, label in zip(grid.rows[0].cells, table.columns, strict=True):
        _write(cell, label, WD_ALIGN_PARAGRAPH.CENTER, bold=True)
        shade(cell, PALE)
    _rows(grid, table)
    _mark(grid.rows[0], "w:tblHeader")
    _widths(grid, table, room)
    if table.note:
        letter(paper.add_paragraph().add_run(table.note), BODY, _NOTE, colour=SOFT)


def shade(cell: GridCell, fill: str) -> None:
    """Colour what lies behind a cell."""
    shading = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shading.set(qn(f"w:{name}"), value)
    cell._element.get_or_add_tcPr().append(shading)  # noqa: SLF001  # no other way to it


def _rows(grid: Grid, table: Table) -> None:
    for number, row in enumerate(table.rows):
        summed = number >= len(table.rows) - table.totals
        drawn = grid.add_row()  # type: ignore[no-untyped-call]  # the library types only some
        _mark(drawn, "w:cantSplit")
        for column, (cell, value) in enumerate(zip(drawn.cells, row, strict=True)):
            _write(cell, str(value), _side(value, column), bold=summed)
            if summed:
                shade(cell, _GREY)


def _side(cell: Cell, column: int) -> WD_ALIGN_PARAGRAPH:
    if cell.kind is not CellKind.TEXT:
        return WD_ALIGN_PARAGRAPH.RIGHT
    return WD_ALIGN_PARAGRAPH.CENTER if column and width(str(cell)) <= _SHORT else WD_ALIGN_PARAGRAPH.LEFT


def _write(cell: GridCell, said: str, side: WD_ALIGN_PARAGRAPH, *, bold: bool) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    line = cell.paragraphs[0]
    line.alignment = side
    line.paragraph_format.line_spacing = Pt(_POINTS * 1.55)
    letter(line.add_run(said), HEAD if bold else BODY, _POINTS)


def _widths(grid: Grid, table: Table, room: Length) -> None:
    """Columns share the room by the width of what stands in them; where it is short, heads take two lines."""
    needs = _needs(table, lines=1)
    if _SIGN * sum(needs) > room:
        needs = _needs(table, lines=2)
    wide = min(room, Length(_SIGN * sum(needs)))
    for column, need in zip(grid.columns, needs, strict=True):
        column.width = Length(int(wide * need / sum(needs)))
        for cell in column.cells:
            cell.width = column.width


def _needs(table: Table, lines: int) -> list[int]:
    """How many Latin signs each column needs, its head in so many lines."""
    heads = [-(-width(label) // lines) for label in table.columns]
    texts = [[width(str(row[n])) for row in table.rows] for n in range(len(heads))]
    return [max(head, *said, 5) + 2 for head, said in zip(heads, texts, strict=True)]


def _close(grid: Grid) -> None:
    """Little space beside the numbers: there are many columns."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "60")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    grid._tbl.tblPr.append(margins)  # noqa: SLF001  # no other way to it


def _mark(row: GridRow, name: str) -> None:
    """A property of the row that is there or not."""
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001  # no other way to it
