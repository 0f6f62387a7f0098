"""The seal on a confidential ticket: who it is from stays hidden until somebody opens it with a reason.

The rule: opening needs a role that may, and a reason; it is a step of the ticket's history, in
the chain like every other, and the leaders hear of it. It holds for the one who opened it, for half
an hour; in lists, in search and for units the seal stays.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from desk.workflow.states import Actor, Refused, Role, Step
from desk.workflow.views import DeskEvent, DeskTicket
from hotline.contract import PersonPart, TicketDocument
from intake.city import CityProfile
from intake.form.accused_unit import reported
from intake.understand.persons import masking

OPEN = "unseal"
"""The action that opens it."""
MAY_OPEN = frozenset({Role.CENTRE, Role.LEADER})
LASTS = timedelta(minutes=30)


def is_sealed(document: TicketDocument) -> bool:
    """Whether who it is from is nobody's business: a report's always, else where it is asked for."""
    person = document.person
    return person.confidential or (document.appeal_type == "JB" and not person.anonymous)


def is_open(events: tuple[DeskEvent, ...], actor: Actor, now: datetime) -> bool:
    """Whether this person opened it a short while ago."""
    mine = (event for event in events if event.action == OPEN and event.name == actor.name)
    return actor.role in MAY_OPEN and any(now - event.at <= LASTS for event in mine)


def closed(ticket: DeskTicket, *, opened: bool = False) -> DeskTicket:
    """The ticket without whom it is from, unless that is open or `opened`."""
    if opened or not is_sealed(ticket.document):
        return ticket
    document = ticket.document
    named = named_in(document)
    bare = {
        "title": hidden(document.title, document.person, *named),
        "content": hidden(document.content, document.person, *named),
        "expectation": hidden(document.expectation, document.person, *named),
        "person": document.person.model_copy(
            update={"name": None, "phone": None, "enterprise": None, "confidential": True}
        ),
    }
    return replace(ticket, document=document.model_copy(update=bare), sealed=True)


def events_as_seen(events: tuple[DeskEvent, ...], document: TicketDocument) -> tuple[DeskEvent, ...]:
    """The history of a sealed ticket: what was said later must not name its citizen either."""
    person, named = document.person, named_in(document)
    return tuple(replace(event, detail=without(event.detail, person, *named)) for event in events)


def check(document: TicketDocument, step: Step, city: CityProfile) -> None:
    """Raises Refused: nothing is sealed, or the step would hand a report to whom it accuses."""
    if step.action == OPEN and not is_sealed(document):
        raise Refused("not_sealed", "nothing is hidden on this ticket")
    named = {step.lead_unit, *step.co_units}
    if named & reported(document.appeal_type, document.subject, document.content, city):
        raise Refused("conflict_of_interest", "the report is about this unit")


def named_in(document: TicketDocument) -> tuple[str, ...]:
    """Whom a ticket's words name: a title cut short, or words said later, may hold the name alone."""
    return masking.names(document.title, document.content, document.expectation, document.subject)


def hidden(text: str | None, person: PersonPart, *named: str) -> str | None:
    """The text without this person and the names given, and without whatever tells people apart."""
    return text and masking.masked(text, person.name, person.phone, person.enterprise, *named)


def without(value: Any, person: PersonPart, *named: str) -> Any:
    """The same JSON with every text in it masked; attachments keep their names."""
    if isinstance(value, str):
        return hidden(value, person, *named)
    if isinstance(value, list):
        return [without(one, person, *named) for one in value]
    if isinstance(value, dict):
        kept = {"attachments"}
        return {name: one if name in kept else without(one, person, *named) for name, one in value.items()}
    return value
