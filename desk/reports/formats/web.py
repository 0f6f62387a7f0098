"""A bulletin as one HTML file to mail or print; the desk's page shows the same body in its own frame."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from desk.reports.document import Bulletin, CellKind
from desk.reports.formats.svg_charts import plot

_FOLDER = Path(__file__).parents[2] / "pages" / "templates"
_STYLE = Path(__file__).parents[2] / "static" / "bulletin.css"


def as_html(document: Bulletin) -> bytes:
    """The whole file, its style inside."""
    template = _environment().get_template("bulletin_file.html")
    style = _STYLE.read_text("utf-8")
    return template.render(document=document, plot=plot, Kind=CellKind, style=style).encode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
