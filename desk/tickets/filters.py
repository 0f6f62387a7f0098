"""Which tickets a list shows: the filters of the queue, as conditions on the tickets' table."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, literal_column, or_, select

from desk.db.tables import barred_units, co_units, tickets
from desk.workflow.states import OPEN, State

REQUESTED: ColumnElement[str] = literal_column("'requested'")
"""Written out, so that the planner sees that the index of what waits for a decision fits."""

LIGHTS = ("red", "yellow", "green", "paused")
_COUNTED = sorted(OPEN - {State.DIRECT_ANSWERED, State.COMPLETED, State.CALLBACK})


@dataclass(frozen=True, slots=True)
class TicketFilters:
    """What must be so of a ticket. None and False: it does not matter.

    `unit` leads or helps; `lead` leads; `light` is red, yellow, green or paused;
    `requests`: something asked for waits for its decision.
    """

    states: frozenset[State] | None = None
    unit: str | None = None
    lead: str | None = None
    light: str | None = None
    urgency: str | None = None
    supervised: bool = False
    requests: bool = False

    @property
    def plain(self) -> bool:
        """Whether nothing but states and a unit matters."""
        return self == TicketFilters(states=self.states, unit=self.unit)

    def conditions(self, now: datetime) -> list[ColumnElement[bool]]:
        """The same in the table's terms."""
        found: list[ColumnElement[bool]] = []
        if self.states is not None:
            found.append(tickets.c.state.in_(sorted(self.states)))
        if self.unit is not None:
            found.append(of_unit(self.unit))
        if self.lead is not None:
            found.append(tickets.c.lead_unit == self.lead)
        if self.urgency is not None:
            found.append(tickets.c.urgency == self.urgency)
        if self.supervised:
            found.append(tickets.c.supervise_level > 0)
        if self.requests:
            found.append(or_(tickets.c.pending.is_not(None), tickets.c.exclusion == REQUESTED))
        return found + (_lit(self.light, now) if self.light else [])


def of_unit(unit: str) -> ColumnElement[bool]:
    """Tickets this unit leads or helps with.

    A limited subquery is asked for each ticket; with `exists` PostgreSQL reads all the unit ever helped with.
    """
    helps = (
        select(co_units.c.unit)
        .where(co_units.c.ticket_id == tickets.c.id, co_units.c.unit == unit)
        .limit(1)
        .scalar_subquery()
    )
    return or_(tickets.c.lead_unit == unit, helps.is_not(None))


def readable_by(unit: str) -> ColumnElement[bool]:
    """Those of them that it may read."""
    return of_unit(unit) & ~is_barred(unit)


def is_barred(unit: str) -> ColumnElement[bool]:
    """Tickets that this unit may not read any more: they are reports about it."""
    barred = select(barred_units.c.unit).where(
        barred_units.c.ticket_id == tickets.c.id, barred_units.c.unit == unit
    )
    return barred.exists()


def _lit(light: str, now: datetime) -> list[ColumnElement[bool]]:
    if light == "paused":
        return [tickets.c.paused_at.is_not(None), tickets.c.state.in_(_COUNTED)]
    if light == "red":
        return [tickets.c.watch_due <= now]
    if light == "yellow":
        return [tickets.c.watch_due > now, tickets.c.watch_warn <= now]
    return [tickets.c.watch_due > now, tickets.c.watch_warn > now]
