"""A server's request and its updates as what the backend would have told us. Pure.

The ids are made of what they tell, words included, so that whoever asks again tells nothing twice, and words
that come later, or at two places, are told once; times are the server's.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from hotline.open311.response_parser import Row, text
from intake.city import CityProfile
from intake.model.ports import Followed
from intake.model.status import Status, StatusUpdate

_LONGEST = 2_000
_ANSWERED = frozenset({Status.COMPLETED.value, Status.CALLBACK.value, Status.DIRECT_ANSWERED.value})
_OVER = frozenset({"CLOSED", "FIXED", "FIXED - COUNCIL", "NO_FURTHER_ACTION"})
_MOMENT = timedelta(milliseconds=1)


def of_request(
    ticket: Followed, row: Row, city: CityProfile, now: datetime, *, words_elsewhere: bool = False
) -> Iterator[StatusUpdate]:
    """What a request's line says; `now` stands in for a time the server does not give.

    `words_elsewhere`: the server has updates for what is said on the way; its notes are a state's name then.
    """
    asked = moment(text(row, "requested_datetime")) or now
    changed = moment(text(row, "updated_datetime")) or asked
    yield _update(ticket, "accepted", asked, "")
    yield from _agency(ticket, row, city, asked, changed)
    notes, steps = text(row, "status_notes")[:_LONGEST] or None, 2 * ticket.round
    unit = _unit(text(row, "agency_responsible"), city)
    if text(row, "status").lower() == "closed":
        at = max(changed, asked + steps * _MOMENT)
        yield _update(ticket, "completed", at, notes or "", public_text=notes, round=ticket.round)
        return
    at = max(changed, asked + (steps + 1) * _MOMENT)
    if ticket.status in _ANSWERED:
        yield _update(ticket, "rework", at, changed.isoformat(), round=ticket.round + 1)
    if notes and not words_elsewhere:
        yield _update(ticket, "contacted", at, notes, unit=unit, public_text=notes)


def _agency(
    ticket: Followed, row: Row, city: CityProfile, asked: datetime, changed: datetime
) -> Iterator[StatusUpdate]:
    """Who has it. One that has it again is news: so it is told from whom it goes, and when."""
    agency, due = text(row, "agency_responsible"), moment(text(row, "expected_datetime"))
    unit = _unit(agency, city)
    if unit is None or (unit == ticket.lead_unit and due in (None, ticket.due_at)):
        return
    at = max(changed - _MOMENT, asked + _MOMENT)  # before the end, where both are seen at once
    if ticket.lead_unit in (None, unit):
        yield _update(ticket, "dispatched", at, agency, unit=unit, lead_unit=unit, due_at=due)
    else:
        what = f"{ticket.lead_unit}|{agency}|{changed.isoformat()}"
        yield _update(ticket, "reassigned", at, what, unit=unit, lead_unit=unit, due_at=due)


def of_updates(ticket: Followed, rows: Sequence[Row], now: datetime) -> Iterator[StatusUpdate]:
    """What a server with `servicerequestupdates` says besides; only what has words is news."""
    for row in rows:
        words, number = text(row, "description")[:_LONGEST], text(row, "update_id")
        if not words or not number or text(row, "service_request_id") != ticket.hotline_ref:
            continue
        at = moment(text(row, "updated_datetime")) or now
        if text(row, "status").upper() in _OVER:
            yield _update(ticket, "completed", at, words, public_text=words, round=ticket.round)
        else:
            yield _update(ticket, "contacted", at, words, public_text=words)


def moment(written: str) -> datetime | None:
    """A W3C time; without an offset it is UTC. None for what is none."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC) if 2000 <= at.year <= 2200 else None


def _update(
    ticket: Followed,
    type_: str,
    at: datetime,
    what: str,
    *,
    unit: str | None = None,
    lead_unit: str | None = None,
    due_at: datetime | None = None,
    public_text: str | None = None,
    round: int | None = None,  # noqa: A002  the contract's word
) -> StatusUpdate:
    told = f"{ticket.hotline_ref}|{type_}|{what}|{due_at or ''}|{round or ''}"
    return StatusUpdate(
        event_id=f"open311-{hashlib.sha256(told.encode()).hexdigest()[:40]}",
        type=type_,
        at=at,
        hotline_ref=ticket.hotline_ref,
        reference=ticket.reference,
        unit=unit,
        lead_unit=lead_unit,
        due_at=due_at,
        public_text=public_text,
        round=round,
    )


def _unit(agency: str, city: CityProfile) -> str | None:
    """Our id of the unit the server names; its own name where we know none; None where it names none."""
    for unit in city.units.values():
        if agency in (unit.id, unit.name, *unit.aliases):
            return unit.id
    return agency[:256] or None
