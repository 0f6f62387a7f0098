"""A server's answer, JSON or XML, as plain rows. Pure, and every byte is a stranger's.

XML with a document type is refused before it is parsed: without one there are no entities to expand. What
comes back is a list of dicts of texts; lists stay lists, a single row is a list of one.
"""

import json
from typing import Any
from xml.etree import ElementTree as ET

LARGEST = 8 * 1024 * 1024
"""Bytes of one answer."""

_DEEPEST = 12
_LISTS = frozenset({"attributes", "values"})

Row = dict[str, Any]


class UnreadableAnswer(Exception):
    """The answer is neither."""


def rows(content: bytes) -> list[Row]:
    """The answer's rows. Raises UnreadableAnswer."""
    if len(content) > LARGEST:
        raise UnreadableAnswer("the answer is too large")
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise UnreadableAnswer("the answer is not UTF-8") from None
    found = _xml(text) if text.startswith("<") else _json(text)
    listed = found if isinstance(found, list) else [found]
    return [one for one in listed if isinstance(one, dict)]


def text(row: Row, name: str) -> str:
    """A field as text without space around it; "" for null, for what is missing and for what is no text."""
    value = row.get(name)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace("\x00", "").strip() if isinstance(value, str | int | float) else ""


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableAnswer("the answer is not JSON") from None


def _xml(text: str) -> Any:
    if "<!doctype" in text.lower() or "<!entity" in text.lower():
        raise UnreadableAnswer("XML with a document type is not read")
    try:
        root = ET.fromstring(text)  # noqa: S314  without a document type nothing expands
    except (ET.ParseError, ValueError):
        raise UnreadableAnswer("the answer is not XML") from None
    if root.tag == "service_definition":
        return _value(root, 0)
    return [_value(child, 0) for child in root]


def _value(element: ET.Element, depth: int) -> Any:
    if depth > _DEEPEST:
        raise UnreadableAnswer("the answer is nested too deeply")
    if element.tag in _LISTS:
        return [_value(child, depth + 1) for child in element]
    if len(element) == 0:
        return element.text or ""
    return {child.tag: _value(child, depth + 1) for child in element}
