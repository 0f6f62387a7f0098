"""A bulletin as a Word document, set as offices set their papers: FangSong in size three, SimHei heads,
tables whose heads repeat, charts that can be opened and edited.
"""

import io

import docx
from docx.document import Document as Paper
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table as PaperTable
from docx.table import _Cell as PaperCell
from docx.text.run import Run

from desk.bulletin.document import Cell, Document, Headline, Kind, Section, Table
from desk.bulletin.drawn import place
from desk.bulletin.text import width

_BODY, _HEAD, _TITLE = "FangSong", "SimHei", "SimSun"
_BRAND, _SOFT = RGBColor(0x12, 0x49, 0x8C), RGBColor(0x4B, 0x5A, 0x6B)
_PALE, _GREY = "E6EEF8", "F2F4F7"
_TEXT_WIDTH = Cm(16.6)
_MANY_COLUMNS = 7


def as_docx(document: Document) -> bytes:
    """The document's bytes."""
    paper = docx.Document()
    _page(paper)
    _styles(paper)
    _head(paper, document)
    charts = 0
    for section in document.sections:
        charts = _section(paper, section, charts)
    closing = paper.add_paragraph(document.closing)
    closing.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    closing.paragraph_format.space_before = Pt(18)
    _numbered(paper)
    written = io.BytesIO()
    paper.save(written)
    return written.getvalue()


def _page(paper: Paper) -> None:
    sheet = paper.sections[0]
    sheet.page_width, sheet.page_height = Cm(21), Cm(29.7)
    sheet.left_margin = sheet.right_margin = Cm(2.2)
    sheet.top_margin, sheet.bottom_margin = Cm(2.4), Cm(2.2)


def _styles(paper: Paper) -> None:
    normal = paper.styles["Normal"]
    assert isinstance(normal, ParagraphStyle), "every template has it"  # noqa: S101
    _font(normal, _BODY, 14)
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    normal.paragraph_format.line_spacing = Pt(25)
    normal.paragraph_format.space_after = Pt(0)
    heading = paper.styles["Heading 1"]
    assert isinstance(heading, ParagraphStyle), "every template has it"  # noqa: S101
    _font(heading, _HEAD, 15)
    heading.font.color.rgb = _BRAND
    heading.font.bold = False
    heading.paragraph_format.space_before = Pt(14)
    heading.paragraph_format.space_after = Pt(4)
    heading.paragraph_format.keep_with_next = True


def _font(style: ParagraphStyle, name: str, points: float) -> None:
    style.font.name = name
    style.font.size = Pt(points)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _head(paper: Paper, document: Document) -> None:
    title = paper.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(34)
    _run(title.add_run(document.title), _TITLE, 18, bold=True)
    below = paper.add_paragraph()
    below.alignment = WD_ALIGN_PARAGRAPH.CENTER
    below.paragraph_format.space_after = Pt(10)
    _run(below.add_run(document.subtitle), _BODY, 10.5, colour=_SOFT)
    if document.headlines:
        _headlines(paper, document.headlines)


def _headlines(paper: Paper, headlines: tuple[Headline, ...]) -> None:
    boxes = paper.add_table(1, len(headlines))
    boxes.alignment = WD_TABLE_ALIGNMENT.CENTER
    for box, one in zip(boxes.rows[0].cells, headlines, strict=True):
        _shade(box, _PALE)
        for number, (said, points) in enumerate(
            ((one.label, 9.5), (one.value, 17), (one.change or " ", 8.5))
        ):
            line = box.paragraphs[0] if not number else box.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            line.paragraph_format.line_spacing = Pt(points * 1.5)
            _run(line.add_run(said), _HEAD, points, colour=_BRAND if number == 1 else _SOFT)


def _section(paper: Paper, section: Section, charts: int) -> int:
    paper.add_heading(section.title, 1)
    for said in section.paragraphs:
        line = paper.add_paragraph(said)
        line.paragraph_format.first_line_indent = Pt(28)
    for table in section.tables:
        _table(paper, table)
    for chart in section.charts:
        if chart.labels:
            charts += 1
            line = paper.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            line.paragraph_format.space_before = Pt(8)
            place(paper, line.add_run(), chart, charts)
    return charts


def _table(paper: Paper, table: Table) -> None:
    caption = paper.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.space_before = Pt(8)
    caption.paragraph_format.keep_with_next = True
    _run(caption.add_run(table.title), _HEAD, 11)
    points = 7.5 if len(table.columns) > _MANY_COLUMNS else 9.5
    grid = paper.add_table(1, len(table.columns), "Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    _close(grid)
    for cell, label in zip(grid.rows[0].cells, table.columns, strict=True):
        _write(cell, label, points, WD_ALIGN_PARAGRAPH.CENTER, bold=True)
        _shade(cell, _PALE)
    _repeat(grid)
    for number, row in enumerate(table.rows):
        summed = number >= len(table.rows) - table.totals
        for cell, value in zip(grid.add_row().cells, row, strict=True):
            _write(cell, str(value), points, _side(value), bold=summed)
            if summed:
                _shade(cell, _GREY)
    _widths(grid, table)


def _side(cell: Cell) -> WD_ALIGN_PARAGRAPH:
    return WD_ALIGN_PARAGRAPH.LEFT if cell.kind is Kind.TEXT else WD_ALIGN_PARAGRAPH.RIGHT


def _write(cell: PaperCell, said: str, points: float, side: WD_ALIGN_PARAGRAPH, *, bold: bool) -> None:
    line = cell.paragraphs[0]
    line.alignment = side
    line.paragraph_format.line_spacing = Pt(points * 1.55)
    _run(line.add_run(said), _HEAD if bold else _BODY, points)


def _widths(grid: PaperTable, table: Table) -> None:
    """Columns share the page by the width of what stands in them."""
    needs = [
        max(max((width(str(row[n])) for row in table.rows), default=4), min(width(table.columns[n]), 8), 4)
        + 2
        for n in range(len(table.columns))
    ]
    total = sum(needs)
    wide = min(_TEXT_WIDTH, Cm(0.34 * total)) if total * 0.34 < _TEXT_WIDTH.cm else _TEXT_WIDTH
    for column, need in zip(grid.columns, needs, strict=True):
        column.width = int(wide * need / total)
        for cell in column.cells:
            cell.width = int(wide * need / total)


def _run(run: Run, name: str, points: float, *, bold: bool = False, colour: RGBColor | None = None) -> None:
    run.font.name = name
    run.font.size = Pt(points)
    run.font.bold = bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)  # noqa: SLF001  # no other way to it
    if colour is not None:
        run.font.color.rgb = colour


def _shade(cell: PaperCell, fill: str) -> None:
    shading = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shading.set(qn(f"w:{name}"), value)
    cell._element.get_or_add_tcPr().append(shading)  # noqa: SLF001  # no other way to it


def _close(grid: PaperTable) -> None:
    """Little space beside the numbers: there are many columns."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "40")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    grid._tbl.tblPr.append(margins)  # noqa: SLF001  # no other way to it


def _repeat(grid: PaperTable) -> None:
    """The head again on every page."""
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001  # no other way to it


def _numbered(paper: Paper) -> None:
    """The page's number at its foot."""
    foot = paper.sections[0].footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = foot.add_run()
    for kind, said in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = said
        run._element.append(part)  # noqa: SLF001  # no other way to it
    _run(run, _BODY, 9)
