"""The desk's door for the front door: the backend's side of the REST contract, under `/desk/api/v1`.

The order is the rule: size, signature, form, then one transaction. A signature covers the
body alone, so what tells a repeat from something new is read from there: a ticket's
`idempotency_key` (which the header must agree with) and an event's `event_id`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ValidationError

from desk.actions import seen_calls, tickets
from desk.actions.tickets import Filed, UnknownTicket
from desk.api import events
from desk.api.problems import ApiProblem, answered
from desk.tickets import store
from desk.tickets.store import DeskTicket
from desk.workflow.context import DeskContext
from desk.workflow.states import seen_as
from hotline.body import BodyTooLarge, read_body
from hotline.contract import HotlineEvent, Receipt, StatusDocument, TicketDocument
from hotline.signatures import verify
from storage.db.database import Database

PREFIX = "/desk/api/v1"
LARGEST = 256 * 1024  # bytes; a ticket of 4,096 characters and nine photos is a tenth of it
M = TypeVar("M", bound=BaseModel)


def router(
    database: Database,
    office: DeskContext,
    secrets: str,
    clock: Callable[[], datetime],
    wake: Callable[[], None],
) -> APIRouter:
    """The contract's paths; `secrets` as in `hotline.signatures`, `wake` starts the callbacks' worker."""
    routes = APIRouter(prefix=PREFIX)

    @routes.post("/tickets")
    @answered
    async def file(request: Request) -> Response:
        body, call = await _checked(request, secrets, clock())
        document = _read(TicketDocument, body)
        _in_our_time(document.submitted_at)
        _same_key(request, document.idempotency_key)
        async with database.write() as tx:
            await seen_calls.remember_call(tx, *call, clock())
            filed = await tickets.file(tx, office, document, now=clock())
        return _receipt(filed, 201 if filed.new else 200)

    @routes.get("/tickets")
    @answered
    async def find(request: Request) -> Response:
        _, call = await _checked(request, secrets, clock())
        idempotency_key = request.query_params.get("idempotency_key", "")
        async with database.write() as tx:
            await seen_calls.remember_call(tx, *call, clock())
            filed = await tickets.find_filed(tx, idempotency_key)
        if filed is None:
            raise ApiProblem(404, "unknown-key", "No ticket was filed under this key.")
        return _receipt(filed, 200)

    @routes.get("/tickets/{hotline_ref}")
    @answered
    async def status(request: Request, hotline_ref: str) -> Response:
        _, call = await _checked(request, secrets, clock())
        async with database.write() as tx:
            await seen_calls.remember_call(tx, *call, clock())
            ticket = await store.load(tx, hotline_ref)
        if ticket is None:
            raise UnknownTicket(hotline_ref)
        return JSONResponse(_status(ticket).model_dump(mode="json"))

    @routes.post("/tickets/{hotline_ref}/events")
    @answered
    async def tell(request: Request, hotline_ref: str) -> Response:
        body, call = await _checked(request, secrets, clock())
        event = _read_event(body)
        async with database.write() as tx:
            await seen_calls.remember_call(tx, *call, clock())
            heard = await events.on_ticket(tx, office, hotline_ref, event, key=_key(request), now=clock())
        wake()
        return JSONResponse({"hotline_ref": hotline_ref, "result": heard})

    @routes.post("/events")
    @answered
    async def tell_generally(request: Request) -> Response:
        body, call = await _checked(request, secrets, clock())
        event = _read_event(body)
        async with database.write() as tx:
            await seen_calls.remember_call(tx, *call, clock())
            heard = await events.on_none(tx, event, key=_key(request), now=clock())
        return JSONResponse({"result": heard})

    return routes


async def _checked(request: Request, secrets: str, now: datetime) -> tuple[bytes, tuple[str, bytes]]:
    """The signed body, and the call to remember: its webhook id and all it asks for."""
    body = await _body(request)
    webhook_id = verify(secrets, request.headers, body, now)
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return body, (webhook_id, asked + body)


async def _body(request: Request) -> bytes:
    try:
        return await read_body(request.stream(), LARGEST)
    except BodyTooLarge:
        raise ApiProblem(413, "too-large", "The body is too large.") from None


def _read(kind: type[M], body: bytes) -> M:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        places = [f"{'.'.join(map(str, one['loc'])) or 'body'} ({one['type']})" for one in error.errors()[:5]]
        title = f"Not our document: {', '.join(places)}."
        raise ApiProblem(422, "not-our-document", title) from None


def _read_event(body: bytes) -> HotlineEvent:
    event = _read(HotlineEvent, body)
    spoken = [line.at for line in event.transcript or ()]
    answered_at = event.survey.answered_at if event.survey else None
    _in_our_time(event.at, answered_at, *spoken)
    return event


def _in_our_time(*times: datetime | None) -> None:
    if any(at is not None and not 2000 <= at.year <= 2200 for at in times):
        raise ApiProblem(422, "not-our-document", "A time lies outside the years 2000 to 2200.")


def _key(request: Request) -> str | None:
    """The Idempotency-Key: a quoted string, as its draft has it; bare is understood."""
    given = request.headers.get("idempotency-key", "").strip().removeprefix('"').removesuffix('"')
    if len(given) > 256 or not given.isprintable():
        raise ApiProblem(422, "idempotency-key", "The Idempotency-Key is too long, or not printable.")
    return given or None


def _same_key(request: Request, stated: str) -> None:
    if _key(request) != stated:
        raise ApiProblem(422, "idempotency-key", "The Idempotency-Key is missing, or not the document's own.")


def _receipt(filed: Filed, status: int) -> Response:
    receipt = Receipt(hotline_ref=filed.hotline_ref, received_at=filed.received_at)
    return JSONResponse(receipt.model_dump(mode="json"), status)


def _status(ticket: DeskTicket) -> StatusDocument:
    return StatusDocument(
        hotline_ref=ticket.hotline_ref,
        reference=ticket.reference,
        status=seen_as(ticket.life.state),
        lead_unit=ticket.life.lead_unit,
        co_units=ticket.life.co_units,
        due_at=ticket.life.due_at,
        round=ticket.life.round,
        public_text=ticket.life.public_text,
        updated_at=ticket.updated_at,
    )
