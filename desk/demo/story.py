"""What happened to one made-up ticket, in moments and outcomes; everything stored of it follows from this."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desk.workflow.states import Lifecycle, State

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DemoAnswer:
    """What the citizen answered to a survey."""

    satisfied: str
    solved: str = "yes"
    contacted: bool = True
    via: str = "WX"


@dataclass(frozen=True, slots=True)
class Round:
    """One handling: when it was due and done, and what was said of it. None: not yet.

    `quiet_at`: when nobody waited for an answer any more.
    """

    due_at: datetime
    completed_at: datetime | None = None
    said: DemoAnswer | None = None
    quiet_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """`direct`: answered at once by the centre. Without rounds the ticket still waits for its dispatch."""

    number: int
    channel: str
    appeal_type: str
    category: str
    submitted_at: datetime
    area: str | None = None
    urgency: str = "normal"
    direct: bool = False
    accepted_at: datetime | None = None
    unit: str | None = None
    co_units: tuple[str, ...] = ()
    dispatched_at: datetime | None = None
    sign_due: datetime | None = None
    signed_at: datetime | None = None
    contacted_at: datetime | None = None
    rounds: tuple[Round, ...] = ()
    urged: int = 0
    supervised: int = 0
    answering: bool = False  # the answer waits for its review

    @property
    def state(self) -> State:
        """Where the ticket stands."""
        if self.direct:
            return State.CLOSED
        if self.dispatched_at is None:
            return State.ACCEPTED if self.accepted_at else State.SUBMITTED
        last = self.rounds[-1]
        if last.completed_at is not None:
            return State.CLOSED if last.said or last.quiet_at else State.CALLBACK
        if self.answering:
            return State.REPLY_REVIEW
        if len(self.rounds) > 1:
            return State.REWORK
        return State.PROCESSING if self.contacted_at else State.SIGNED if self.signed_at else State.DISPATCHED

    @property
    def ended_at(self) -> datetime | None:
        """When the last thing happened to it."""
        if self.direct:
            return self.accepted_at and self.accepted_at + _MINUTE
        last = self.rounds[-1] if self.rounds else None
        done = last and (last.quiet_at or last.completed_at)
        return done or self.contacted_at or self.signed_at or self.dispatched_at or self.accepted_at


def life(story: Story) -> Lifecycle:
    """The ticket's standing."""
    return Lifecycle(
        state=story.state,
        appeal_type=story.appeal_type,
        urgency=story.urgency,
        accepted_at=story.accepted_at,
        urge_count=story.urged,
        supervise_level=story.supervised,
        **(_at_once(story) if story.direct else _at_unit(story) if story.rounds else {}),
    )


def _at_once(story: Story) -> Mapping[str, Any]:
    done = story.ended_at
    return {"completed_at": done, "first_completed_at": done, "closed_at": done}


def _at_unit(story: Story) -> Mapping[str, Any]:
    last = story.rounds[-1]
    closed = story.state is State.CLOSED
    return {
        "round": len(story.rounds),
        "first_unit": story.unit,
        "lead_unit": story.unit,
        "co_units": story.co_units,
        "dispatched_at": story.dispatched_at,
        "sign_due": story.sign_due,
        "signed_at": story.signed_at,
        "contacted_at": story.contacted_at,
        "due_at": last.due_at,
        "original_due_at": story.rounds[0].due_at,
        "completed_at": last.completed_at,
        "first_completed_at": story.rounds[0].completed_at,
        "closed_at": (last.quiet_at or last.completed_at) if closed else None,
        "dispatch_count": 1,
        "evaluation": _evaluation(last.said) if closed else None,
    }


def _evaluation(said: DemoAnswer | None) -> str:
    if said is None:
        return "no_answer"
    return "unhappy" if said.satisfied == "dissatisfied" or said.solved != "yes" else "happy"


def results(story: Story) -> list[dict[str, Any]]:
    """The rows of `surveys` but for their ticket and their sealed words."""
    return [
        {
            "round": number,
            "late": False,
            "answered": True,
            "contacted": one.said.contacted,
            "solved": one.said.solved,
            "satisfied": one.said.satisfied,
            "score": None,
            "rework_wanted": number < len(story.rounds),
            "via": one.said.via,
            "answered_at": one.completed_at + 3 * _MINUTE,
            "received_at": one.completed_at + 3 * _MINUTE,
        }
        for number, one in enumerate(story.rounds, start=1)
        if one.said is not None and one.completed_at is not None
    ]
