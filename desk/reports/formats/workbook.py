"""A bulletin as a workbook: a sheet to read first, one per table with numbers as numbers, native charts."""

import io
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.chart import Reference
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from desk.reports.document import NONE, Bulletin, Cell, CellKind, Chart, Table
from desk.reports.formats.data import harmless
from desk.reports.formats.office_charts import BRAND, colour, native
from desk.reports.formats.text import width

_PALE, _LINE, _SOFT = "E6EEF8", "D5DCE4", "4B5A6B"
_FAMILY = "Microsoft YaHei"
_EDGE = Border(bottom=Side("thin", color=_LINE))
_FORMATS = {
    CellKind.COUNT: "#,##0",
    CellKind.NUMBER: "#,##0.0",
    CellKind.RATE: "0.00%",
    CellKind.SHARE: "0.0%",
    CellKind.GROWTH: "+0.0%;-0.0%;0.0%",
    CellKind.POINTS: "+0.0;-0.0;0.0",
}
_IN_PERCENT = frozenset({CellKind.RATE, CellKind.SHARE, CellKind.GROWTH})
_WIDEST = 44
_SHORT = 10  # a word beside numbers, not a sentence
_CHART_WIDE = 20.0
_LONGEST_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def as_xlsx(document: Bulletin) -> bytes:
    """The workbook's bytes."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet), "a new workbook has a sheet"  # noqa: S101
    _front(first, document)
    for section in document.sections:
        for table in section.tables:
            _sheet(book.create_sheet(_name(table.title, book)), table)
        for chart in section.charts:
            _charted(book.create_sheet(_name(chart.title, book)), chart)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _front(sheet: Worksheet, document: Bulletin) -> None:
    sheet.title = document.headlines[0].label if document.headlines else "1"
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 16
    sheet.column_dimensions["C"].width = 60
    row = _line(sheet, 1, document.title, Font(_FAMILY, 18, bold=True, color=BRAND), 30)
    row = _line(sheet, row, document.subtitle, Font(_FAMILY, 10, color=_SOFT), 18) + 1
    for one in document.headlines:
        for column, said in enumerate((one.label, one.value, one.change), start=1):
            cell = sheet.cell(row, column, said)
            cell.font = Font(_FAMILY, 13 if column == 2 else 11, bold=column == 2)
            cell.border = _EDGE
        sheet.row_dimensions[row].height = 24
        row += 1
    for section in document.sections:
        if section.paragraphs:
            row = _line(sheet, row + 1, section.title, Font(_FAMILY, 12, bold=True, color=BRAND), 24)
        for said in section.paragraphs:
            row = _line(sheet, row, said, Font(_FAMILY, 11), 18 * (1 + width(said) // 88))
    _one_page_wide(sheet)


def _line(sheet: Worksheet, row: int, said: str, font: Font, height: float) -> int:
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=3)
    cell = sheet.cell(row, 1, harmless(said))
    cell.font = font
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.row_dimensions[row].height = height
    return row + 1


def _sheet(sheet: Worksheet, table: Table) -> None:
    sheet.sheet_view.showGridLines = False
    for column, label in enumerate(table.columns, start=1):
        head = sheet.cell(1, column, harmless(label))
        head.font = Font(_FAMILY, 11, bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", BRAND)
        head.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(column)].width = _wide(table, column - 1)
    sheet.row_dimensions[1].height = 30
    for row, cells in enumerate(table.rows, start=2):
        summed = row > len(table.rows) + 1 - table.totals
        for column, cell in enumerate(cells, start=1):
            _cell(sheet, row, column, cell, summed=summed)
    if table.note:
        sheet.cell(len(table.rows) + 3, 1, harmless(table.note)).font = Font(_FAMILY, 10, color=_SOFT)
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape" if len(table.columns) > 6 else "portrait"
    _printed(sheet, table.title)
    _one_page_wide(sheet)


def _printed(sheet: Worksheet, title: str) -> None:
    """On paper a sheet says what it is: a tab is not printed."""
    sheet.oddHeader = HeaderFooterItem(center=_HeaderFooterPart(text=title.replace("&", "&&"), size=14))
    sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(text="&P / &N"))
    sheet.print_options.horizontalCentered = True


def _one_page_wide(sheet: Worksheet) -> None:
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _cell(sheet: Worksheet, row: int, column: int, cell: Cell, *, summed: bool) -> None:
    written = sheet.cell(row, column, _value(cell))
    written.font = Font(_FAMILY, 11, bold=summed)
    written.border = _EDGE
    if summed:
        written.fill = PatternFill("solid", _PALE)
    if cell.kind is not CellKind.TEXT:
        written.number_format = _FORMATS[cell.kind]
        written.alignment = Alignment(horizontal="right")
    elif column > 1 and width(str(cell.value)) <= _SHORT:
        written.alignment = Alignment(horizontal="center")


def _value(cell: Cell) -> str | int | float | Decimal:
    if isinstance(cell.value, str):
        return str(harmless(cell.value))
    number = cell.number
    if number is None:
        return NONE
    return number / 100 if cell.kind in _IN_PERCENT else number


def _wide(table: Table, column: int) -> float:
    texts = [table.columns[column], *(str(row[column]) for row in table.rows)]
    return min(max(width(one) for one in texts) + 3, _WIDEST)


def _charted(sheet: Worksheet, chart: Chart) -> None:
    """The chart, and beside it what it shows."""
    sheet.sheet_view.showGridLines = False
    for row, (label, value) in enumerate(zip(chart.labels, chart.values, strict=True), start=1):
        name, number = sheet.cell(row, 1, harmless(label)), sheet.cell(row, 2, value)
        name.font = number.font = Font(_FAMILY, 11)
        name.border = number.border = _EDGE
        number.number_format = "0.00" if chart.unit == "%" else "#,##0"
    sheet.column_dimensions["A"].width = min(max(map(width, chart.labels), default=8) + 3, _WIDEST)
    drawn = native(chart, _CHART_WIDE)
    rows = len(chart.labels)
    drawn.add_data(Reference(sheet, min_col=2, min_row=1, max_row=rows), titles_from_data=False)
    drawn.set_categories(Reference(sheet, min_col=1, min_row=1, max_row=rows))
    colour(drawn)
    sheet.add_chart(drawn, "D1")
    sheet.page_setup.orientation = "landscape"
    _one_page_wide(sheet)


def _name(title: str, book: Workbook) -> str:
    """A sheet's name: what Excel allows, and not taken yet."""
    name = title.translate(_FORBIDDEN).strip()[:_LONGEST_NAME]
    taken = set(book.sheetnames)
    return name if name not in taken else f"{name[: _LONGEST_NAME - 2]} {len(taken)}"
