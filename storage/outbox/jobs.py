"""What can stand in the front door's outbox: one frozen class for each kind, written and read here alone.

The rule: a kind and its fields are stored names, and processes of two releases share the table while one
follows the other. A field that a newer release wrote is ignored, one that an older release did not write
takes its default; a kind that is not known here is buried with that reason, and an operator may retry it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from pydantic import PlainSerializer, TypeAdapter, ValidationError

from intake.model.messages import Inbound, MediaKind, Outgoing
from intake.model.ports import Rejected
from storage.db.sealed import UnreadableRow

Body = dict[str, Any]
"""A job as it is stored."""

At = Annotated[datetime, PlainSerializer(datetime.isoformat, when_used="json")]


@dataclass(frozen=True, slots=True)
class FetchFile:
    """Download a citizen's file: the platforms keep it for days only."""

    attachment: str
    kind: MediaKind
    media_id: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class DiscardFile:
    """Remove a content that no attachment is any more."""

    sha256: str


@dataclass(frozen=True, slots=True)
class EndBurst:
    """Look whether a citizen's files are all there; `end` is the message that would end them."""

    end: Inbound


@dataclass(frozen=True, slots=True)
class SubmitTicket:
    """File a ticket with the backend."""

    reference: str


@dataclass(frozen=True, slots=True)
class SendEvent:
    """Tell the backend what happened to one ticket."""

    event_id: str
    type: str
    at: At
    reference: str
    text: str | None = None
    attachments: tuple[str, ...] = ()
    survey: dict[str, object] | None = None
    hotline_ref: str | None = None


@dataclass(frozen=True, slots=True)
class SendLateFile:
    """Have a file follow that missed its ticket."""

    event_id: str
    at: At
    attachment: str
    reference: str
    hotline_ref: str | None = None


@dataclass(frozen=True, slots=True)
class SendAlert:
    """Call the backend's staff: danger, or something stuck. `channel` is the wire's code.

    `texts`: the words joined in `text`, while more of them may come.
    """

    event_id: str
    at: At
    kind: str
    text: str
    channel: str
    phone: str | None = None
    conversation: str | None = None
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SendHandoff:
    """A citizen asks for a person. `channel` is the wire's code."""

    event_id: str
    at: At
    text: str
    channel: str
    conversation: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class ForgetTalk:
    """Have the backend forget what was said to its staff."""

    event_id: str
    at: At
    conversation: str


Job = (
    Outgoing
    | FetchFile
    | DiscardFile
    | EndBurst
    | SubmitTicket
    | SendEvent
    | SendLateFile
    | SendAlert
    | SendHandoff
    | ForgetTalk
)

KINDS: Mapping[str, type[Job]] = {
    "reply": Outgoing,
    "fetch": FetchFile,
    "discard": DiscardFile,
    "burst": EndBurst,
    "submit": SubmitTicket,
    "event": SendEvent,
    "late_file": SendLateFile,
    "alert": SendAlert,
    "handoff": SendHandoff,
    "forget": ForgetTalk,
}
"""By the name that is stored."""

_NAMES: Mapping[type[Job], str] = {job: kind for kind, job in KINDS.items()}


def kind_of(job: type[Job]) -> str:
    """The stored name of a kind."""
    return _NAMES[job]


def written(job: Job) -> Body:
    """A job as it is stored."""
    body: Body = _adapter(kind_of(type(job))).dump_python(job, mode="json")
    return body


def read(kind: str, body: Body) -> Job:
    """The job that was stored. Raises Rejected for an unknown kind, UnreadableRow for another's body."""
    if kind not in KINDS:
        raise Rejected(f"no such kind of entry: {kind}")
    try:
        found: Job = _adapter(kind).validate_python(body)
    except ValidationError as error:  # its words may be a citizen's; the fields' names say enough
        where = ", ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
        raise UnreadableRow(f"no {kind}: {where}") from None
    return found


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[kind])
