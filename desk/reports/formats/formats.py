"""The forms a bulletin is written in: each makes the bytes of one file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from desk.reports.document import Bulletin
from desk.reports.figures import Collected
from desk.reports.formats.data import as_csv, as_json
from desk.reports.formats.text import as_text
from desk.reports.formats.web import as_html
from desk.reports.formats.word import as_docx
from desk.reports.formats.workbook import as_xlsx

Write = Callable[[Collected, Bulletin], bytes]
_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class FileFormat:
    """`binary`: nothing for a terminal."""

    write: Write
    media_type: str
    binary: bool = False


FORMS: Mapping[str, FileFormat] = {
    "text": FileFormat(lambda _, document: as_text(document).encode(), "text/plain; charset=utf-8"),
    "json": FileFormat(lambda found, _: as_json(found), "application/json"),
    "csv": FileFormat(lambda found, _: as_csv(found), "text/csv; charset=utf-8"),
    "html": FileFormat(lambda _, document: as_html(document), "text/html; charset=utf-8"),
    "docx": FileFormat(
        lambda _, document: as_docx(document), f"{_OFFICE}.wordprocessingml.document", binary=True
    ),
    "xlsx": FileFormat(lambda _, document: as_xlsx(document), f"{_OFFICE}.spreadsheetml.sheet", binary=True),
}


def written(form: str, found: Collected, document: Bulletin) -> bytes:
    """The bulletin as the bytes of a file."""
    return FORMS[form].write(found, document)
