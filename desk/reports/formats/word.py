"""A bulletin as a Word document, set as offices set their papers: FangSong in size three, SimHei heads,
tables whose heads repeat, charts that can be opened and edited. Tables too wide to be read upright lie
on sheets of their own at the end.
"""

import io
from collections.abc import Mapping

import docx
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Cm, Pt
from docx.styles.style import ParagraphStyle

from desk.reports.document import Bulletin, Headline, Section, Table
from desk.reports.formats.word_charts import place
from desk.reports.formats.word_fonts import BODY, BRAND, HEAD, SOFT, TITLE, letter, letter_style
from desk.reports.formats.word_tables import PALE, draw, shade

_SHORT, _LONG = Cm(21), Cm(29.7)
_UPRIGHT, _LYING = Cm(16.6), Cm(25.3)
_MANY_COLUMNS = 8


def as_docx(document: Bulletin) -> bytes:
    """The document's bytes."""
    paper = docx.Document()
    _page(paper)
    _styles(paper)
    _head(paper, document)
    annexes = _annexes(document)
    charts = 0
    for section in document.sections:
        charts = _section(paper, section, charts, document, annexes)
    closing = paper.add_paragraph(document.closing)
    closing.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    closing.paragraph_format.space_before = Pt(18)
    _annexed(paper, document, annexes)
    _numbered(paper)
    written = io.BytesIO()
    paper.save(written)
    return written.getvalue()


def _page(paper: Paper) -> None:
    sheet = paper.sections[0]
    sheet.page_width, sheet.page_height = _SHORT, _LONG
    sheet.left_margin = sheet.right_margin = Cm(2.2)
    sheet.top_margin, sheet.bottom_margin = Cm(2.4), Cm(2.2)


def _styles(paper: Paper) -> None:
    normal = paper.styles["Normal"]
    assert isinstance(normal, ParagraphStyle), "every template has it"  # noqa: S101
    letter_style(normal, BODY, 14)
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    normal.paragraph_format.line_spacing = Pt(25)
    normal.paragraph_format.space_after = Pt(0)
    heading = paper.styles["Heading 1"]
    assert isinstance(heading, ParagraphStyle), "every template has it"  # noqa: S101
    letter_style(heading, HEAD, 15)
    heading.font.color.rgb = BRAND
    heading.font.bold = False
    heading.paragraph_format.space_before = Pt(14)
    heading.paragraph_format.space_after = Pt(4)
    heading.paragraph_format.keep_with_next = True


def _head(paper: Paper, document: Bulletin) -> None:
    title = paper.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(34)
    letter(title.add_run(document.title), TITLE, 18, bold=True)
    below = paper.add_paragraph()
    below.alignment = WD_ALIGN_PARAGRAPH.CENTER
    below.paragraph_format.space_after = Pt(10)
    letter(below.add_run(document.subtitle), BODY, 10.5, colour=SOFT)
    if document.headlines:
        _headlines(paper, document.headlines)


def _headlines(paper: Paper, headlines: tuple[Headline, ...]) -> None:
    boxes = paper.add_table(1, len(headlines))
    boxes.alignment = WD_TABLE_ALIGNMENT.CENTER
    for box, one in zip(boxes.rows[0].cells, headlines, strict=True):
        shade(box, PALE)
        for number, (said, points) in enumerate(
            ((one.label, 9.5), (one.value, 17), (one.change or " ", 8.5))
        ):
            line = box.paragraphs[0] if not number else box.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            line.paragraph_format.line_spacing = Pt(points * 1.5)
            letter(line.add_run(said), HEAD, points, colour=BRAND if number == 1 else SOFT)


def _annexes(document: Bulletin) -> Mapping[Table, str]:
    """What each table that lies at the end is called."""
    wide = [one for section in document.sections for one in section.tables if _is_wide(one)]
    return {one: document.annex.format(n=n) for n, one in enumerate(wide, start=1)}


def _is_wide(table: Table) -> bool:
    return len(table.columns) > _MANY_COLUMNS


def _annexed(paper: Paper, document: Bulletin, annexes: Mapping[Table, str]) -> None:
    if not annexes:
        return
    lying = paper.add_section(WD_SECTION.NEW_PAGE)
    lying.orientation = WD_ORIENT.LANDSCAPE
    lying.page_width, lying.page_height = _LONG, _SHORT
    for section in document.sections:
        for table in section.tables:
            if table in annexes:
                draw(paper, table, f"{annexes[table]}　{table.title}", _LYING)


def _section(
    paper: Paper, section: Section, charts: int, document: Bulletin, annexes: Mapping[Table, str]
) -> int:
    paper.add_heading(section.title, 1)
    for said in section.paragraphs:
        _said(paper, said)
    for table in section.tables:
        if table in annexes:
            _said(paper, document.see_annex.format(annex=annexes[table]))
        else:
            draw(paper, table, table.title, _UPRIGHT)
    for chart in section.charts:
        if chart.labels:
            charts += 1
            line = paper.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            line.paragraph_format.space_before = Pt(8)
            place(paper, line.add_run(), chart, charts)
    return charts


def _said(paper: Paper, said: str) -> None:
    paper.add_paragraph(said).paragraph_format.first_line_indent = Pt(28)


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
    letter(run, BODY, 9)
