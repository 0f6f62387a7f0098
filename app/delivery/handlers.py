"""One outbox entry, delivered: to the citizen's channel, or to the city's backend.

Each kind has one function; what it raises says what becomes of the entry (see `worker`).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid5

from app.attachments import ownership
from app.attachments.store import Files
from app.base import jobs, tracing
from app.delivery.backend_troubles import MonitoredHotline
from app.delivery.queue_replies import SURVEYS, lane, outgoing_of
from app.delivery.suspects import put_aside
from hotline.contract import AttachmentPart
from hotline.documents import alert_event, erase_event, handoff_event, ticket_document, ticket_event
from intake.city import CityProfile
from intake.city.survey_hours import next_open
from intake.dialog.live_steps import still_asks
from intake.model.messages import Address, ChannelName, FileNews, Inbound, Outgoing, Reply
from intake.model.ports import (
    Channel,
    Hotline,
    NotNow,
    NotTaken,
    Paced,
    Rejected,
    Unavailable,
    Unreachable,
    Unsure,
)
from intake.model.ticket import Ticket
from storage.db.database import Database, Tx
from storage.messages import attachments, conversations, loose_files
from storage.outbox import outbox
from storage.outbox.engine import LookAgain, TakenOver
from storage.outbox.outbox import Claimed
from storage.tickets import tickets
from storage.tickets.tickets import StoredTicket

FILES_WAIT = timedelta(seconds=60)
"""How long a ticket waits for its photos; after that it goes without those still missing."""

FILES_PUT_AWAY = "file_put_away"
"""The label of a ticket that came with a file we did not take."""

SENDING = "being sent"
"""The note on what must not go twice."""

PUSHES = frozenset({"progress", "survey", "reminder"})
"""Purposes of what nobody waits for."""

LOOK_AGAIN = 3.0  # seconds
SOON = 0.5
LONGEST_LOOK = 600.0

ANSWERS_FIRST = timedelta(hours=1)
"""How long news waits behind an answer: one that never gets through must not silence all that follows."""

MAYBE_TRIED = timedelta(seconds=30)
"""An entry older than this may have been tried before an operator let it go again."""


class BurstTurns(Protocol):
    """What begins with a citizen's files alone: `app.turns.service` fulfils it."""

    async def receive(self, inbound: Inbound) -> tuple[Reply, ...]: ...

    async def send_late(self, address: Address, replies: tuple[Reply, ...], key: str) -> None: ...


class Delivery:
    """Knows how each kind of entry leaves the house."""

    def __init__(
        self,
        database: Database,
        city: CityProfile,
        channels: Mapping[ChannelName, Channel],
        hotline: Hotline,
        files: Files,
        turns: BurstTurns,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._city = city
        self._channels = channels
        self._hotline = MonitoredHotline(hotline, clock)
        self._files = files
        self._turns = turns
        self._clock = clock
        self._kinds: Mapping[str, Callable[[Claimed], Awaitable[None]]] = {
            "reply": self._reply,
            "fetch": self._fetch,
            "submit": self._submit,
            "event": self._event,
            "alert": self._alert,
            "handoff": self._handoff,
            "forget": self._forget,
            "late_file": self._late_file,
            jobs.BURST: self._burst,
            "discard": self._discard,
        }

    async def deliver(self, entry: Claimed) -> None:
        """Carry it out. Raises Unavailable (or LookAgain), Rejected (or a child), Unsure or TakenOver."""
        kind = self._kinds.get(entry.kind)
        if kind is None:
            raise Rejected(f"no such kind of entry: {entry.kind}")
        await kind(entry)

    async def rest(self, destination: str) -> float:
        """Seconds in which nothing need be tried there: the platform asked us to keep still."""
        channel: object = next(
            (one for name, one in self._channels.items() if name.value == destination), None
        )
        return await channel.rest() if isinstance(channel, Paced) else 0.0

    async def _reply(self, entry: Claimed) -> None:
        if reason := put_aside(entry):
            raise Rejected(reason)
        outgoing = outgoing_of(entry.body)
        if outgoing.purpose in PUSHES:
            await self._answers_first(entry)
            if not await self._still_wanted(entry, outgoing):
                return
        if outgoing.purpose in SURVEYS:
            self._not_at_night()
            await self._only_once(entry)
        await self._channel(entry).send(outgoing)

    async def _answers_first(self, entry: Claimed) -> None:
        """What a turn set going may come back before its answer was handed over. Raises LookAgain."""
        waited = self._clock() - entry.queued_at
        if entry.conversation_id is None or waited >= ANSWERS_FIRST:
            return
        answers = lane(entry.conversation_id)
        async with self._database.read() as tx:
            behind = await outbox.waits(tx, entry.destination, answers, before=entry.id)
        if behind:
            look = min(max(waited.total_seconds(), SOON), LONGEST_LOOK)
            raise LookAgain("an earlier answer goes first", look)

    def _not_at_night(self) -> None:
        """What could not go out in time waits for the morning. Raises LookAgain."""
        now = self._clock()
        if (opens := next_open(now, self._city)) > now:
            raise LookAgain("nobody is asked at this hour", (opens - now).total_seconds())

    async def _only_once(self, entry: Claimed) -> None:
        """Noted before it is sent: whoever finds the note knows that its writer died. Raises TakenOver."""
        if entry.reason == SENDING:
            raise Unsure("a worker died while sending it")
        async with self._database.write() as tx:
            await outbox.note(tx, entry, SENDING)

    async def _still_wanted(self, entry: Claimed, outgoing: Outgoing) -> bool:
        """A push may wait for hours: by then its survey may be answered, or the citizen have blocked us."""
        if entry.conversation_id is None:
            return True
        async with self._database.read() as tx:
            stored = await conversations.by_id(tx, entry.conversation_id)
        if stored is None or not stored.reachable:
            raise Unreachable("the citizen has blocked us")
        return outgoing.purpose == "progress" or still_asks(stored.conversation, outgoing.reply.step)

    async def _burst(self, entry: Claimed) -> None:
        """The files a citizen sent alone are their turn, if nothing followed them."""
        async with self._database.read() as tx:
            if entry.conversation_id is None or await conversations.by_id(tx, entry.conversation_id) is None:
                return  # the citizen has left
        end = jobs.end_in(entry.body)
        replies = await self._turns.receive(end)
        if replies:
            await self._turns.send_late(end.address, replies, end.id)

    async def _discard(self, entry: Claimed) -> None:
        await self._files.discard(entry.body["sha256"])

    async def _fetch(self, entry: Claimed) -> None:
        """What a file shows is for its citizen to hear: where it was taken, or why it is not kept."""
        attachment = entry.body["attachment"]
        try:
            if reason := put_aside(entry):
                raise NotTaken("picture", reason)
            place = await self._files.fetch(entry.body, self._channel(entry))
        except (NotNow, Unreachable):
            raise
        except Rejected as refusal:
            why = refusal.why if isinstance(refusal, NotTaken) else "gone"
            await self._tell_of(entry, FileNews(attachment, refused=why))
            raise
        if place is not None:
            await self._tell_of(entry, FileNews(attachment, place))

    async def _tell_of(self, entry: Claimed, news: FileNews) -> None:
        """A turn of its own, once however often the file is fetched; nobody who has left is written to.

        Raises LookAgain for a place while it is not known what matter the photo belongs to.
        """
        async with self._database.read() as tx:
            stored = await conversations.by_id(tx, entry.conversation_id or 0)
            loose = () if stored is None else await loose_files.waiting(tx, stored.id)
        if stored is None or not stored.reachable or not await self._files.is_wanted(news.attachment):
            return
        if news.place is not None and any(file.id == news.attachment for file in loose):
            raise LookAgain("its matter is not known yet", LOOK_AGAIN)
        language = entry.body.get("language", "")
        told = Inbound(f"file:{news.attachment}", stored.address, self._clock(), language=language, file=news)
        replies = await self._turns.receive(told)
        if replies:
            await self._turns.send_late(told.address, replies, told.id)

    def _channel(self, entry: Claimed) -> Channel:
        channel = self._channels.get(ChannelName(entry.destination))
        if channel is None:
            raise Unavailable(f"the channel {entry.destination} is not configured", retry_after=300)
        return channel

    async def _submit(self, entry: Claimed) -> None:
        """File the ticket; if an earlier answer may have been lost, ask first."""
        found = await self._ticket(entry.body["reference"])
        key = str(found.ticket.key)
        parts, missing = await self._parts(found.ticket.attachments, found.ticket.submitted_at)
        document = ticket_document(await self._with_label(found.ticket), parts, self._city)
        ref = found.hotline_ref or await self._filed_before(entry, key, document)
        if ref is None:
            self._still_ours(entry)
            ref = await self._hotline.submit(document, key)
        async with self._database.write() as tx:
            await tickets.set_hotline_ref(tx, found.id, ref, self._clock())
            await self._send_on(tx, entry, found.ticket.reference, missing)

    def _still_ours(self, entry: Claimed) -> None:
        """A process may sleep for a minute at any line: the ticket may be another worker's by now."""
        if self._clock() >= entry.until:
            raise TakenOver

    async def _with_label(self, ticket: Ticket) -> Ticket:
        """Staff are told where a file is missing that was not taken, or lies in quarantine."""
        away = await self._files.put_away(ticket.attachments)
        return replace(ticket, labels=(*ticket.labels, FILES_PUT_AWAY)) if away else ticket

    async def _filed_before(self, entry: Claimed, key: str, document: dict[str, Any]) -> str | None:
        fresh = entry.attempts == 1 and self._clock() - entry.queued_at < MAYBE_TRIED
        return None if fresh else await self._hotline.find(key, document)

    async def _parts(self, ids: Sequence[str], since: datetime) -> tuple[list[AttachmentPart], list[str]]:
        """The files, and the ids of those that did not come in time. Raises LookAgain while there is time."""
        parts, pending = await self._files.parts(ids)
        await self._send_for(pending)
        if pending and self._clock() - since < FILES_WAIT:
            raise LookAgain("its files are still coming", LOOK_AGAIN)
        return parts, pending

    async def _send_for(self, pending: Sequence[str]) -> None:
        """What leaves with a matter is fetched; a process of an older release leaves it where it is."""
        async with self._database.read() as tx:
            unsent = await attachments.unsent(tx, pending)
        if not unsent:
            return
        async with self._database.write() as tx:
            for file in unsent:
                whose = await attachments.owner(tx, file.id)
                await ownership.send_for(tx, whose, file.channel, "", [file.id], self._clock())

    async def _send_on(self, tx: Tx, entry: Claimed, reference: str, missing: Sequence[str]) -> None:
        """Have files that did not come in time follow as supplements, each in a lane of its own."""
        now = self._clock()
        for attachment in missing:
            event_id = str(uuid5(NAMESPACE_URL, f"late file:{reference}:{attachment}"))
            await outbox.queue(
                tx,
                destination=entry.destination,
                kind="late_file",
                lane=f"file:{attachment}",
                body={
                    "event_id": event_id,
                    "at": now.isoformat(),
                    "attachment": attachment,
                    "reference": reference,
                    "hotline_ref": entry.body.get("hotline_ref"),
                    tracing.KEY: tracing.current(),
                },
                now=now,
                due_at=now + timedelta(seconds=LOOK_AGAIN),
                ticket_id=entry.ticket_id,
                once=event_id,
            )

    async def _late_file(self, entry: Claimed) -> None:
        """A file that missed its ticket; one that never comes is marked by its own entry."""
        body = entry.body
        parts, pending = await self._files.parts([body["attachment"]])
        if pending:
            await self._send_for(pending)
            waited = (self._clock() - entry.queued_at).total_seconds()
            raise LookAgain("its file is still coming", min(max(waited / 4, LOOK_AGAIN), LONGEST_LOOK))
        if parts:
            at = datetime.fromisoformat(body["at"])
            event = ticket_event(body["event_id"], "supplement", at, attachments=parts)
            await self._hotline.send_event(await self._hotline_ref(body), event, body["event_id"])

    async def _event(self, entry: Claimed) -> None:
        body = entry.body
        hotline_ref = await self._hotline_ref(body)
        parts, missing = await self._parts(body["attachments"], entry.queued_at)
        event = ticket_event(
            body["event_id"],
            body["type"],
            datetime.fromisoformat(body["at"]),
            text=body["text"],
            attachments=parts,
            survey=body["survey"],
        )
        await self._hotline.send_event(hotline_ref, event, body["event_id"])
        if missing:
            async with self._database.write() as tx:
                await self._send_on(tx, entry, body["reference"], missing)

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

    async def _forget(self, entry: Claimed) -> None:
        body = entry.body
        at = datetime.fromisoformat(body["at"])
        event = erase_event(body["event_id"], at, conversation=body["conversation"])
        await self._hotline.send_event(None, event, body["event_id"])

    async def _ticket(self, reference: str) -> StoredTicket:
        async with self._database.read() as tx:
            found = await tickets.find(tx, reference=reference)
        if found is None:
            raise Rejected("no such ticket")
        return found
