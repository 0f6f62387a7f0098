"""Keeping a report from the body it accuses: what a unit may be given, and what it may no longer read.

The rule: every word of a report counts, those of its supplements and of reports merged into it too. It is
asked before a unit is given anything; and after each step, for words may have come: a unit that they name
and that has the ticket reads it no longer, and the centre hears of it.
"""

from collections.abc import Sequence
from dataclasses import replace

from desk.tickets import merging, store, ticket_events
from desk.tickets.store import DeskEvent, DeskTicket
from desk.workflow.lifecycle import ROWS
from desk.workflow.states import WITH_UNIT, Refused, Role, Step
from hotline.contract import TicketDocument
from intake.city import CityProfile
from intake.form.accused_unit import ReportWords, accused
from intake.model.ticket import AppealType
from storage.db.sealed import Tx

KIND = "conflict"
"""The notice's."""

_TOLD_BY_CITIZENS = frozenset(row.action for row in ROWS if Role.CITIZEN in row.by)
_GIVES = frozenset(row.action for row in ROWS if {"lead_unit", "co_units"} & {*row.needs, *row.takes})


async def check(tx: Tx, ticket: DeskTicket, step: Step, city: CityProfile) -> None:
    """Raises Refused where the step would put a report into the hands of whom it accuses."""
    given = await _given(tx, step)
    if given and given & await not_for(tx, ticket, city):
        raise Refused("conflict_of_interest", "the report is about this unit")


async def not_for(tx: Tx, ticket: DeskTicket, city: CityProfile) -> frozenset[str]:
    """The units that must not be given this ticket."""
    found = await _accused(tx, ticket, city)
    if not ticket.life.repeat_count:
        return found
    for hotline_ref in await merging.merged_into(tx, ticket.hotline_ref):
        merged = await store.load(tx, hotline_ref)
        found |= await _accused(tx, merged, city) if merged else frozenset()
    return found


async def bar(tx: Tx, after: DeskTicket, city: CityProfile) -> DeskTicket:
    """The ticket after a step, without those of its units that may not read it any more."""
    if not after.life.readers:
        return after
    fresh = after.life.readers & await not_for(tx, after, city)
    if not fresh:
        return after
    await store.bar(tx, after.id, fresh)
    return replace(after, life=replace(after.life, barred=(*after.life.barred, *sorted(fresh))))


def notifies(before: DeskTicket, after: DeskTicket) -> bool:
    """Whether the centre has to see to it: a unit was barred, or one that is was given it back."""
    if set(after.life.barred) - set(before.life.barred):
        return True
    given_back = after.life.state in WITH_UNIT and before.life.state not in WITH_UNIT
    return given_back and after.life.lead_unit in after.life.barred


async def _given(tx: Tx, step: Step) -> frozenset[str]:
    """The units that a step hands the matter to."""
    if step.action == "merge" and step.master_ref:
        master = await store.load(tx, step.master_ref)
        return master.life.units if master else frozenset()
    if step.action not in _GIVES:
        return frozenset()
    return frozenset(unit for unit in (step.lead_unit, *step.co_units) if unit)


async def _accused(tx: Tx, ticket: DeskTicket, city: CityProfile) -> frozenset[str]:
    if ticket.document.appeal_type != AppealType.REPORT.value:
        return frozenset()
    events = await ticket_events.history(tx, ticket.id)
    said = accused(ticket.document.appeal_type, words_of(ticket.document, events), city)
    return said | frozenset(ticket.life.barred)


def words_of(document: TicketDocument, events: Sequence[DeskEvent]) -> ReportWords:
    """All that was said in a report, first and later."""
    place, occurred = document.place, document.occurred
    return ReportWords(
        subject=document.subject,
        sentences=(
            document.title,
            document.content,
            document.expectation,
            occurred.text if occurred else None,
            *(text for event in events for text in _told(event)),
        ),
        places=(place.text if place else None,),
        labels=document.labels,
    )


def _told(event: DeskEvent) -> tuple[str | None, ...]:
    """What a citizen said in a step, whoever wrote it down; what the desk writes itself accuses nobody."""
    if event.role is not Role.CITIZEN and event.action not in _TOLD_BY_CITIZENS:
        return ()
    result = event.detail.get("result") or {}
    return (event.detail.get("text"), event.detail.get("reason"), result.get("comment"))
