"""One outbox entry, delivered: to the citizen's channel, or to the city's backend.

Each kind has one function; what it raises says what becomes of the entry (see `worker`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid5

from app.attachments import ownership
from app.attachments.day_limits import TOO_MUCH, MeteredFiles, to_be_told
from app.attachments.store import Files
from app.base import jobs
from app.delivery.backend_troubles import MonitoredHotline
from app.delivery.queue_replies import SURVEYS, lane
from app.delivery.suspects import put_aside
from hotline.contract import AttachmentPart
from hotline.documents import alert_event, erase_event, handoff_event, ticket_document, ticket_event
from intake.city import CityProfile
from intake.city.survey_hours import next_open
from intake.dialog.live_steps import still_asks
from intake.model.messages import Address, ChannelName, FileNews, Inbound, Outgoing, Reply
from intake.model.ports import (
    Channel,
    FileSource,
    Hotline,
    NotNow,
    NotTaken,
    Paced,
    Rejected,
    ShowsEverybody,
    Unavailable,
    Unreachable,
    Unsure,
)
from intake.model.ticket import Ticket
from storage.db.database import Database, Tx
from storage.messages import attachments, conversations, loose_files
from storage.outbox import outbox
from storage.outbox.engine import LookAgain, TakenOver
from storage.outbox.jobs import (
    DiscardFile,
    EndBurst,
    FetchFile,
    ForgetTalk,
    SendAlert,
    SendEvent,
    SendHandoff,
    SendLateFile,
    SubmitTicket,
)
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

    async def deliver(self, entry: Claimed) -> None:
        """Carry it out. Raises Unavailable (or LookAgain), Rejected (or a child), Unsure or TakenOver.

        A kind that is not known is Rejected: it is put aside with that reason.
        """
        match jobs.job_of(entry):
            case Outgoing() as outgoing:
                await self._reply(entry, outgoing)
            case FetchFile() as fetch:
                await self._fetch(entry, fetch)
            case DiscardFile(sha256):
                await self._files.discard(sha256)
            case EndBurst(end):
                await self._burst(entry, end)
            case SubmitTicket(reference):
                await self._submit(entry, reference)
            case SendEvent() as event:
                await self._event(entry, event)
            case SendLateFile() as file:
                await self._late_file(entry, file)
            case SendAlert() | SendHandoff() | ForgetTalk() as told:
                await self._hotline.send_event(None, _document(told), told.event_id)

    async def rest(self, destination: str) -> float:
        """Seconds in which nothing need be tried there: the platform asked us to keep still."""
        channel: object = next(
            (one for name, one in self._channels.items() if name.value == destination), None
        )
        return await channel.rest() if isinstance(channel, Paced) else 0.0

    async def _reply(self, entry: Claimed, outgoing: Outgoing) -> None:
        if reason := put_aside(entry):
            raise Rejected(reason)
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

    async def _burst(self, entry: Claimed, end: Inbound) -> None:
        """The files a citizen sent alone are their turn, if nothing followed them."""
        async with self._database.read() as tx:
            if entry.conversation_id is None or await conversations.by_id(tx, entry.conversation_id) is None:
                return  # the citizen has left
        replies = await self._turns.receive(end)
        if replies:
            await self._turns.send_late(end.address, replies, end.id)

    async def _fetch(self, entry: Claimed, fetch: FetchFile) -> None:
        """What a file shows is for its citizen to hear: where it was taken, or why it is not kept."""
        try:
            if reason := put_aside(entry):
                raise NotTaken("picture", reason)
            place = await self._files.fetch(fetch, await self._metered(entry))
        except (NotNow, Unreachable):
            raise
        except Rejected as refusal:
            why = refusal.why if isinstance(refusal, NotTaken) else "gone"
            if why != TOO_MUCH or await self._is_to_be_told(entry):
                await self._tell_of(entry, FileNews(fetch.attachment, refused=why), fetch.language)
            raise
        if place is not None:
            await self._tell_of(entry, FileNews(fetch.attachment, place), fetch.language)

    async def _tell_of(self, entry: Claimed, news: FileNews, language: str) -> None:
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
        told = Inbound(f"file:{news.attachment}", stored.address, self._clock(), language=language, file=news)
        replies = await self._turns.receive(told)
        if replies:
            await self._turns.send_late(told.address, replies, told.id)

    async def _metered(self, entry: Claimed) -> FileSource:
        """The channel, as far as the day's limit of whose file it is; nobody's is what was left behind."""
        channel = self._channel(entry)
        async with self._database.read() as tx:
            stored = await conversations.by_id(tx, entry.conversation_id or 0)
        if stored is None:
            return channel
        return MeteredFiles(channel, stored.address, self._database, self._city, self._clock)

    async def _is_to_be_told(self, entry: Claimed) -> bool:
        """Whether they have not just been told that it is too much for a day."""
        async with self._database.write() as tx:
            stored = await conversations.by_id(tx, entry.conversation_id or 0)
            return stored is not None and await to_be_told(tx, stored.address, self._city, self._clock())

    def _channel(self, entry: Claimed) -> Channel:
        channel = self._channels.get(ChannelName(entry.destination))
        if channel is None:
            raise Unavailable(f"the channel {entry.destination} is not configured", retry_after=300)
        return channel

    async def _submit(self, entry: Claimed, reference: str) -> None:
        """File the ticket; if an earlier answer may have been lost, ask first."""
        found = await self._ticket(reference)
        key = str(found.ticket.key)
        parts, missing = await self._parts(found.ticket.attachments, found.ticket.submitted_at)
        document = ticket_document(await self._with_label(found.ticket), parts, self._city)
        ref = found.hotline_ref or await self._filed_before(entry, key, document)
        if ref is None:
            self._still_ours(entry)
            ref = await self._hotline.submit(document, key)
        async with self._database.write() as tx:
            await tickets.set_hotline_ref(tx, found.id, ref, self._clock())
            await self._send_on(tx, entry, found.ticket.reference, None, missing)

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

    async def _send_on(
        self, tx: Tx, entry: Claimed, reference: str, hotline_ref: str | None, missing: Sequence[str]
    ) -> None:
        """Have files that did not come in time follow as supplements, each in a lane of its own."""
        now = self._clock()
        for attachment in missing:
            event_id = str(uuid5(NAMESPACE_URL, f"late file:{reference}:{attachment}"))
            await jobs.queue(
                tx,
                SendLateFile(event_id, now, attachment, reference, hotline_ref),
                destination=entry.destination,
                lane=f"file:{attachment}",
                now=now,
                due_at=now + timedelta(seconds=LOOK_AGAIN),
                ticket_id=entry.ticket_id,
                once=event_id,
            )

    async def _late_file(self, entry: Claimed, file: SendLateFile) -> None:
        """A file that missed its ticket; one that never comes is marked by its own entry."""
        parts, pending = await self._files.parts([file.attachment])
        if pending:
            await self._send_for(pending)
            waited = (self._clock() - entry.queued_at).total_seconds()
            raise LookAgain("its file is still coming", min(max(waited / 4, LOOK_AGAIN), LONGEST_LOOK))
        if parts:
            event = ticket_event(file.event_id, "supplement", file.at, attachments=parts)
            await self._send_event(file, event)

    async def _event(self, entry: Claimed, job: SendEvent) -> None:
        parts, missing = await self._parts(job.attachments, entry.queued_at)
        event = ticket_event(
            job.event_id, job.type, job.at, text=job.text, attachments=parts, survey=job.survey
        )
        await self._send_event(job, event)
        if missing:
            async with self._database.write() as tx:
                await self._send_on(tx, entry, job.reference, job.hotline_ref, missing)

    async def _send_event(self, job: SendEvent | SendLateFile, event: dict[str, Any]) -> None:
        hotline_ref = await self._hotline_ref(job)
        if isinstance(self._hotline, ShowsEverybody):
            event = self._hotline.as_everybody_reads_it(event, await self._known_of(job))
        await self._hotline.send_event(hotline_ref, event, job.event_id)

    async def _known_of(self, job: SendEvent | SendLateFile) -> dict[str, Any]:
        """The ticket's document; a matter of another front door's is taken for sealed."""
        async with self._database.read() as tx:
            found = await tickets.find(tx, reference=job.reference)
        return ticket_document(found.ticket, (), self._city) if found else _SEALED

    async def _hotline_ref(self, job: SendEvent | SendLateFile) -> str:
        """Under which number the backend knows the ticket; its filing went before in the same lane."""
        if job.hotline_ref:
            return job.hotline_ref
        found = await self._ticket(job.reference)
        if found.hotline_ref is None:
            raise Rejected("the backend never took the ticket")
        return found.hotline_ref

    async def _ticket(self, reference: str) -> StoredTicket:
        async with self._database.read() as tx:
            found = await tickets.find(tx, reference=reference)
        if found is None:
            raise Rejected("no such ticket")
        return found


_SEALED = {"person": {"confidential": True}}


def _document(told: SendAlert | SendHandoff | ForgetTalk) -> dict[str, Any]:
    """What concerns no ticket, as the backend is told."""
    match told:
        case SendAlert(event_id, at, kind, text, channel, phone, conversation):
            return alert_event(
                event_id, at, kind=kind, text=text, channel=channel, reach=phone, conversation=conversation
            )
        case SendHandoff(event_id, at, text, channel, conversation, phone):
            return handoff_event(
                event_id, at, conversation=conversation, text=text or None, phone=phone, channel=channel
            )
        case ForgetTalk(event_id, at, conversation):
            return erase_event(event_id, at, conversation=conversation)
