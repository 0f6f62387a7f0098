"""The unfinished ticket (`Draft`), the filed one (`Ticket`) and what they are made of.

Unknown is `None`, never a made-up value.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from intake.model.messages import Location


class AppealType(StrEnum):
    """诉求类型, by the code every 12345 system uses."""

    ENQUIRY = "ZX"
    HELP = "QZ"
    COMPLAINT = "TS"
    REPORT = "JB"
    SUGGESTION = "JY"
    PRAISE = "BY"


class UrgencyLevel(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Urgency:
    """`rule` is the id of the lexicon's rule that raised it, None when normal."""

    level: UrgencyLevel = UrgencyLevel.NORMAL
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happened. `coord_sys` is WGS84 or GCJ02; area code from the city profile."""

    text: str
    area_code: str | None = None
    lat: float | None = None
    lng: float | None = None
    coord_sys: str | None = None


@dataclass(frozen=True, slots=True)
class Occurred:
    """When: the citizen's words, the instant if they fix one, and whether it goes on."""

    text: str
    at: datetime | None = None
    ongoing: bool | None = None


@dataclass(frozen=True, slots=True)
class CategoryGuess:
    """A suggested category: profile code, confidence 0–1 (1.0 = the citizen chose it)."""

    code: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Consent:
    """To which notice the citizen agreed, and when."""

    notice_version: str
    notice_hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """A message that went into the draft: the platform's id of it, its step, its words and files."""

    source: str
    step: str
    text: str
    attachments: tuple[str, ...] = ()


DRAFT_SHAPE = 1
"""Raise it when a field changes its meaning; new fields need only a default."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known so far. The next question is the first empty slot that is asked for."""

    shape: int = DRAFT_SHAPE
    content: str = ""
    appeal_type: AppealType | None = None
    category: CategoryGuess | None = None
    urgency: Urgency = Urgency()
    place: Place | None = None
    occurred: Occurred | None = None
    subject: str | None = None
    wish: str | None = None
    name: str | None = None
    phone: str | None = None
    enterprise: str | None = None
    anonymous: bool = False
    confidential: bool | None = None  # None = the type's default
    is_public: bool = False
    reply_wanted: bool | None = None  # None = the type's default
    answers: tuple[tuple[str, str], ...] = ()  # a category's own questions: key, answer
    attachments: tuple[str, ...] = ()  # attachment ids
    unknown: frozenset[str] = frozenset()  # slots the citizen could not or would not tell
    related_to: str | None = None
    first_slots: frozenset[str] = frozenset()  # filled by the first message, for the figures
    asked: int = 0  # questions asked so far, for the figures
    scanned: bool = False  # place or category come from a QR code, not from the citizen's words
    said: tuple[Said, ...] = ()  # the messages it was made of, which the citizen may still change
    special_case: str | None = (
        None  # a statutory case it may be (`intake.form.other_channel`); "" = none, looked for
    )
    doubtful: frozenset[str] = frozenset()  # slots read from a story without being sure: to be confirmed
    told: str | None = None  # the question whose answer was offered; "" = none fitted
    likely: tuple[str, ...] = ()  # categories to choose from, where no suggestion is sure enough
    photo_place: Location | None = None  # where a photo says it was taken: to be offered, not used unasked


@dataclass(frozen=True, slots=True)
class Ticket:
    """A filed appeal. `key` is its idempotency key; `reference` the number the citizen keeps."""

    key: UUID
    reference: str
    channel: str  # WX | TG
    submitted_at: datetime
    appeal_type: AppealType
    category: CategoryGuess
    category_path: str
    urgency: Urgency
    title: str
    content: str
    expectation: str | None
    occurred: Occurred | None
    place: Place | None
    subject: str | None
    name: str | None
    phone: str | None
    enterprise: str | None
    anonymous: bool
    confidential: bool
    reply_wanted: bool
    is_public: bool
    expected_by: date | None
    attachments: tuple[str, ...]
    lead_unit: str | None
    co_units: tuple[str, ...]
    related_to: str | None
    labels: tuple[str, ...]
    consent: Consent | None
    language: str

    @property
    def sealed(self) -> bool:
        """Whether who it is from is nobody's business: a report's always, others' on their wish."""
        return self.confidential or self.appeal_type is AppealType.REPORT


@dataclass(frozen=True, slots=True)
class TicketView:
    """What the dialog may know of a ticket that stands in the database."""

    reference: str
    title: str
    status: str  # intake.status.Status value
    submitted_at: datetime
    category_code: str
    area_code: str | None = None
    lead_unit: str | None = None
    co_units: tuple[str, ...] = ()
    due_at: datetime | None = None
    public_text: str | None = None
    round: int = 1
    last_urged: datetime | None = None
    hotline_ref: str | None = None
    answers: tuple[str, ...] = field(default=())
