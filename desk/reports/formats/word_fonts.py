"""The letters of a Word document: a family for Latin and for Chinese signs alike, its size and colour."""

from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.run import Run

BODY, HEAD, TITLE = "FangSong", "SimHei", "SimSun"
BRAND, SOFT = RGBColor(0x12, 0x49, 0x8C), RGBColor(0x4B, 0x5A, 0x6B)


def letter(run: Run, name: str, points: float, *, bold: bool = False, colour: RGBColor | None = None) -> None:
    """Set a run in these letters."""
    run.font.name = name
    run.font.size = Pt(points)
    run.font.bold = bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)  # noqa: SLF001  # no other way to it
    if colour is not None:
        run.font.color.rgb = colour


def letter_style(style: ParagraphStyle, name: str, points: float) -> None:
    """Set all of a style in these letters."""
    style.font.name = name
    style.font.size = Pt(points)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
