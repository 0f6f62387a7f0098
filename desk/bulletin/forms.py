"""The forms a bulletin is written in: each makes the bytes of one file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from desk.bulletin.data import as_csv, as_json
from desk.bulletin.document import Document
from desk.bulletin.figures import Collected
from desk.bulletin.paper import as_docx
from desk.bulletin.sheets import as_xlsx
from desk.bulletin.text import as_text
from desk.bulletin.web import as_html

Write = Callable[[Collected, Document], bytes]
_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Form:
    """`binary`: nothing for a terminal."""

    write: Write
    media_type: str
    binary: bool = False


FORMS: Mapping[str, Form] = {
    "text": Form(lambda _, document: as_text(document).encode(), "text/plain; charset=utf-8"),
    "json": Form(lambda found, _: as_json(found), "application/json"),
    "csv": Form(lambda found, _: as_csv(found), "text/csv; charset=utf-8"),
    "html": Form(lambda _, document: as_html(document), "text/html; charset=utf-8"),
    "docx": Form(lambda _, document: as_docx(document), f"{_OFFICE}.wordprocessingml.document", binary=True),
    "xlsx": Form(lambda _, document: as_xlsx(document), f"{_OFFICE}.spreadsheetml.sheet", binary=True),
}


def written(form: str, found: Collected, document: Document) -> bytes:
    """The bulletin as the bytes of a file."""
    return FORMS[form].write(found, document)
