"""`/desk/tickets/{hotline_ref}`: one ticket, and the forms that move it on.

A refused step shows the page again with the reason on top and everything as it was typed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from desk import outbox
from desk.actions.tickets import Stale
from desk.app import Desk
from desk.pages.base.frame import framed
from desk.pages.base.paging import row_of
from desk.pages.base.posted_form import Posted
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import SessionGuard, Visit
from desk.pages.base.times import Clock
from desk.pages.tickets.actions import action_forms, at_a_page, public_words, step_fields
from desk.pages.tickets.ticket_view import ticket_view
from desk.tickets import canned_answers
from desk.tickets.store import DeskEvent, DeskTicket
from desk.tickets.text_checks import TextFinding, lint
from desk.workflow.states import Refused
from desk.workflow.views import rated_as_seen_by
from hotline.contract import AttachmentPart


@dataclass(frozen=True, slots=True)
class RefusedStep:
    """A step that was refused: what was typed, the phrase that says why, what the lint found."""

    action: str
    form: Posted
    problem: str
    findings: tuple[TextFinding, ...] = ()


class Unfit(Exception):
    """The words for the citizen should not go out like this."""

    def __init__(self, findings: tuple[TextFinding, ...]) -> None:
        super().__init__("the lint found something")
        self.findings = findings
        self.grave = any(finding.grave for finding in findings)


def ticket_routes(
    router: APIRouter,
    desk: Desk,
    gate: SessionGuard,
    look: PageRenderer,
    address: Callable[[AttachmentPart], str],
) -> None:
    """Add a ticket's page and its actions to the router."""

    async def page(
        request: Request, hotline_ref: str, visit: Visit, status: int = 200, **more: Any
    ) -> Response:
        ticket, events = await desk.ticket_with_events(hotline_ref, visit.actor)
        before = row_of(request, "before")
        return look.page(
            request,
            "ticket.html",
            status=status,
            frame=await framed(desk, look.words, visit),
            units=tuple(desk.city.units.values()),
            **await _shown(desk, look, ticket, events, visit, address, before=before, **more),
        )

    @router.get("/tickets/{hotline_ref}")
    async def show(request: Request, hotline_ref: str, done: str = "") -> Response:
        visit = await gate.visit(request)
        return await page(request, hotline_ref, visit, done=look.words.key("action", done, ""))

    @router.post("/tickets/{hotline_ref}/{action}")
    async def act(request: Request, hotline_ref: str, action: str) -> Response:
        visit, form = await gate.post(request)
        ticket = await desk.ticket(hotline_ref, visit.actor)
        try:
            await _take(desk, look, ticket, visit, action, form)
        except Refused as refused:
            problem = look.words.key("refused", refused.code, "refused.other")
            return await page(request, hotline_ref, visit, 409, tried=RefusedStep(action, form, problem))
        except Unfit as unfit:
            problem = "refused.lint_personal" if unfit.grave else "refused.lint_wording"
            tried = RefusedStep(action, form, problem, unfit.findings)
            return await page(request, hotline_ref, visit, 409, tried=tried)
        except Stale:
            return await page(
                request, hotline_ref, visit, 409, tried=RefusedStep(action, form, "refused.wrong_state")
            )
        return RedirectResponse(f"/desk/tickets/{hotline_ref}?done={action}", status_code=303)


async def _take(
    desk: Desk, look: PageRenderer, ticket: DeskTicket, visit: Visit, action: str, form: Posted
) -> None:
    """Do what was posted. Raises Refused, Unfit or Stale."""
    rows = at_a_page(desk.possible(ticket, visit.actor))
    row = next((row for row in rows if row.action == action), None)
    if row is None:
        raise Refused("wrong_state", "not possible here and now")
    version = form.text("version")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise Stale(ticket.version)
    fields = step_fields(row, form, ZoneInfo(desk.city.timezone), look.words)
    findings = lint(public_words(row, fields), await desk.citizen(ticket, visit.actor))
    if any(finding.grave for finding in findings) or (findings and form.text("confirm") != "yes"):
        raise Unfit(findings)
    if fields.get("master_ref"):
        fields["master_ref"] = await desk.number(fields["master_ref"])
    await desk.act(ticket.hotline_ref, action, visit.actor, int(version), **fields)


async def _shown(
    desk: Desk,
    look: PageRenderer,
    ticket: DeskTicket,
    events: tuple[DeskEvent, ...],
    visit: Visit,
    address: Callable[[AttachmentPart], str],
    *,
    done: str = "",
    tried: RefusedStep | None = None,
    before: int | None = None,
) -> dict[str, Any]:
    """The template's values."""
    clock = Clock(desk.clock(), ZoneInfo(desk.city.timezone), look.words)
    kept = (tried.action, tried.form) if tried else ("", None)
    findings = tried.findings if tried else ()
    forms = action_forms(
        desk.possible(ticket, visit.actor),
        ticket,
        visit.actor,
        look.words,
        *kept,
        confirm=bool(findings) and not any(finding.grave for finding in findings),
    )
    async with desk.database.read() as tx:
        sent = await outbox.of_lane(tx, ticket.hotline_ref)
        answers = await canned_answers.usable(tx, visit.actor)
    return {
        "ticket": ticket_view(
            ticket,
            rated_as_seen_by(events, ticket, visit.actor),
            sent,
            forms,
            clock,
            desk.city,
            address,
            before,
        ),
        "canned": answers,
        "findings": findings,
        "done": done,
        "problem": tried.problem if tried else "",
    }
