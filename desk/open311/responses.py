"""What leaves the server, in JSON or XML as GeoReport v2 spells them; errors too. Pure but for the response.

XML is built as a tree, never as text, and without the characters XML 1.0 has no place for.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from fastapi.responses import JSONResponse, Response

FORMATS = ("json", "xml")
_XML = "text/xml; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ONE_OF = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "attributes": "attribute",
    "values": "value",
    "errors": "error",
}


class Open311Error(Exception):
    """The request is answered with this status and one or more sentences."""

    def __init__(self, status: int, *sentences: str, retry_after: int | None = None) -> None:
        super().__init__("; ".join(sentences))
        self.status = status
        self.sentences = sentences
        self.retry_after = retry_after


def listing(format_: str, root: str, rows: Sequence[Mapping[str, Any]], status: int = 200) -> Response:
    """A list: bare in JSON, under `root` in XML."""
    if format_ == "xml":
        return _xml(_filled(root, rows), status)
    return JSONResponse(list(rows), status, media_type=_JSON)


def single(format_: str, root: str, row: Mapping[str, Any]) -> Response:
    """One object."""
    if format_ == "xml":
        return _xml(_filled(root, row), 200)
    return JSONResponse(dict(row), media_type=_JSON)


def errors(format_: str, failed: Open311Error) -> Response:
    """Open311's array of errors."""
    rows = [{"code": failed.status, "description": sentence} for sentence in failed.sentences]
    answer = listing(format_, "errors", rows, failed.status)
    if failed.retry_after is not None:
        answer.headers["retry-after"] = str(failed.retry_after)
    return answer


def _xml(root: ET.Element, status: int) -> Response:
    return Response(ET.tostring(root, "utf-8", xml_declaration=True), status, media_type=_XML)


def _filled(name: str, value: Any) -> ET.Element:
    element = ET.Element(name)
    if isinstance(value, Mapping):
        element.extend(_filled(key, inner) for key, inner in value.items())
    elif isinstance(value, list | tuple):
        element.extend(_filled(_ONE_OF[name], inner) for inner in value)
    elif isinstance(value, bool):
        element.text = str(value).lower()
    elif value is not None:
        element.text = _UNSPEAKABLE.sub("", str(value))
    return element
