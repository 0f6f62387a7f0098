"""What of a sealed document whoever may not see its citizen is shown: a list, and nothing beside it.

The rule: a part or field that is not on the list is as if it had never been told, and so is one that the
contract gets tomorrow. What is on it because the work needs it, though people fill it with words, is shown
as its rule says: words without whom they name and without doors, a place as far as its street or estate,
of files the pictures of the matter. A voice, a film and a paper tell whose they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticUndefined

from hotline.contract import TicketDocument
from intake.model.ticket import AppealType
from intake.understand.persons import masking
from intake.understand.places import rough

Shown = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hider:
    """Takes one ticket's people and doors out of words; `secrets` are what is known of them."""

    secrets: tuple[str | None, ...]

    @classmethod
    def of(cls, document: TicketDocument | Mapping[str, Any]) -> "Hider":
        """For a document: its citizen, and whomever its words name but as the report's subject."""
        person, place = _of(document, "person"), _of(document, "place")
        told = masking.names(*(_of(document, name) for name in ("title", "content", "expectation")))
        named = (name for name in told if name not in (_of(document, "subject") or ""))
        known = (_of(person, name) for name in ("name", "phone", "enterprise"))
        return cls((*known, *named, *rough.details(_of(place, "text") or "")))

    def words(self, text: str | None) -> str | None:
        """The text without them."""
        return text and rough.without_doors(masking.masked(text, *self.secrets), masking.HIDDEN)

    def place(self, text: str | None) -> str | None:
        """Only the street or estate that the text names."""
        return (text and rough.rough(self.words(text) or "")) or None

    def pictures(self, files: tuple[Any, ...]) -> tuple[Any, ...]:
        """Only those that show the matter, each with no more than it takes to show it."""
        return tuple(as_listed(one, FILE, self) for one in files if _shows_the_matter(one))


def is_sealed(document: TicketDocument | Mapping[str, Any]) -> bool:
    """Whether who it is from is nobody's business: a report's always, named or not, others' on their wish."""
    report = _of(document, "appeal_type") == AppealType.REPORT.value
    return report or bool(_of(_of(document, "person"), "confidential"))


def _shows_the_matter(file: Any) -> bool:
    """Whether a file is a picture; whoever sent it is in all other kinds."""
    return _of(file, "kind") == "photo" and str(_of(file, "media_type")).startswith("image/")


def _of(part: Any, name: str) -> Any:
    """A field of a document, read or as it is on the wire."""
    return part.get(name) if isinstance(part, Mapping) else getattr(part, name, None)


def _as_it_is(_hider: Hider, value: Any) -> Any:
    return value


def _words(hider: Hider, value: Any) -> Any:
    return hider.words(value)


def _place(hider: Hider, value: Any) -> Any:
    return hider.place(value)


def _pictures(hider: Hider, value: Any) -> Any:
    return hider.pictures(value)


def _part(listed: Shown) -> Callable[[Hider, Any], Any]:
    return lambda hider, value: as_listed(value, listed, hider)


def _listed(*names: str) -> Shown:
    return dict.fromkeys(names, _as_it_is)


FILE = _listed("kind", "sha256", "media_type", "size", "url")
DOCUMENT: Shown = {
    **_listed("reference", "idempotency_key", "channel", "submitted_at", "appeal_type"),
    **_listed("reply_wanted", "is_public", "expected_by", "language"),
    "category": _part(_listed("code", "path", "confidence")),
    "urgency": _part(_listed("level", "rule")),
    "suggested": _part(_listed("lead_unit", "co_units")),
    "person": _part(_listed("kind", "anonymous")),
    "occurred": _part(_listed("at", "ongoing")),
    "place": _part({"text": _place, "area_code": _as_it_is}),
    **dict.fromkeys(("title", "content", "expectation", "subject"), _words),
    "attachments": _pictures,
}
"""The list."""

EVENT: Shown = {
    **_listed("reason_code", "level", "designated", "master_ref", "lead_unit", "co_units", "due_at"),
    **_listed("said_on", "said_seq", "refused", "tells"),
    **dict.fromkeys(("reason", "redirect_channel", "public_text", "internal_text", "text"), _words),
    "result": lambda hider, value: _values(value, RESULT, hider),
    "attachments": _pictures,
}
"""The list of what a step's detail holds."""

RESULT: Shown = {
    **_listed("answered", "round", "contacted", "solved", "satisfied", "score", "reason_codes"),
    **_listed("rework_wanted", "answered_at", "via"),
    "comment": _words,
}


WIRE_EVENT: Shown = {
    **_listed("event_id", "type", "at"),
    "text": _words,
    "attachments": lambda hider, value: hider.pictures(tuple(value or ())),
    "survey": lambda hider, value: value and _values(value, {**RESULT, **_listed("outcome")}, hider),
}
"""The list of what an event on the wire holds."""


def as_listed(part: Any, listed: Shown, hider: Hider) -> Any:
    """The same document with what is on the list; all else as the contract has it where nothing is told."""
    if part is None:
        return None
    if isinstance(part, Mapping):
        return _values(part, listed, hider)
    fields = type(part).model_fields
    shown = {
        name: listed[name](hider, getattr(part, name)) if name in listed else _untold(field)
        for name, field in fields.items()
    }
    return type(part).model_construct(**shown)


def detail_as_listed(detail: Mapping[str, Any], hider: Hider) -> dict[str, Any]:
    """A step's detail with what is on the list."""
    return _values(detail, EVENT, hider)


def event_as_listed(event: Mapping[str, Any], hider: Hider) -> dict[str, Any]:
    """A citizen's event as it is on the wire, with what is on the list."""
    return _values(event, WIRE_EVENT, hider)


def wire_as_listed(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document as it is on the wire, with what is on the list."""
    return _values(document, DOCUMENT, Hider.of(document))


def _values(given: Mapping[str, Any], listed: Shown, hider: Hider) -> dict[str, Any]:
    return {name: listed[name](hider, one) for name, one in given.items() if name in listed}


def _untold(field: Any) -> Any:
    """What stands where nothing was told; an empty text where the contract demands one."""
    told = field.get_default(call_default_factory=True, validated_data={})
    if told is not PydanticUndefined:
        return told
    return "" if field.annotation is str else None
