"""One ticket as its page shows it: everything in words, and only what this person may see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from desk.pages.base.times import Clock, is_settled, light
from desk.pages.tickets.actions import ActionForm
from desk.pages.tickets.deadlines import Limit, asked, limits
from desk.pages.tickets.files import File, shown_files
from desk.pages.tickets.history import CitizenNotice, HistoryLine, newest, newest_told, timeline, told
from desk.pages.tickets.map import CityMap, city_map
from desk.tickets.store import DeskEvent, DeskTicket
from desk.workflow.states import Lifecycle, State
from hotline.contract import AttachmentPart, PersonPart, PlacePart
from intake.city import CityProfile
from storage.outbox.engine import Entry


@dataclass(frozen=True, slots=True)
class TicketPageView:
    """What the template prints. `facts` pairs phrase keys with texts; what is unknown is left out."""

    hotline_ref: str
    reference: str
    version: int
    title: str
    content: str
    appeal_type: str
    channel: str
    state: str
    urgency: str
    round: int
    urged: int
    confidential: bool
    watch: str
    light: str
    left: str
    supervise_level: int
    problem: bool
    designated: bool
    exclusion: str
    repeats: int
    asked: tuple[tuple[str, str], ...]
    limits: tuple[Limit, ...]
    pin: CityMap | None
    submitted: str
    submitted_iso: str
    facts: tuple[tuple[str, str], ...]
    person: PersonPart
    person_hidden: bool
    erased: bool
    files: tuple[File, ...]
    category: str
    confidence: int | None
    suggested_units: str
    draft_internal: str
    main_actions: tuple[ActionForm, ...]
    more_actions: tuple[ActionForm, ...]
    told: tuple[CitizenNotice, ...]
    timeline: tuple[HistoryLine, ...]
    earlier: int | None


def ticket_view(
    ticket: DeskTicket,
    events: Sequence[DeskEvent],
    sent: Mapping[str, Entry],
    forms: Sequence[ActionForm],
    clock: Clock,
    city: CityProfile,
    address: Callable[[AttachmentPart], str],
    before: int | None = None,
) -> TicketPageView:
    """The ticket's page for this person at this moment; of its history what was `before` this event."""
    lines = timeline(events, clock, city, address)
    shown = newest(lines, before)
    document, life = ticket.document, ticket.life
    watch = ticket.watch
    reviewed = life.state is State.REPLY_REVIEW
    confidence = document.category.confidence
    return TicketPageView(
        hotline_ref=ticket.hotline_ref,
        reference=ticket.reference,
        version=ticket.version,
        title=document.title,
        content=document.content,
        appeal_type=document.appeal_type,
        channel=document.channel,
        state=life.state,
        urgency=life.urgency,
        round=life.round,
        urged=life.urge_count,
        confidential=document.person.confidential,
        watch=watch.kind if watch else "",
        light=light(ticket, clock.now),
        left=clock.left(watch.due) if watch and not is_settled(life) else "",
        supervise_level=life.supervise_level,
        problem=life.problem,
        designated=life.designated,
        exclusion=life.exclusion or "",
        repeats=life.repeat_count,
        asked=asked(ticket, events, clock),
        limits=limits(life, clock),
        pin=city_map(city, document.place),
        submitted=clock.show(document.submitted_at),
        submitted_iso=document.submitted_at.isoformat(),
        facts=tuple((label, text) for label, text in _facts(ticket, clock, city) if text),
        person=document.person,
        person_hidden=ticket.sealed,
        erased=ticket.erased_at is not None,
        files=shown_files(document.attachments, address),
        category=document.category.path or city.path(document.category.code),
        confidence=None if confidence is None else round(confidence * 100),
        suggested_units=_suggested(ticket, clock, city),
        draft_internal=(life.reply_internal or "") if reviewed else "",
        main_actions=tuple(form for form in forms if form.main),
        more_actions=tuple(form for form in forms if not form.main),
        told=newest_told(told(ticket, events, sent, clock, city)),
        timeline=shown,
        earlier=shown[-1].seq if shown and shown[-1] is not lines[-1] else None,
    )


def _facts(ticket: DeskTicket, clock: Clock, city: CityProfile) -> list[tuple[str, str]]:
    document, life, words = ticket.document, ticket.life, clock.words
    return [
        *_place(document.place, city),
        ("ticket.occurred", _occurred(ticket, clock)),
        ("ticket.subject", document.subject or ""),
        ("ticket.expectation", document.expectation or ""),
        ("ticket.lead", city.unit_name(life.lead_unit)),
        ("ticket.co", words.join(map(city.unit_name, life.co_units))),
        ("ticket.barred", words.join(map(city.unit_name, life.barred))),
        ("ticket.first_unit", city.unit_name(life.first_unit) if life.first_unit != life.lead_unit else ""),
        ("ticket.due", clock.show(life.due_at) if life.due_at else ""),
        ("ticket.original_due", _moved(life, clock)),
        ("ticket.expected", document.expected_by.isoformat() if document.expected_by else ""),
        (
            "ticket.reply",
            words.say("ticket.reply_wanted" if document.reply_wanted else "ticket.no_reply_wanted"),
        ),
        ("ticket.related", document.related_to or ""),
        ("ticket.master", life.master_ref or ""),
        ("ticket.labels", words.join(words.texts.get(f"label.{one}", one) for one in document.labels)),
    ]


def _moved(life: Lifecycle, clock: Clock) -> str:
    first = life.original_due_at
    return clock.show(first) if first and first != life.due_at else ""


def _place(place: PlacePart | None, city: CityProfile) -> list[tuple[str, str]]:
    if place is None:
        return []
    area = city.areas.get(place.area_code or "")
    pin = (
        f"{place.lat:.5f}, {place.lng:.5f} {place.coord_sys or ''}"
        if place.lat is not None and place.lng is not None
        else ""
    )
    return [
        ("ticket.place", place.text or ""),
        ("ticket.area", area.name if area else place.area_code or ""),
        ("ticket.pin", pin.strip()),
    ]


def _occurred(ticket: DeskTicket, clock: Clock) -> str:
    occurred = ticket.document.occurred
    if occurred is None:
        return ""
    at = clock.show(occurred.at) if occurred.at else ""
    ongoing = clock.words.say("ticket.ongoing") if occurred.ongoing else ""
    return clock.words.join(part for part in (occurred.text, at, ongoing) if part)


def _suggested(ticket: DeskTicket, clock: Clock, city: CityProfile) -> str:
    suggested = ticket.document.suggested
    lead = (
        f"{clock.words.say('ticket.lead')} {city.unit_name(suggested.lead_unit)}"
        if suggested.lead_unit
        else ""
    )
    names = clock.words.join(map(city.unit_name, suggested.co_units))
    co = f"{clock.words.say('ticket.co')} {names}" if names else ""
    return " · ".join(part for part in (lead, co) if part)
