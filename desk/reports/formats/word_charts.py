"""A native chart in a Word document: the chart's own XML, and the little workbook behind it.

python-docx knows no charts, but a chart in a document is the same XML as in a workbook, and that
openpyxl writes. Its values are in it, so that it is drawn without the workbook; the workbook
lets a reader change them.
"""

import io
from xml.sax.saxutils import quoteattr

from docx.document import Document as Paper
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.parser import parse_xml
from docx.shared import Cm
from docx.text.run import Run
from openpyxl import Workbook
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.series import Series
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import SubElement, tostring

from desk.reports.document import Chart
from desk.reports.formats.office_charts import colour, height, native

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWINGML = "http://schemas.openxmlformats.org/drawingml/2006"
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHEET = "Sheet"
_WIDE = 15.5


def place(paper: Paper, run: Run, chart: Chart, number: int) -> None:
    """Put the document's `number`-th chart into the run."""
    package = paper.part.package
    assert package is not None, "a document has a package"  # noqa: S101
    book = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), _BOOK_TYPE, _book(chart), package)
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), _CHART_TYPE, b"", package)
    part._blob = _xml(chart, part.relate_to(book, f"{_OFFICE}/package"))  # noqa: SLF001  # its relation comes first
    within = paper.part.relate_to(part, f"{_OFFICE}/chart")
    run._element.append(parse_xml(_frame(within, number, chart)))  # noqa: SLF001  # no other way to it


def _xml(chart: Chart, book: str) -> bytes:
    """The chart's own part."""
    drawn = native(chart, _WIDE)
    drawn.series.append(_series(chart))
    colour(drawn)
    tree = drawn._write()  # type: ignore[union-attr]  # noqa: SLF001  # what the library itself writes
    outside = SubElement(tree, f"{{{_DRAWINGML}/chart}}externalData")
    outside.set(f"{{{_OFFICE}}}id", book)
    SubElement(outside, f"{{{_DRAWINGML}/chart}}autoUpdate").set("val", "0")
    written: bytes = tostring(tree)
    return written


def _series(chart: Chart) -> Series:
    rows = len(chart.labels)
    labels = StrData(ptCount=rows, pt=[StrVal(idx=n, v=one) for n, one in enumerate(chart.labels)])
    known = [NumVal(idx=n, v=str(one)) for n, one in enumerate(chart.values) if one is not None]
    values = NumData(formatCode="General", ptCount=rows, pt=known)
    return Series(
        cat=AxDataSource(strRef=StrRef(f=f"{_SHEET}!$A$1:$A${rows}", strCache=labels)),
        val=NumDataSource(numRef=NumRef(f=f"{_SHEET}!$B$1:$B${rows}", numCache=values)),
    )


def _book(chart: Chart) -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet), "a new workbook has a sheet"  # noqa: S101
    sheet.title = _SHEET
    for row in zip(chart.labels, chart.values, strict=True):
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _frame(relation: str, number: int, chart: Chart) -> str:
    """What stands in the text: how large the chart is, and where it lies."""
    return (
        '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        f' xmlns:wp="{_DRAWINGML}/wordprocessingDrawing" xmlns:a="{_DRAWINGML}/main"'
        f' xmlns:c="{_DRAWINGML}/chart" xmlns:r="{_OFFICE}">'
        f'<wp:inline><wp:extent cx="{Cm(_WIDE)}" cy="{Cm(height(chart))}"/>'
        f'<wp:docPr id="{number}" name="chart {number}" descr={quoteattr(chart.title)}/>'
        f'<a:graphic><a:graphicData uri="{_DRAWINGML}/chart"><c:chart r:id="{relation}"/>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
