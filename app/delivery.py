"""One outbox entry, delivered: to the citizen's channel, or to the city's backend.

Each kind has one function; what it raises says what becomes of the entry (see `worker`).
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.files import Files
from app.replies import outgoing_of
from hotline.documents import alert_event, handoff_event, ticket_document, ticket_event
from intake.city import CityProfile
from intake.messages import ChannelName
from intake.ports import Channel, Hotline, Rejected, Unavailable
from storage import tickets
from storage.database import Database
from storage.outbox import Claimed
from storage.tickets import StoredTicket

FILES_WAIT = timedelta(seconds=60)
"""How long a ticket waits for its photos; after that it goes without those still missing."""

LOOK_AGAIN = 3.0  # seconds


class Delivery:
    """Knows how each kind of entry leaves the house."""

    def __init__(
        self,
        database: Database,
        city: CityProfile,
        channels: Mapping[ChannelName, Channel],
        hotline: Hotline,
        files: Files,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._city = city
        self._channels = channels
        self._hotline = hotline
        self._files = files
        self._clock = clock
        self._kinds: Mapping[str, Callable[[Claimed], Awaitable[None]]] = {
            "reply": self._reply,
            "fetch": self._fetch,
            "submit": self._submit,
            "event": self._event,
            "alert": self._alert,
            "handoff": self._handoff,
        }

    async def deliver(self, entry: Claimed) -> None:
        """Carry it out. Raises Unavailable, Rejected (or its children) or Unsure."""
        kind = self._kinds.get(entry.kind)
        if kind is None:
            raise Rejected(f"no such kind of entry: {entry.kind}")
        await kind(entry)

    async def _reply(self, entry: Claimed) -> None:
        await self._channel(entry).send(outgoing_of(entry.body))

    async def _fetch(self, entry: Claimed) -> None:
        await self._files.fetch(entry.body, self._channel(entry))

    def _channel(self, entry: Claimed) -> Channel:
        channel = self._channels.get(ChannelName(entry.destination))
        if channel is None:
            raise Unavailable(f"the channel {entry.destination} is not configured", retry_after=300)
        return channel

    async def _submit(self, entry: Claimed) -> None:
        """File the ticket; if an earlier answer may have been lost, ask first."""
        found = await self._ticket(entry.body["reference"])
        key = str(found.ticket.key)
        ref = await self._hotline.find(key) if entry.attempts > 1 else None
        if ref is None:
            ref = await self._hotline.submit(await self._document(found), key)
        async with self._database.write() as tx:
            await tickets.set_hotline_ref(tx, found.id, ref)

    async def _document(self, found: StoredTicket) -> dict[str, Any]:
        parts, pending = await self._files.parts(found.ticket.attachments)
        if pending and self._clock() - found.ticket.submitted_at < FILES_WAIT:
            raise Unavailable("its files are still coming", retry_after=LOOK_AGAIN)
        return ticket_document(found.ticket, parts, self._city)

    async def _event(self, entry: Claimed) -> None:
        body = entry.body
        parts, pending = await self._files.parts(tuple(body["attachments"]))
        if pending and self._clock() - entry.queued_at < FILES_WAIT:
            raise Unavailable("its files are still coming", retry_after=LOOK_AGAIN)
        event = ticket_event(
            body["event_id"],
            body["type"],
            datetime.fromisoformat(body["at"]),
            text=body["text"],
            attachments=parts,
            survey=body["survey"],
        )
        await self._hotline.send_event(await self._hotline_ref(body), event, body["event_id"])

    async def _hotline_ref(self, body: dict[str, Any]) -> str:
        """Under which number the backend knows the ticket; its filing went before in the same lane."""
        if body["hotline_ref"]:
            return str(body["hotline_ref"])
        found = await self._ticket(body["reference"])
        if found.hotline_ref is None:
            raise Rejected("the backend never took the ticket")
        return found.hotline_ref

    async def _alert(self, entry: Claimed) -> None:
        body = entry.body
        event = alert_event(
            body["event_id"],
            datetime.fromisoformat(body["at"]),
            kind=body["kind"],
            text=body["text"],
            channel=body["channel"],
            reach=body["phone"],
            conversation=body["conversation"],
        )
        await self._hotline.send_event(None, event, body["event_id"])

    async def _handoff(self, entry: Claimed) -> None:
        body = entry.body
        event = handoff_event(
            body["event_id"],
            datetime.fromisoformat(body["at"]),
            conversation=body["conversation"],
            text=body["text"] or None,
            phone=body["phone"],
            channel=body["channel"],
        )
        await self._hotline.send_event(None, event, body["event_id"])

    async def _ticket(self, reference: str) -> StoredTicket:
        async with self._database.read() as tx:
            found = await tickets.find(tx, reference=reference)
        if found is None:
            raise Rejected("no such ticket")
        return found
