"""The seal on a confidential ticket: who it is from stays hidden until somebody opens it with a reason.

The rule: opening needs a role that may, and a reason; it is a step of the ticket's history, in
the chain like every other, and the leaders hear of it. It holds for the one who opened it, for half
an hour; in lists, in search and for units the seal stays. What is shown in spite of it is listed in
`hotline.harmless`: lists, pages, search index, Open311 and whatever comes next read a ticket through
`closed` and its history through `events_as_seen`.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from desk.workflow.states import Actor, Refused, Role, Step
from desk.workflow.views import DeskEvent, DeskTicket
from hotline.contract import PersonPart, TicketDocument
from hotline.harmless import DOCUMENT, Hider, as_listed, detail_as_listed, is_sealed
from intake.understand.persons import masking

OPEN = "unseal"
"""The action that opens it."""
MAY_OPEN = frozenset({Role.CENTRE, Role.LEADER})
LASTS = timedelta(minutes=30)
_WRITTEN = ("reply_public", "reply_internal", "public_text", "pending_reason", "pending_plan")
"""Words of a ticket's life."""


def is_open(events: tuple[DeskEvent, ...], actor: Actor, now: datetime) -> bool:
    """Whether this person opened it a short while ago."""
    mine = (event for event in events if event.action == OPEN and event.name == actor.name)
    return actor.role in MAY_OPEN and any(now - event.at <= LASTS for event in mine)


def closed(ticket: DeskTicket, *, opened: bool = False) -> DeskTicket:
    """The ticket with what everybody may know of it, unless it is not sealed, open or `opened`."""
    if opened or ticket.sealed or not is_sealed(ticket.document):
        return ticket
    hider = Hider.of(ticket.document)
    written: dict[str, Any] = {name: hider.words(getattr(ticket.life, name)) for name in _WRITTEN}
    life = replace(ticket.life, **written)
    return replace(ticket, document=as_told(ticket.document, hider), life=life, sealed=True)


def as_told(document: TicketDocument, hider: Hider | None = None) -> TicketDocument:
    """A sealed document as everybody may read it."""
    told: TicketDocument = as_listed(document, DOCUMENT, hider or Hider.of(document))
    return told.model_copy(update={"person": told.person.model_copy(update={"confidential": True})})


def events_as_seen(events: tuple[DeskEvent, ...], document: TicketDocument) -> tuple[DeskEvent, ...]:
    """The history of a sealed ticket: what was said later must not tell its citizen either."""
    hider = Hider.of(document)
    return tuple(replace(event, detail=detail_as_listed(event.detail, hider)) for event in events)


def spoken_of(document: TicketDocument, text: str) -> str:
    """Words about a ticket as everybody may read them."""
    return (Hider.of(document).words(text) or "") if is_sealed(document) else text


def check(document: TicketDocument, step: Step) -> None:
    """Raises Refused where there is nothing to open."""
    if step.action == OPEN and not is_sealed(document):
        raise Refused("not_sealed", "nothing is hidden on this ticket")


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
