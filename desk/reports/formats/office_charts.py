"""A chart as office programs draw it themselves, for a workbook and for a paper: every name readable,
every value written at its place, and so no scale for what stands there already.
"""

from openpyxl.chart import BarChart, LineChart
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)

from desk.reports.document import Chart, Shape

BRAND = "12498C"
_FAMILY = "Microsoft YaHei"
_TITLE, _TEXT = 12, 9
_ROW, _LEAST, _HEADING = 0.62, 7.0, 2.0


def native(chart: Chart, wide: float) -> BarChart | LineChart:
    """An empty chart of this shape, so many centimetres wide, without its data."""
    drawn = LineChart() if chart.shape is Shape.LINE else BarChart()
    if isinstance(drawn, BarChart):
        drawn.type = "bar" if chart.shape is Shape.BARS else "col"
        drawn.gapWidth = 60
    drawn.title = _title(chart)
    drawn.legend = None
    drawn.width = wide  # type: ignore[assignment]  # the library reckons with fractions too
    drawn.height = height(chart)
    drawn.dataLabels = _values(chart)
    _axes(drawn, chart)
    return drawn


def colour(drawn: BarChart | LineChart) -> None:
    """The series in the desk's own blue."""
    for series in drawn.series:
        series.smooth = False
        series.graphicalProperties = GraphicalProperties(solidFill=BRAND)
        series.graphicalProperties.line.solidFill = BRAND


def height(chart: Chart) -> float:
    """In centimetres: bars need a line each, the rest is as high as it is read best."""
    if chart.shape is not Shape.BARS:
        return _LEAST
    return max(_ROW * len(chart.labels) + _HEADING, _LEAST / 2)


def _title(chart: Chart) -> Title:
    letters = _letters(_TITLE, bold=True)
    said = Paragraph(pPr=ParagraphProperties(defRPr=letters), r=[RegularTextRun(rPr=letters, t=chart.title)])
    return Title(tx=Text(rich=RichText(p=[said])), overlay=False)


def _values(chart: Chart) -> DataLabelList:
    said = DataLabelList(showVal=True, numFmt="0.00" if chart.unit == "%" else "#,##0")
    for name in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
        setattr(said, name, False)
    said.dLblPos = "t" if chart.shape is Shape.LINE else "outEnd"
    said.txPr = _text(8 if chart.shape is Shape.LINE else _TEXT)
    return said


def _axes(drawn: BarChart | LineChart, chart: Chart) -> None:
    names, scale = drawn.x_axis, drawn.y_axis
    names.delete, scale.delete = False, True
    names.tickLblSkip = 1  # type: ignore[attr-defined]  # the axis of names has it
    names.majorTickMark = "none"
    names.txPr = _text(_TEXT)
    scale.majorGridlines = None
    scale.scaling.min = 0
    if chart.shape is Shape.BARS:
        names.scaling.orientation = "maxMin"  # the first at the top
    if chart.shape is Shape.LINE:
        names.tickLblPos = "low"
        known = [float(value) for value in chart.values if value is not None]
        low, high = min(known, default=0), max(known, default=0)
        room = max((high - low) / 2, 1)
        scale.scaling.min, scale.scaling.max = max(0, low - room), high + room


def _letters(points: float, *, bold: bool = False) -> CharacterProperties:
    family = Font(typeface=_FAMILY)
    return CharacterProperties(sz=int(points * 100), b=bold, latin=family, ea=family)


def _text(points: float) -> RichText:
    letters = _letters(points)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=letters), endParaRPr=letters)])
