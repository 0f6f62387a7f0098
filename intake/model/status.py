"""A ticket's life as its citizen sees it: backend events in, one state out.

The state is a fold over the ticket's events in the order in which they *happened*
(`at`, then arrival), so that it does not matter in which order they arrive. An event the
table does not allow where it stands is a note: kept, shown to staff, no change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    SUBMITTED = "submitted"
    NEED_INFO = "need_info"
    ACCEPTED = "accepted"
    DIRECT_ANSWERED = "direct_answered"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    PROCESSING = "processing"
    REPLIED = "replied"
    COMPLETED = "completed"
    CALLBACK = "callback"
    REWORK = "rework"
    CLOSED = "closed"
    NOT_ACCEPTED = "not_accepted"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"  # the backend refused the document itself


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """One signed message of the backend. One of the three references is set."""

    event_id: str
    type: str
    at: datetime
    hotline_ref: str | None = None
    reference: str | None = None
    conversation: str | None = None
    unit: str | None = None
    lead_unit: str | None = None
    co_units: tuple[str, ...] | None = None
    due_at: datetime | None = None
    public_text: str | None = None
    reason: str | None = None
    redirect_channel: str | None = None
    master_ref: str | None = None
    round: int | None = None
    survey: dict[str, Any] | None = None


class Applied(StrEnum):
    """What became of a backend's message; says how to answer it."""

    DONE = "done"
    REPEAT = "repeat"  # this message or this event was here before
    NOTE = "note"  # late, unexpected or of unknown type: kept, nothing changed
    UNKNOWN_TICKET = "unknown_ticket"
    EARLY = "early"  # known to nobody yet, while a filing is unanswered: it may be that one's
    NO_CHANNEL = "no_channel"  # the citizen has no chat we may write to: the centre phones


S = Status
_OPEN = frozenset({S.SUBMITTED, S.NEED_INFO, S.ACCEPTED, S.DISPATCHED, S.SIGNED, S.PROCESSING, S.MERGED})
_AT_UNIT = frozenset({S.DISPATCHED, S.SIGNED, S.PROCESSING, S.REPLIED, S.REWORK})
_ANSWERED = frozenset({S.DIRECT_ANSWERED, S.COMPLETED, S.CALLBACK})
_LIVE = _OPEN | _AT_UNIT | _ANSWERED

# A merged ticket is open: it shares whatever becomes of its master, and may be set free again.
TRANSITIONS: dict[str, tuple[frozenset[Status], Status | None]] = {
    # event: (allowed from, to); None = the state stays, the news is told all the same
    "accepted": (frozenset({S.SUBMITTED, S.NEED_INFO, S.MERGED}), S.ACCEPTED),
    "need_info": (frozenset({S.SUBMITTED, S.ACCEPTED, S.NEED_INFO, S.MERGED}), S.NEED_INFO),
    "not_accepted": (_OPEN, S.NOT_ACCEPTED),
    "direct_answered": (_OPEN, S.DIRECT_ANSWERED),
    "dispatched": (_OPEN, S.DISPATCHED),
    "signed": (frozenset({S.SUBMITTED, S.ACCEPTED, S.DISPATCHED, S.MERGED}), S.SIGNED),
    "reassigned": (_OPEN | _AT_UNIT, S.DISPATCHED),
    "contacted": (_AT_UNIT | _OPEN, S.PROCESSING),
    "extended": (_AT_UNIT | _OPEN, None),
    "committed": (_AT_UNIT | _OPEN, None),
    "replied": (_OPEN | _AT_UNIT, S.REPLIED),
    "completed": (_OPEN | _AT_UNIT, S.COMPLETED),
    "survey_requested": (_LIVE | {S.CLOSED}, None),
    "rework": (_ANSWERED | {S.REPLIED, S.CLOSED, S.MERGED}, S.REWORK),
    "supervised": (_LIVE, None),
    "merged": ((_OPEN | _AT_UNIT) - {S.MERGED}, S.MERGED),
    "withdrawn": (_LIVE, S.WITHDRAWN),
    "closed": (_LIVE, S.CLOSED),
}
_WORDS_MAY_FOLLOW = frozenset({"contacted", "completed", "direct_answered"})
ENDED = frozenset({S.CLOSED, S.NOT_ACCEPTED, S.WITHDRAWN, S.REJECTED})
KNOWN = frozenset(TRANSITIONS) | {"message"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a ticket stands after all its events, and who answers for it."""

    status: Status = Status.SUBMITTED
    lead_unit: str | None = None
    co_units: tuple[str, ...] = ()
    due_at: datetime | None = None
    public_text: str | None = None
    round: int = 1


def standing(updates: Iterable[StatusUpdate]) -> Standing:
    """Fold a ticket's updates, given as they came, in the order of `at` into where it stands now."""
    return _fold(updates)[0]


def allowed(status: Status, event_type: str) -> bool:
    """Whether the table lets this event happen to a ticket in this state."""
    rule = TRANSITIONS.get(event_type)
    return rule is not None and status in rule[0]


def is_news(before: Iterable[StatusUpdate], update: StatusUpdate) -> bool:
    """Whether `update` changes or adds to what the citizen knows: it counts, and is not overtaken.

    What the table did not allow overtakes nothing.
    """
    counted = _fold([*before, update])[1]
    return update in counted and not any(other.at > update.at for other in counted)


def _fold(updates: Iterable[StatusUpdate]) -> tuple[Standing, list[StatusUpdate]]:
    """Where it ends, and the updates that counted on the way."""
    now, counted = Standing(), []
    for update in sorted(updates, key=lambda u: u.at):
        if _counts(now, update):
            now = _after(now, update)
            counted.append(update)
    return now, counted


def _counts(now: Standing, update: StatusUpdate) -> bool:
    """Whether it may happen here, or brings words that have not been told; progress told twice is none."""
    if update.type == "contacted" and update.public_text and update.public_text == now.public_text:
        return False
    return allowed(now.status, update.type) or adds_words(now, update)


def adds_words(now: Standing, update: StatusUpdate) -> bool:
    """An answer's words may come after the answer: they are told, and the ticket stays where it is."""
    answered = now.status in _ANSWERED | {S.CLOSED} and update.type in _WORDS_MAY_FOLLOW
    return answered and bool(update.public_text) and update.public_text != now.public_text


def _after(now: Standing, update: StatusUpdate) -> Standing:
    target = None if adds_words(now, update) else TRANSITIONS[update.type][1]
    return Standing(
        status=target or now.status,
        lead_unit=update.lead_unit or now.lead_unit,
        co_units=now.co_units if update.co_units is None else update.co_units,
        due_at=update.due_at or now.due_at,
        public_text=update.public_text or now.public_text,
        round=max(update.round or 1, now.round),
    )
