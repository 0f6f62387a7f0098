"""Our values to the wire's documents and back. Pure: signed addresses and ids come in as arguments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hotline.contract import (
    AttachmentPart,
    Callback,
    CategoryPart,
    ConsentPart,
    HotlineEvent,
    OccurredPart,
    PersonPart,
    PlacePart,
    SuggestedPart,
    SurveyResult,
    TicketDocument,
    UrgencyPart,
)
from intake.city import CityProfile
from intake.model.status import StatusUpdate
from intake.model.ticket import Occurred, Place, Ticket


def ticket_document(
    ticket: Ticket, attachments: Sequence[AttachmentPart], city: CityProfile
) -> dict[str, Any]:
    """The JSON object of `POST /tickets`; times carry the city's offset."""
    zone = ZoneInfo(city.timezone)
    document = TicketDocument(
        reference=ticket.reference,
        idempotency_key=str(ticket.key),
        channel=ticket.channel,  # type: ignore[arg-type]  # checked by the model
        submitted_at=ticket.submitted_at.astimezone(zone),
        appeal_type=ticket.appeal_type.value,
        category=_category(ticket, city),
        urgency=UrgencyPart(level=ticket.urgency.level.value, rule=ticket.urgency.rule),
        title=ticket.title,
        content=ticket.content,
        expectation=ticket.expectation,
        occurred=_occurred(ticket.occurred, zone),
        place=_place(ticket.place),
        subject=ticket.subject,
        person=_person(ticket),
        reply_wanted=ticket.reply_wanted,
        is_public=ticket.is_public,
        expected_by=ticket.expected_by,
        attachments=tuple(attachments),
        suggested=SuggestedPart(lead_unit=ticket.lead_unit, co_units=ticket.co_units),
        related_to=ticket.related_to,
        labels=ticket.labels,
        consent=_consent(ticket, zone),
        language=ticket.language,
    )
    return document.model_dump(mode="json")


def ticket_event(
    event_id: str,
    type_: str,
    at: datetime,
    *,
    text: str | None = None,
    attachments: Sequence[AttachmentPart] | None = None,
    survey: dict[str, object] | None = None,
) -> dict[str, Any]:
    """The JSON object of `POST /tickets/{hotline_ref}/events`. `at` is aware."""
    return _wire(
        HotlineEvent(
            event_id=event_id,
            type=type_,
            at=at,
            text=text,
            attachments=tuple(attachments) if attachments else None,
            survey=None if survey is None else SurveyResult.model_validate(survey),
        )
    )


def handoff_event(
    event_id: str,
    at: datetime,
    *,
    conversation: str,
    transcript: Sequence[tuple[str, str, datetime | None]] = (),
    text: str | None = None,
    phone: str | None = None,
    channel: str | None = None,
) -> dict[str, Any]:
    """The citizen asks for a person, or writes on to one. A transcript line is (side, text, at)."""
    lines = [{"side": side, "text": words, "at": when} for side, words, when in transcript]
    event = HotlineEvent.model_validate(
        {
            "event_id": event_id,
            "type": "handoff",
            "at": at,
            "conversation": conversation,
            "transcript": lines,
            "text": text,
            "channel": channel,
        }
    )
    return _wire(event) | {"phone": phone}


def alert_event(
    event_id: str,
    at: datetime,
    *,
    kind: str,
    text: str,
    channel: str,
    reach: str | None,
    conversation: str | None = None,
) -> dict[str, Any]:
    """A safety signal; `kind` is the rule that matched, `reach` a phone or None."""
    event = HotlineEvent(
        event_id=event_id,
        type="alert",
        at=at,
        kind=kind,
        text=text,
        channel=channel,
        conversation=conversation,
    )
    return _wire(event) | {"reach": reach}


def erase_event(event_id: str, at: datetime, *, conversation: str) -> dict[str, Any]:
    """The citizen is to be forgotten: what was said under this conversation's name."""
    return _wire(HotlineEvent(event_id=event_id, type="erase", at=at, conversation=conversation))


def status_update(callback: Callback) -> StatusUpdate:
    """A backend's callback as the core knows it."""
    fields = callback.model_dump(exclude={"survey"})
    survey = callback.survey.model_dump(mode="json", exclude_none=True) if callback.survey else None
    return StatusUpdate(**fields, survey=survey)


def _wire(event: HotlineEvent) -> dict[str, Any]:
    return event.model_dump(mode="json", exclude_none=True)


def _category(ticket: Ticket, city: CityProfile) -> CategoryPart:
    path = ticket.category_path or city.path(ticket.category.code)
    return CategoryPart(code=ticket.category.code, path=path, confidence=ticket.category.confidence)


def _occurred(occurred: Occurred | None, zone: ZoneInfo) -> OccurredPart | None:
    if occurred is None:
        return None
    at = occurred.at.astimezone(zone) if occurred.at else None
    return OccurredPart(text=occurred.text, at=at, ongoing=occurred.ongoing)


def _place(place: Place | None) -> PlacePart | None:
    if place is None:
        return None
    return PlacePart(
        text=place.text,
        area_code=place.area_code,
        lat=place.lat,
        lng=place.lng,
        coord_sys=place.coord_sys,  # type: ignore[arg-type]  # checked by the model
    )


def _person(ticket: Ticket) -> PersonPart:
    if ticket.anonymous:
        return PersonPart(kind="anonymous", anonymous=True, confidential=ticket.confidential)
    return PersonPart(
        kind="enterprise" if ticket.enterprise else "individual",
        name=ticket.name,
        phone=ticket.phone,
        enterprise=ticket.enterprise,
        confidential=ticket.confidential,
    )


def _consent(ticket: Ticket, zone: ZoneInfo) -> ConsentPart | None:
    if ticket.consent is None:
        return None
    return ConsentPart(notice_version=ticket.consent.notice_version, at=ticket.consent.at.astimezone(zone))
