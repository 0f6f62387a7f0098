"""The desk's nouns: where a ticket can stand, who may act on it, and what a step carries.

State codes are stable and stored; people's words for them are the pages' business.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    SUBMITTED = "submitted"
    NEED_INFO = "need_info"
    ACCEPTED = "accepted"
    DIRECT_ANSWERED = "direct_answered"
    DISPATCHED = "dispatched"
    RETURN_REVIEW = "return_review"
    SIGNED = "signed"
    PROCESSING = "processing"
    REPLY_REVIEW = "reply_review"
    COMPLETED = "completed"
    CALLBACK = "callback"
    REWORK = "rework"
    CLOSED = "closed"
    NOT_ACCEPTED = "not_accepted"
    EMERGENCY_REDIRECTED = "emergency_redirected"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    CLOSED_INCOMPLETE = "closed_incomplete"


FINAL = frozenset(
    {
        State.CLOSED,
        State.NOT_ACCEPTED,
        State.EMERGENCY_REDIRECTED,
        State.MERGED,
        State.WITHDRAWN,
        State.CLOSED_INCOMPLETE,
    }
)
OPEN = frozenset(State) - FINAL
WITH_UNIT = frozenset(
    {
        State.DISPATCHED,
        State.RETURN_REVIEW,
        State.SIGNED,
        State.PROCESSING,
        State.REPLY_REVIEW,
        State.REWORK,
    }
)

SEEN_AS = {
    # the contract's status where the desk is finer than the citizen's view
    State.RETURN_REVIEW: "dispatched",
    State.REPLY_REVIEW: "processing",
    State.EMERGENCY_REDIRECTED: "not_accepted",
    State.CLOSED_INCOMPLETE: "closed",
}


def seen_as(state: State) -> str:
    """The status the contract's documents carry for this state: no internal quarrel shows."""
    return SEEN_AS.get(state, state.value)


class Role(StrEnum):
    """Who acts. The first five have accounts at the desk."""

    CENTRE = "centre"
    UNIT = "unit"
    CALLBACK = "callback"
    LEADER = "leader"
    AUDITOR = "auditor"
    CITIZEN = "citizen"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or party who takes a step; `unit` is a profile id, set for role `unit` only."""

    role: Role
    name: str
    unit: str | None = None


CITIZEN = Actor(Role.CITIZEN, "citizen")
SYSTEM = Actor(Role.SYSTEM, "system")


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Where a ticket stands, and all the facts a guard may ask for.

    `reply_public`/`reply_internal` are the unit's answer while the centre reviews it;
    `public_text` is what has been published to the citizen. `first_unit` never changes.
    Every `…_due` was fixed when its clock began; while `paused_at` is set, they stand still.
    """

    state: State = State.SUBMITTED
    appeal_type: str = ""
    urgency: str = "normal"
    round: int = 1
    first_unit: str | None = None
    lead_unit: str | None = None
    co_units: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()  # units that may not read it any more: it is a report about them
    accepted_at: datetime | None = None
    dispatched_at: datetime | None = None
    signed_at: datetime | None = None
    contacted_at: datetime | None = None
    progressed_at: datetime | None = None
    completed_at: datetime | None = None
    first_completed_at: datetime | None = None  # never overwritten by a rework
    closed_at: datetime | None = None
    chased_at: datetime | None = None
    paused_at: datetime | None = None
    accept_due: datetime | None = None
    dispatch_due: datetime | None = None
    sign_due: datetime | None = None
    contact_due: datetime | None = None
    progress_due: datetime | None = None
    return_due: datetime | None = None
    info_due: datetime | None = None
    due_at: datetime | None = None
    original_due_at: datetime | None = None  # of the first dispatch
    dispatch_count: int = 0
    return_count: int = 0
    reopen_count: int = 0
    repeat_count: int = 0  # other tickets merged into this one
    urge_count: int = 0
    chase_count: int = 0
    call_count: int = 0  # telephone calls of this round that nobody answered
    called_in: str | None = None  # the half-day of the last of them
    phone_since: datetime | None = None  # no chat reaches the citizen: the centre rings
    rated_via: str | None = None  # how this round's result came; TEL goes before a chat
    supervise_level: int = 0
    return_denied: bool = False
    designated: bool = False
    problem: bool = False
    lawful: bool = False  # closed although the citizen is unhappy: it was handled as the law has it
    extended: bool = False
    committed: bool = False
    pending: str | None = None  # extension | commitment, asked for and not decided
    pending_due: datetime | None = None
    exclusion: str | None = None  # requested | approved
    exclusion_code: str | None = None
    exclusion_by: str | None = None
    reject_code: str | None = None
    master_ref: str | None = None
    evaluation: str | None = None  # of the last round: happy | unhappy | no_answer
    reply_public: str | None = None
    reply_internal: str | None = None
    public_text: str | None = None
    pending_reason: str | None = None
    pending_plan: str | None = None

    @property
    def units(self) -> frozenset[str]:
        """The units that it was given to."""
        return frozenset({*self.co_units} | ({self.lead_unit} if self.lead_unit else set()))

    @property
    def readers(self) -> frozenset[str]:
        """Those of them that may read it."""
        return self.units - frozenset(self.barred)


@dataclass(frozen=True, slots=True)
class Result:
    """A survey's result as the front door sends it; `answered` is False for "no answer"."""

    answered: bool
    round: int | None = None  # None: of the round under way
    contacted: bool | None = None
    solved: str | None = None  # yes | partly | no
    satisfied: str | None = None  # satisfied | basically | dissatisfied
    score: int | None = None
    reason_codes: tuple[str, ...] = ()
    comment: str | None = None
    rework_wanted: bool = False
    answered_at: datetime | None = None
    via: str | None = None

    @property
    def unhappy(self) -> bool:
        """Dissatisfied, or the matter is not (wholly) solved."""
        return self.answered and (self.satisfied == "dissatisfied" or self.solved in ("no", "partly"))

    @property
    def unreachable(self) -> bool:
        """No chat led to the citizen: it is for the centre to ask."""
        return not self.answered and "unreachable" in self.reason_codes


@dataclass(frozen=True, slots=True)
class Step:
    """One action on a ticket. Units are profile ids; texts are plain text.

    `public_text` reaches the citizen, and so do `reason` and `redirect_channel` where the
    citizen hears why (see `callback_messages`). `limit` is the latest `due_at` that may be asked for.
    """

    action: str
    actor: Actor
    at: datetime
    reason: str | None = None
    reason_code: str | None = None
    redirect_channel: str | None = None
    lead_unit: str | None = None
    co_units: tuple[str, ...] = ()
    due_at: datetime | None = None
    limit: datetime | None = None
    level: int | None = None
    designated: bool = False
    master_ref: str | None = None
    said_on: str | None = None  # the merged ticket whose citizen spoke, and which step of it has the words
    said_seq: int | None = None
    public_text: str | None = None
    internal_text: str | None = None
    text: str | None = None
    attachments: tuple[dict[str, Any], ...] = ()
    result: Result | None = None
    half_day: str | None = None  # in which a call is made
    covers: Mapping[str, str] = field(default_factory=dict)  # digests of the words an erasure left, by seq


class Refused(Exception):
    """The step is not allowed. `code` is stable (the pages have words for it); never try again as is."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
