"""`/desk/bulk`: several tickets dispatched with one form; each is a step of its own, and each may fail."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from desk.actions.tickets import Stale, UnknownTicket
from desk.app import Desk
from desk.pages.base.frame import framed
from desk.pages.base.posted_form import Posted
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import Barred, SessionGuard, Visit
from desk.pages.tickets.actions import step_fields
from desk.tickets.store import DeskTicket
from desk.workflow.states import Refused, Role, State
from desk.workflow.transitions import ROWS
from intake.understand.persons.masking import names, shortened

MOST = 100
_ROW = next(row for row in ROWS if row.action == "dispatch")


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of one ticket: `problem` is a phrase key, or "" where it went out."""

    hotline_ref: str
    title: str
    unit: str
    problem: str


class Bulk:
    """The form over the chosen tickets, and what came of it."""

    def __init__(self, desk: Desk, gate: SessionGuard, look: PageRenderer) -> None:
        self._desk = desk
        self._gate = gate
        self._look = look

    async def choose(self, request: Request) -> Response:
        """The chosen tickets with the form; without any, back to the list."""
        visit, form = await self._gate.post(request)
        tickets = await self._chosen(_of_centre(visit), form)
        if not tickets:
            return RedirectResponse("/desk?state=accepted", status_code=303)
        return await self._page(request, visit, tickets=tickets, outcomes=())

    async def dispatch(self, request: Request) -> Response:
        """Dispatch them one after the other."""
        visit, form = await self._gate.post(request)
        tickets = await self._chosen(_of_centre(visit), form)
        outcomes = [await self._one(ticket, visit, form) for ticket in tickets]
        return await self._page(request, visit, tickets=(), outcomes=outcomes)

    async def _one(self, ticket: DeskTicket, visit: Visit, form: Posted) -> BulkOutcome:
        problem = ""
        fields = self._fields(ticket, form)
        try:
            version = int(form.text(f"version-{ticket.hotline_ref}") or 0)
            await self._desk.act(ticket.hotline_ref, "dispatch", visit.actor, version, **fields)
        except Refused as refused:
            problem = self._look.words.key("refused", refused.code, "refused.other")
        except (Stale, ValueError):
            problem = "refused.wrong_state"
        unit = self._desk.city.unit_name(fields["lead_unit"])
        return BulkOutcome(
            ticket.hotline_ref,
            shortened(ticket.document.title, *names(ticket.document.content)),
            unit,
            problem,
        )

    def _fields(self, ticket: DeskTicket, form: Posted) -> dict[str, Any]:
        """The form's fields; without a lead unit, what was suggested for this ticket."""
        given = step_fields(_ROW, form, ZoneInfo(self._desk.city.timezone), self._look.words)
        if given["lead_unit"]:
            return given
        suggested = ticket.document.suggested
        return given | {"lead_unit": suggested.lead_unit, "co_units": suggested.co_units}

    async def _chosen(self, visit: Visit, form: Posted) -> list[DeskTicket]:
        found = []
        for hotline_ref in form.every("ticket")[:MOST]:
            try:
                ticket = await self._desk.ticket(hotline_ref, visit.actor)
            except UnknownTicket:
                continue
            if ticket.life.state is State.ACCEPTED:
                found.append(ticket)
        return found

    async def _page(self, request: Request, visit: Visit, **values: Any) -> Response:
        frame = await framed(self._desk, self._look.words, visit)
        units = tuple(self._desk.city.units.values())
        return self._look.page(request, "bulk.html", frame=frame, units=units, **values)


def _of_centre(visit: Visit) -> Visit:
    if visit.actor.role is not Role.CENTRE:
        raise Barred(404, "error.not_found")
    return visit
