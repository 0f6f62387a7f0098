"""Charts as shapes with coordinates, for an SVG that needs no style of its own. Pure geometry."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.reports.document import Chart, Shape
from desk.reports.formats.text import width

_ROW, _BAR, _CHARACTER = 30, 18, 7.5
_WIDE, _HIGH, _FOOT, _TOP = 640, 200, 26, 24


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar (or a point where `wide` is 0) with its value and name; (x, y) is its upper left corner."""

    x: float
    y: float
    wide: float
    high: float
    label: str
    value: str
    label_x: float
    label_y: float
    value_x: float
    value_y: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing of `wide` by `high`; `line` are the points of a line chart."""

    title: str
    shape: str
    wide: float
    high: float
    marks: tuple[Mark, ...]
    line: str = ""


def plot(chart: Chart) -> Plot:
    """The chart's drawing."""
    if chart.shape is Shape.BARS:
        return _bars(chart)
    return _line(chart) if chart.shape is Shape.LINE else _columns(chart)


def _bars(chart: Chart) -> Plot:
    left = max((width(label) for label in chart.labels), default=0) * _CHARACTER + 8
    most = max((value for value in chart.values if value is not None), default=Decimal(0)) or Decimal(1)
    room = _WIDE - left - 70
    marks = []
    for row, (label, value) in enumerate(zip(chart.labels, chart.values, strict=True)):
        long = round(float((value or 0) / most) * room, 1)
        y = row * _ROW + 6
        marks.append(
            Mark(left, y, long, _BAR, label, _said(value, chart), left - 8, y + 14, left + long + 6, y + 14)
        )
    return Plot(chart.title, chart.shape, _WIDE, len(marks) * _ROW + 6, tuple(marks))


def _columns(chart: Chart) -> Plot:
    most = max((value for value in chart.values if value is not None), default=Decimal(0)) or Decimal(1)
    step = _WIDE / max(len(chart.labels), 1)
    wide = round(step * 0.6, 1)
    floor = _HIGH - _FOOT
    marks = []
    for number, (label, value) in enumerate(zip(chart.labels, chart.values, strict=True)):
        tall = round(float((value or 0) / most) * (floor - _TOP), 1)
        middle = round((number + 0.5) * step, 1)
        x, y = round(middle - wide / 2, 1), round(floor - tall, 1)
        marks.append(Mark(x, y, wide, tall, label, _said(value, chart), middle, _HIGH - 8, middle, y - 5))
    return Plot(chart.title, chart.shape, _WIDE, _HIGH, tuple(marks))


def _line(chart: Chart) -> Plot:
    known = [value for value in chart.values if value is not None]
    low, high = _span(known)
    step = _WIDE / max(len(chart.labels), 1)
    floor = _HIGH - _FOOT
    marks = []
    for number, (label, value) in enumerate(zip(chart.labels, chart.values, strict=True)):
        if value is None:
            continue
        x = round((number + 0.5) * step, 1)
        y = round(floor - float((value - low) / (high - low)) * (floor - _TOP), 1)
        marks.append(Mark(x, y, 0, 0, label, _said(value, chart), x, _HIGH - 8, x, y - 8))
    points = " ".join(f"{mark.x},{mark.y}" for mark in marks)
    return Plot(chart.title, chart.shape, _WIDE, _HIGH, tuple(marks), points)


def _span(known: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """A little more than what is shown, so that a small change neither vanishes nor shouts."""
    if not known:
        return Decimal(0), Decimal(1)
    low, high = min(known), max(known)
    room = max((high - low) / 4, Decimal(1))
    return low - room, high + room


def _said(value: Decimal | None, chart: Chart) -> str:
    return "" if value is None else f"{value:,}{chart.unit}"
