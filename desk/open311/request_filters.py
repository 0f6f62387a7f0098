"""Which requests a client asks for: the filters of `GET requests`, checked, and as a query.

Numbers prevail over everything else. Without dates it is the last 90 days; more than 90 at once are refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select

from desk.db.tables import requests, tickets
from desk.open311.responses import Open311Error
from desk.tickets import public_requests

SPAN = timedelta(days=90)
MOST = 200
_PAGE = 50
_NUMBERS = 100
_LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class RequestQuery:
    """`refs` alone, where given; else everything that fits."""

    refs: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    statuses: frozenset[str] = frozenset()
    start: datetime | None = None
    end: datetime | None = None
    page: int = 1
    size: int = _PAGE


def wanted(given: Mapping[str, str], now: datetime) -> RequestQuery:
    """The filters of a query string. Raises Open311Error."""
    refs = _several(given.get("service_request_id", ""))
    if len(refs) > _NUMBERS:
        raise Open311Error(400, f"more than {_NUMBERS} service_request_ids")
    statuses = frozenset(_several(given.get("status", "").lower()))
    if not statuses <= {"open", "closed"}:
        raise Open311Error(400, "status must be open or closed")
    start, end = _span(given, now)
    return RequestQuery(
        refs=refs,
        codes=_several(given.get("service_code", "")),
        statuses=statuses,
        start=start,
        end=end,
        page=_number(given, "page", 1, _LAST_PAGE),
        size=_number(given, "page_size", _PAGE, MOST),
    )


def query(asked: RequestQuery, *, known: bool) -> Select[Any]:
    """The tickets' numbers, the newest first; `known`: whoever asks has a key.

    By its number a ticket that came by Open311 is found without one.
    """
    found = public_requests.shown()
    if asked.refs:
        return found.where(tickets.c.hotline_ref.in_(asked.refs)).order_by(tickets.c.id.desc())
    if not known:
        found = found.where(requests.c.is_public)
    if asked.start and asked.end:
        found = public_requests.within(found, asked.start, asked.end)
    if asked.codes:
        found = found.where(requests.c.service_code.in_(asked.codes))
    if len(asked.statuses) == 1:
        ended = tickets.c.state.in_(sorted(public_requests.ENDED))
        found = found.where(ended if "closed" in asked.statuses else ~ended)
    newest = found.order_by(requests.c.requested_at.desc(), requests.c.ticket_id.desc())
    return newest.limit(asked.size).offset((asked.page - 1) * asked.size)


def moment(text: str) -> datetime:
    """A W3C date and time; without an offset it is UTC. Raises Open311Error."""
    try:
        at = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        raise Open311Error(400, "a date must look like 2010-01-01T00:00:00Z") from None
    if not 2000 <= at.year <= 2200:
        raise Open311Error(400, "a date lies outside the years 2000 to 2200")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _span(given: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    start = moment(given["start_date"]) if given.get("start_date") else None
    end = moment(given["end_date"]) if given.get("end_date") else None
    if start is not None and end is not None and end - start > SPAN:
        raise Open311Error(400, f"start_date and end_date may not span more than {SPAN.days} days")
    if start is not None:
        return start, end or start + SPAN
    return (end or now) - SPAN, end or now


def _several(text: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(one for part in text.split(",") if (one := part.strip()) and one.isprintable())
    )


def _number(given: Mapping[str, str], name: str, otherwise: int, most: int) -> int:
    text = given.get(name) or str(otherwise)
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) >= 1):
        raise Open311Error(400, f"{name} must be a number from 1")
    return min(int(text), most)
