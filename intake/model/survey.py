"""A survey under way: what was asked for, what the citizen has said so far, and what is still open. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

REASONS = ("no_contact", "attitude", "slow", "untrue", "unsolved", "policy", "other")
LONGEST_COMMENT = 500
_SHORT = re.compile(r"[A-Za-z0-9_-]{1,24}")


@dataclass(frozen=True, slots=True)
class Survey:
    """One ticket's survey of one round. Answers are None until given.

    `reference` is the number the backend knows it by where `elsewhere` says that it was not born here.
    """

    reference: str
    hotline_ref: str | None
    title: str
    unit: str
    round: int
    requested_at: datetime
    closes_at: datetime
    contacted: bool | None = None
    contacted_given: bool = False
    solved: str | None = None  # yes | partly | no
    satisfied: str | None = None  # satisfied | basically | dissatisfied
    reason_codes: tuple[str, ...] = ()
    comment: str | None = None
    rework_wanted: bool | None = None
    reminders: int = 0
    done: bool = False
    score: int | None = None  # 1-5 where the profile asks in five steps
    attachments: tuple[str, ...] = ()  # what was said aloud
    elsewhere: bool = False  # told by telephone, say
    completed_at: datetime | None = None
    alerted: bool = False  # staff were called because of it

    @property
    def key(self) -> tuple[str, int]:
        """There is one survey for each."""
        return self.reference, self.round

    @property
    def mark(self) -> str:
        """Its number as a button can carry it: a backend's own may be as long as it likes."""
        return mark_of(self.reference)


def mark_of(number: str) -> str:
    """The number itself, or where that is long or odd a digest of it."""
    return number if _SHORT.fullmatch(number) else sha256(number.encode()).hexdigest()[:24]


def next_slot(survey: Survey) -> str | None:
    """The first question without an answer; why and rework only where something is amiss."""
    if not survey.contacted_given:
        return "contacted"
    if survey.solved is None:
        return "solved"
    if survey.satisfied is None:
        return "satisfied"
    if not unhappy(survey):
        return None
    if survey.rework_wanted is None and not survey.reason_codes:
        return "reason"
    return "rework" if survey.rework_wanted is None and may_be_reworked(survey) else None


def unhappy(survey: Survey) -> bool:
    return survey.satisfied == "dissatisfied" or survey.solved == "no"


def may_be_reworked(survey: Survey) -> bool:
    """Nobody is asked whether what is solved shall be done again."""
    return survey.solved != "yes"


def reasons(survey: Survey) -> tuple[str, ...]:
    """Why they are unhappy: what they named, else what their own answers say."""
    if survey.reason_codes or not unhappy(survey):
        return survey.reason_codes
    said = {"no_contact": survey.contacted is False, "unsolved": survey.solved in ("no", "partly")}
    return tuple(code for code in REASONS if said.get(code)) or ("other",)


def result(survey: Survey, answered_at: datetime, via: str) -> dict[str, object]:
    """The result as the backend wants it."""
    return {
        "contacted": survey.contacted,
        "solved": survey.solved,
        "satisfied": survey.satisfied,
        "score": survey.score,
        "reason_codes": list(reasons(survey)),
        "comment": survey.comment,
        "rework_wanted": bool(survey.rework_wanted),
        "answered_at": answered_at.isoformat(),
        "via": via,
        "round": survey.round,
    }
