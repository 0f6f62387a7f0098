"""A ticket as an Open311 request: what may be told of it, to whom. Pure.

Nobody's name, phone or account is ever told. What was filed is told of a public ticket and to whoever has a
key, without what looks like personal data; everybody else gets status, unit, dates and the answer, and of a
confidential matter not even that.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desk.open311.wording import say
from desk.tickets import confidentiality, public_requests
from desk.workflow.states import State, seen_as
from desk.workflow.views import DeskEvent, DeskTicket
from hotline.contract import AttachmentPart
from intake.city import CityProfile
from intake.understand.persons.masking import masked, names

_PICTURES = "image/"


def request(
    ticket: DeskTicket, city: CityProfile, *, known: bool, media_url: Callable[[AttachmentPart], str]
) -> dict[str, Any]:
    """One request; `known`: whoever asks has a key."""
    ticket = confidentiality.closed(ticket)
    document, life = ticket.document, ticket.life
    category = city.categories.get(document.category.code)
    told: dict[str, Any] = {
        "service_request_id": ticket.hotline_ref,
        "status": status(ticket),
        "status_notes": _notes(ticket, known=known),
        "service_name": category.name if category else document.category.path,
        "service_code": document.category.code,
        "description": None,
        "agency_responsible": city.unit_name(life.lead_unit) or None,
        "service_notice": None,
        "requested_datetime": local(ticket.created_at, city),
        "updated_datetime": local(ticket.updated_at, city),
        "expected_datetime": local(life.due_at, city) if life.due_at else None,
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }
    return told | _filed(ticket, media_url) if known or public_requests.is_public(document) else told


def updates(ticket: DeskTicket, events: tuple[DeskEvent, ...], city: CityProfile) -> Iterator[dict[str, Any]]:
    """What the citizen has been told of a ticket in words, and how it ended."""
    secret = public_requests.is_secret(ticket.document)
    for event in events:
        ended = event.to_state in public_requests.ENDED
        answer = None if secret else event.detail.get("public_text") or _published(ticket, event)
        if not event.detail.get("tells") or event.action == "survey_start" or not (answer or ended):
            continue
        yield {
            "update_id": f"{ticket.hotline_ref}-{event.seq}",
            "service_request_id": ticket.hotline_ref,
            "status": "CLOSED" if ended else "OPEN",
            "updated_datetime": local(event.at, city),
            "description": answer or say("status", seen_as(event.to_state)),
            "media_url": None,
        }


def _published(ticket: DeskTicket, event: DeskEvent) -> str | None:
    """What the centre passed was written by the unit: the ticket holds it."""
    done = event.to_state is State.COMPLETED and event.round == ticket.life.round
    return ticket.life.public_text if done else None


def status(ticket: DeskTicket) -> str:
    """The protocol knows two."""
    return "closed" if ticket.life.state in public_requests.ENDED else "open"


def local(at: datetime, city: CityProfile) -> str:
    """In the city's time, whole seconds."""
    return at.astimezone(ZoneInfo(city.timezone)).isoformat(timespec="seconds")


def _notes(ticket: DeskTicket, *, known: bool) -> str:
    answer = ticket.life.public_text if known or not public_requests.is_secret(ticket.document) else None
    return answer or say("status", seen_as(ticket.life.state))


def _filed(ticket: DeskTicket, media_url: Callable[[AttachmentPart], str]) -> dict[str, Any]:
    document = ticket.document
    person, place = document.person, document.place
    pictures = [one for one in document.attachments if one.media_type.startswith(_PICTURES)]
    known = (person.name, person.phone, person.enterprise, *names(document.title, document.content))
    return {
        "description": masked(document.content, *known),
        "address": masked(place.text, *known) if place and place.text else None,
        "lat": place.lat if place else None,
        "long": place.lng if place else None,
        "media_url": (media_url(pictures[0]) or None) if pictures else None,
    }
