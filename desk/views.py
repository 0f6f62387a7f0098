"""A ticket and its history as the desk reads them, and what a person may know of them.

A unit sees the tickets it leads or helps with; what nobody may see is `desk.seal`'s business.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.clocks import Watch
from desk.states import Actor, Life, Role, State
from hotline.contract import TicketDocument


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
    life: Life
    watch: Watch | None
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
    return actor.role is not Role.UNIT or actor.unit in (ticket.life.lead_unit, *ticket.life.co_units)
