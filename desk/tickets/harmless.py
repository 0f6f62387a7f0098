"""What of a sealed document whoever may not see its citizen is shown: a list, and nothing beside it.

The rule: a part or field that is not on the list is as if it had never been told, and so is one that the
contract gets tomorrow. What is on it because the work needs it, though people fill it with words, is shown
as its rule says: words without whom they name and without doors, a place as far as its street or estate,
of files the pictures of the matter. A voice, a film and a paper tell whose they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from hotline.contract import TicketDocument
from intake.understand.persons import masking
from intake.understand.places import rough

Shown = Mapping[str, Any]
P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Hider:
    """Takes one ticket's people and doors out of words; `secrets` are what is known of them."""

    secrets: tuple[str | None, ...]

    @classmethod
    def of(cls, document: TicketDocument) -> "Hider":
        """For a document: its citizen, and whomever its words name but as the report's subject."""
        person = document.person
        told = masking.names(document.title, document.content, document.expectation)
        named = tuple(name for name in told if name not in (document.subject or ""))
        place = document.place.text if document.place else None
        return cls((person.name, person.phone, person.enterprise, *named, *rough.details(place or "")))

    def words(self, text: str | None) -> str | None:
        """The text without them."""
        return text and rough.without_doors(masking.masked(text, *self.secrets), masking.HIDDEN)

    def place(self, text: str | None) -> str | None:
        """Only the street or estate that the text names."""
        return (text and rough.rough(self.words(text) or "")) or None

    def pictures(self, files: tuple[Any, ...]) -> tuple[Any, ...]:
        """Only those that show the matter, each with no more than it takes to show it."""
        return tuple(
            as_listed(one, FILE, self) for one in files if shows_the_matter(one.kind, one.media_type)
        )


def shows_the_matter(kind: str, media_type: str) -> bool:
    """Whether a file is a picture; whoever sent it is in all other kinds."""
    return kind == "photo" and media_type.startswith("image/")


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
    **_listed("refused", "tells"),
    **dict.fromkeys(("reason", "redirect_channel", "public_text", "internal_text", "text"), _words),
    "result": lambda hider, value: _values(value, RESULT, hider),
    "attachments": lambda _hider, value: _files(value),
}
"""The list of what a step's detail holds."""

RESULT: Shown = {
    **_listed("answered", "round", "contacted", "solved", "satisfied", "score", "reason_codes"),
    **_listed("rework_wanted", "answered_at", "via"),
    "comment": _words,
}


def as_listed(part: P | None, listed: Shown, hider: Hider) -> P | None:
    """The same document with what is on the list; all else as the contract has it where nothing is told."""
    if part is None:
        return None
    fields = type(part).model_fields
    shown = {
        name: listed[name](hider, getattr(part, name)) if name in listed else _untold(field)
        for name, field in fields.items()
    }
    return type(part).model_construct(**shown)


def detail_as_listed(detail: Mapping[str, Any], hider: Hider) -> dict[str, Any]:
    """A step's detail with what is on the list."""
    return _values(detail, EVENT, hider)


def _values(given: Mapping[str, Any], listed: Shown, hider: Hider) -> dict[str, Any]:
    return {name: listed[name](hider, one) for name, one in given.items() if name in listed}


def _files(files: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: one[name] for name in FILE if name in one}
        for one in files
        if shows_the_matter(str(one.get("kind")), str(one.get("media_type")))
    ]


def _untold(field: Any) -> Any:
    """What stands where nothing was told; an empty text where the contract demands one."""
    told = field.get_default(call_default_factory=True, validated_data={})
    if told is not PydanticUndefined:
        return told
    return "" if field.annotation is str else None
