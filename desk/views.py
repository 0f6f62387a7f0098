"""A ticket and its history as the desk reads them, and what a person may know of them.

A unit sees the tickets it leads or helps with, and of a confidential one neither name nor phone.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from desk.clocks import Watch
from desk.states import Actor, Life, Role, State
from hotline.contract import TicketDocument


@dataclass(frozen=True, slots=True)
class DeskTicket:
    """A ticket at the desk. `version` is what a step must name to be sure nobody came between.

    `watch` is the deadline to look at now.
    """

    id: int
    hotline_ref: str
    reference: str
    version: int
    document: TicketDocument
    life: Life
    watch: Watch | None
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None
    event_count: int
    last_hash: str


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
    return actor.role is not Role.UNIT or actor.unit in (ticket.life.lead_unit, *ticket.life.co_units)


def as_seen_by(ticket: DeskTicket, actor: Actor) -> DeskTicket:
    """The ticket without what this person may not know of it."""
    person = ticket.document.person
    if actor.role is Role.CENTRE or not person.confidential:
        return ticket
    hidden = person.model_copy(update={"name": None, "phone": None, "enterprise": None})
    return replace(ticket, document=ticket.document.model_copy(update={"person": hidden}))
