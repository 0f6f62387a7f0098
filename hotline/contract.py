"""The wire's words: every document that passes between us and a backend, both ways.

The field names are promised to integrators. A new field may be added when it is optional; nothing is
renamed. Unknown is null, times are RFC 3339 with an offset, fields we do not know are ignored.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

EVENT_TYPES = frozenset({"supplement", "urge", "withdraw", "survey_result", "erase"})
"""What we tell about a ticket, at `/tickets/{hotline_ref}/events`."""

GENERAL_EVENT_TYPES = frozenset({"handoff", "alert", "erase"})
"""What concerns no ticket, at `/events`; `erase` there is about what was said in a conversation."""


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("a NUL character cannot be stored")
    return text


def _in_utc(at: datetime) -> datetime:
    if not 2000 <= at.year <= 2200:
        raise ValueError("outside the years 2000 to 2200")
    return at.astimezone(UTC)


Text = Annotated[str, AfterValidator(_storable)]
Line = Annotated[Text, Field(max_length=256)]
Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class WireDocument(BaseModel):
    """A JSON object on the wire."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class CategoryPart(WireDocument):
    code: Line
    path: Text | None = None
    confidence: float | None = None


class UrgencyPart(WireDocument):
    level: Literal["normal", "urgent", "critical"] = "normal"
    rule: Line | None = None


class OccurredPart(WireDocument):
    text: Text
    at: AwareDatetime | None = None
    ongoing: bool | None = None


class PlacePart(WireDocument):
    text: Text | None = None
    area_code: Line | None = None
    lat: float | None = None
    lng: float | None = None
    coord_sys: Literal["WGS84", "GCJ02"] | None = None


class PersonPart(WireDocument):
    """`kind` is what the citizen speaks as; of an anonymous one nothing else is told."""

    kind: Literal["individual", "enterprise", "anonymous"]
    name: Text | None = None
    phone: Line | None = None
    enterprise: Text | None = None
    anonymous: bool = False
    confidential: bool = False


class AttachmentPart(WireDocument):
    """`url` is signed and expires, and is no part of what an Idempotency-Key compares."""

    kind: Literal["photo", "voice", "video", "document"]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    media_type: Line
    size: int
    url: Text


class SuggestedPart(WireDocument):
    """Unit ids of the city profile; a suggestion, the centre decides."""

    lead_unit: Line | None = None
    co_units: tuple[Line, ...] = ()


class ConsentPart(WireDocument):
    notice_version: Line
    at: AwareDatetime


class TicketDocument(WireDocument):
    """What `POST /tickets` carries."""

    reference: Line
    idempotency_key: Line
    channel: Literal["WX", "TG", "TEL", "WEB", "APP", "MAIL", "110"]  # ours are WX and TG
    submitted_at: AwareDatetime
    appeal_type: Literal["ZX", "QZ", "TS", "JB", "JY", "BY"]
    category: CategoryPart
    urgency: UrgencyPart
    title: Text
    content: Text
    expectation: Text | None = None
    occurred: OccurredPart | None = None
    place: PlacePart | None = None
    subject: Text | None = None
    person: PersonPart
    reply_wanted: bool
    is_public: bool
    expected_by: date | None = None
    attachments: tuple[AttachmentPart, ...] = ()
    suggested: SuggestedPart
    related_to: Line | None = None
    labels: tuple[Line, ...] = ()
    consent: ConsentPart | None = None
    language: Line


class SurveyResult(WireDocument):
    """A survey's end: the answers, or `outcome` alone when none came within the window."""

    contacted: bool | None = None
    solved: Literal["yes", "partly", "no"] | None = None
    satisfied: Literal["satisfied", "basically", "dissatisfied"] | None = None
    score: Annotated[int, Field(ge=1, le=5)] | None = None
    reason_codes: tuple[Line, ...] = ()
    comment: Text | None = None
    rework_wanted: bool | None = None
    answered_at: AwareDatetime | None = None
    via: Literal["WX", "TG", "TEL"] | None = None
    round: Annotated[int, Field(ge=1, le=1000)] | None = None
    outcome: Literal["no_answer"] | None = None

    @model_validator(mode="after")
    def _answered_or_not(self) -> Self:
        if self.outcome is None and (self.solved is None or self.satisfied is None):
            raise ValueError("either the answers or an outcome")
        return self


class TranscriptLine(WireDocument):
    """One message of a handed-off chat; `side` says who spoke."""

    side: Literal["citizen", "bot", "person"]
    text: Text
    at: AwareDatetime | None = None


class HotlineEvent(WireDocument):
    """What `POST …/events` carries; which optional fields stand depends on `type`.

    handoff: `conversation`, `transcript` or `text` (a further message), `phone` or null.
    alert: `kind` (the rule that matched), `text`, `channel`, `reach` (how to reach the citizen).
    erase without a ticket: `conversation`, whose words are to be forgotten.
    """

    event_id: Line
    type: Line
    at: AwareDatetime
    text: Text | None = None
    attachments: tuple[AttachmentPart, ...] | None = None
    survey: SurveyResult | None = None
    conversation: Line | None = None
    transcript: tuple[TranscriptLine, ...] | None = None
    phone: Line | None = None
    kind: Line | None = None
    channel: Line | None = None
    reach: Text | None = None


class Receipt(WireDocument):
    """The answer to a ticket: the backend's number for it."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    hotline_ref: Annotated[Text, Field(min_length=1, max_length=64)]
    received_at: AwareDatetime | None = None


class StatusDocument(WireDocument):
    """What `GET /tickets/{hotline_ref}` answers."""

    hotline_ref: Line
    reference: Line | None = None
    status: Line
    lead_unit: Line | None = None
    co_units: tuple[Line, ...] = ()
    due_at: AwareDatetime | None = None
    round: int = 1
    public_text: Text | None = None
    updated_at: AwareDatetime


class SurveyRequest(WireDocument):
    """Whom to ask about a ticket that did not come from us: a phone, or channel and user."""

    phone: Line | None = None
    channel: Line | None = None
    user: Line | None = None
    title: Text | None = None
    unit: Line | None = None
    completed_at: AwareDatetime | None = None


class Callback(WireDocument):
    """What the backend posts to `/webhooks/hotline`. A type we do not know is still our document."""

    event_id: Annotated[Line, Field(min_length=1)]
    type: Annotated[Line, Field(min_length=1)]
    at: Instant
    hotline_ref: Line | None = None
    reference: Line | None = None
    conversation: Line | None = None
    unit: Line | None = None
    lead_unit: Line | None = None
    co_units: tuple[Line, ...] | None = None
    due_at: Instant | None = None
    public_text: Annotated[Text, Field(max_length=20_000)] | None = None
    reason: Annotated[Text, Field(max_length=20_000)] | None = None
    redirect_channel: Line | None = None
    master_ref: Line | None = None
    round: Annotated[int, Field(ge=1, le=1000)] | None = None
    survey: SurveyRequest | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if self.hotline_ref or self.reference or self.conversation or self.survey:
            return self
        raise ValueError("one of hotline_ref, reference, conversation or survey is needed")

    def wire(self) -> dict[str, Any]:
        """As it goes out: what is not set stays away."""
        return self.model_dump(mode="json", exclude_none=True)
