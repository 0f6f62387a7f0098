"""A ticket and its history as the desk reads them, and what a person may know of them.

A unit sees the tickets it leads or helps with; what nobody may see, `desk.tickets.confidentiality` knows.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from desk.workflow.clocks import DeadlineWatch
from desk.workflow.states import Actor, Lifecycle, Role, State
from hotline.contract import TicketDocument
from intake.understand.persons.masking import masked


@dataclass(frozen=True, slots=True)
class DeskTicket:
    """A ticket at the desk. `version` is what a step must name to be sure nobody came between.

    `watch` is the deadline to look at now. `sealed`: who it is from has been taken out for whoever looks.
    """

    id: int
    hotline_ref: str
    reference: str
    version: int
    document: TicketDocument
    life: Lifecycle
    watch: DeadlineWatch | None
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None
    event_count: int
    last_hash: str
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class DeskEvent:
    """One step of a ticket's history. `detail` holds its texts, units and dates as JSON values."""

    seq: int
    at: datetime
    role: Role
    name: str
    unit: str | None
    action: str
    from_state: State | None
    to_state: State
    round: int
    key: str | None
    detail: dict[str, Any]
    hash: str


def may_see(ticket: DeskTicket, actor: Actor) -> bool:
    """Whether the ticket concerns this person at all."""
    return actor.role is not Role.UNIT or actor.unit in ticket.life.readers


def rated_as_seen_by(
    events: tuple[DeskEvent, ...], ticket: DeskTicket, actor: Actor
) -> tuple[DeskEvent, ...]:
    """The history; of a confidential ticket a unit reads the rating, and nothing that says whose it is."""
    if actor.role is not Role.UNIT or not ticket.document.person.confidential:
        return events
    return tuple(_faceless(event) if event.action == "survey_result" else event for event in events)


def _faceless(event: DeskEvent) -> DeskEvent:
    """Without the voice, and without numbers and names in the words."""
    result = dict(event.detail.get("result") or {})
    if result.get("comment"):
        result["comment"] = masked(str(result["comment"]))
    kept = {name: value for name, value in event.detail.items() if name not in ("attachments", "text")}
    return replace(event, detail=kept | {"result": result})
