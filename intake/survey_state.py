"""A survey under way: what was asked for, and what the citizen has said so far."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Survey:
    """One ticket's survey of one round. Answers are None until given."""

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
