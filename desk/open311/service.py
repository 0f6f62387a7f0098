"""What the server does in the desk's tables: filing, finding, telling on. A method is one transaction.

A client that sends an `Idempotency-Key` gets the same request for the same key, and finds it again under
`tokens/{key}`; Open311 itself has no such thing, and a client without one that sends twice files twice.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from desk.actions import tickets
from desk.actions.tickets import Filed, KeyReused, UnknownTicket
from desk.api import events
from desk.app import Desk
from desk.open311 import filing, request_filters, request_view
from desk.open311.form import Open311Form
from desk.open311.request_filters import RequestQuery
from desk.open311.responses import Open311Error
from desk.tickets import public_requests, store, ticket_events
from desk.workflow.views import DeskTicket
from hotline.contract import AttachmentPart, HotlineEvent, TicketDocument
from intake.understand.persons.masking import without_id_numbers
from storage.db.sealed import Tx

_UPDATE = 4_000


class Requests:
    """Open311's requests, which are the desk's tickets."""

    def __init__(self, desk: Desk, media_url: Callable[[AttachmentPart], str]) -> None:
        self._desk = desk
        self._media_url = media_url

    async def file(self, form: Open311Form, media: AttachmentPart | None, key: str | None) -> Filed:
        """File what was posted, once per key. Raises Open311Error."""
        city, now = self._desk.city, self._desk.clock()
        asked = filing.checked(form, city)
        reference = filing.new_reference(now, city, self._desk.office.digits(3))
        document = filing.document(
            asked, city, key=key or uuid4().hex, reference=reference, media=media, now=now
        )
        try:
            async with self._desk.database.write() as tx:
                filed = await tickets.find_filed(tx, document.idempotency_key)
                if filed is None:
                    return await tickets.file(tx, self._desk.office, document, now=now)
        except KeyReused:  # its twin was quicker
            pass
        return await self._again(document)

    async def find(self, wanted: RequestQuery, *, known: bool) -> list[dict[str, Any]]:
        """The requests asked for."""
        async with self._desk.database.read() as tx:
            return [self._shown(one, known=known) for one in await self._tickets(tx, wanted, known=known)]

    async def one(self, number: str, *, known: bool) -> dict[str, Any]:
        """The request of this number. Raises Open311Error."""
        found = await self.find(RequestQuery(refs=(number,)), known=known) if number.isprintable() else []
        if not found:
            raise Open311Error(404, "service_request_id was not found")
        return found[0]

    async def behind(self, token: str) -> str:
        """The number of the request filed under this key, or of this number. Raises Open311Error."""
        if not token.isprintable():
            raise Open311Error(404, "token was not found")
        async with self._desk.database.read() as tx:
            filed = await tickets.find_filed(tx, public_requests.PREFIX + token)
            if filed is not None:
                return filed.hotline_ref
            found = await self._tickets(tx, RequestQuery(refs=(token,)), known=False)
        if not found:
            raise Open311Error(404, "token was not found")
        return found[0].hotline_ref

    async def updates(self, wanted: RequestQuery) -> list[dict[str, Any]]:
        """What citizens have heard of requests; without numbers of the public ones, in the time asked for."""
        async with self._desk.database.read() as tx:
            found = []
            for ticket in await self._tickets(tx, wanted, known=False):
                history = await ticket_events.history(tx, ticket.id)
                found += list(request_view.updates(ticket, history, self._desk.city))
        return found

    async def supplement(self, form: Open311Form) -> str:
        """Add words to a request; returns its id, the same for the same again. Raises Open311Error."""
        number, text = form.text("service_request_id"), form.text("description")
        if not number or not text or len(text) > _UPDATE:
            raise Open311Error(
                400, f"service_request_id and a description of at most {_UPDATE} characters are needed"
            )
        await self.one(number, known=True)
        given = form.text("update_id")[:200] or uuid4().hex
        event = HotlineEvent(
            event_id=f"{public_requests.PREFIX}{given}",
            type="supplement",
            at=self._desk.clock(),
            text=without_id_numbers(text),
        )
        try:
            async with self._desk.database.write() as tx:
                await events.on_ticket(tx, self._desk.office, number, event, key=None, now=self._desk.clock())
        except UnknownTicket:
            raise Open311Error(404, "service_request_id was not found") from None
        except KeyReused:
            return given
        self._desk.wake()
        return given

    async def _again(self, document: TicketDocument) -> Filed:
        async with self._desk.database.read() as tx:
            ticket = await store.by_key(tx, document.idempotency_key)
        if ticket is None:
            raise Open311Error(503, "try again later", retry_after=1)
        if (ticket.document.content, ticket.document.category) != (document.content, document.category):
            raise Open311Error(422, "this Idempotency-Key came before, with another request")
        return Filed(ticket.hotline_ref, ticket.created_at, new=False)

    async def _tickets(self, tx: Tx, wanted: RequestQuery, *, known: bool) -> Sequence[DeskTicket]:
        refs = (await tx.execute(request_filters.query(wanted, known=known))).scalars().all()
        found = {one.hotline_ref: one for one in await store.by_refs(tx, refs)}
        return [found[ref] for ref in refs if ref in found]

    def _shown(self, ticket: DeskTicket, *, known: bool) -> dict[str, Any]:
        return request_view.request(ticket, self._desk.city, known=known, media_url=self._media_url)
