"""The worker: claim by lease, commit, and only then talk to the network.

Any number may run. One that dies leaves its entries to fall due again.
"""

import asyncio
import random
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import structlog

from app.delivery import Delivery
from app.effects import HOTLINE
from app.replies import outgoing_of, queue_replies
from app.retry import next_try, too_old
from app.service import WORK
from intake.city import CityProfile
from intake.messages import ChannelName
from intake.news import rejected
from intake.phrases import pick_language
from intake.ports import NotNow, Rejected, Unavailable, Unreachable, Unsure
from intake.status import Standing, Status
from storage import conversations, inbox, outbox, replays, tickets
from storage.cache import Cache
from storage.database import Database, Tx
from storage.outbox import Claimed

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
BATCH = 16
IDLE = 1.0  # seconds between looks when nobody calls
FAULT_PAUSE = 5.0
DESTINATIONS = (HOTLINE, *(channel.value for channel in ChannelName))
SURVEYS = frozenset({"survey", "reminder"})
KEEP_INBOX = timedelta(hours=48)
KEEP_OUTBOX = timedelta(hours=48)
TIDY_EVERY = timedelta(hours=1)


class Worker:
    """One loop over the outbox, and the hourly tidying."""

    def __init__(
        self,
        database: Database,
        cache: Cache,
        city: CityProfile,
        delivery: Delivery,
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._cache = cache
        self._city = city
        self._delivery = delivery
        self._clock = clock
        self._chance = chance
        self._tidied: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; the entries in hand are finished first.

        Each destination has a loop of its own, so that a dead one does not hold up the others.
        """
        calls = {destination: asyncio.Event() for destination in DESTINATIONS}
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._listen(stop, calls.values()))
            for destination, call in calls.items():
                loops.create_task(self._loop(stop, destination, call))

    async def _listen(self, stop: asyncio.Event, calls: Collection[asyncio.Event]) -> None:
        """Wake the loops when there is work, and by the clock."""
        while not stop.is_set():
            await self._cache.wait(WORK, IDLE)
            for call in calls:
                call.set()

    async def _loop(self, stop: asyncio.Event, destination: str, call: asyncio.Event) -> None:
        while not stop.is_set():
            call.clear()
            try:
                busy = await self.round(destination)
            except Exception as fault:  # noqa: BLE001  # the one place: a worker outlives any fault, and says so
                log.error("worker round failed", fault=type(fault).__name__)  # noqa: TRY400  # no citizen's words
                await _pause(stop, FAULT_PAUSE)
                continue
            if not busy:
                await call.wait()

    async def round(self, *destinations: str) -> bool:
        """Claim what is due and deliver it, lanes side by side; False when there was nothing."""
        now = self._clock()
        await self._tidy(now)
        wanted = destinations or DESTINATIONS
        async with self._database.write() as tx:
            claimed = await outbox.claim(tx, now=now, lease=LEASE, limit=BATCH, destinations=wanted)
        await asyncio.gather(*(self._one(entry) for entry in claimed))
        return bool(claimed)

    async def drain(self) -> None:
        """Deliver until nothing is due."""
        while await self.round():
            pass

    async def _one(self, entry: Claimed) -> None:
        try:
            await self._delivery.deliver(entry)
        except Unavailable as fault:
            await self._later(entry, fault.reason, fault.retry_after)
        except Unsure as fault:
            await self._unsure(entry, fault.reason)
        except NotNow:
            await self._keep(entry)
        except Rejected as refusal:
            await self._bury(entry, refusal)
        else:
            await self._done(entry)

    async def _done(self, entry: Claimed) -> None:
        async with self._database.write() as tx:
            await outbox.done(tx, entry.id, self._clock())
        log.info("delivered", destination=entry.destination, kind=entry.kind, attempts=entry.attempts)

    async def _later(self, entry: Claimed, reason: str, retry_after: float | None) -> None:
        now = self._clock()
        if too_old(entry.queued_at, now):
            await self._bury(entry, Rejected(f"given up after three days: {reason}"))
            return
        due = next_try(entry.attempts, now, retry_after, self._chance)
        async with self._database.write() as tx:
            await outbox.later(tx, entry.id, due, reason)
        log.info(
            "later", destination=entry.destination, kind=entry.kind, attempts=entry.attempts, reason=reason
        )

    async def _unsure(self, entry: Claimed, reason: str) -> None:
        """A survey must not come twice; everything else is asked for, or sent, once more."""
        if entry.kind != "reply" or outgoing_of(entry.body).purpose not in SURVEYS:
            await self._later(entry, reason, None)
            return
        async with self._database.write() as tx:
            await outbox.unsure(tx, entry.id, reason, self._clock())

    async def _keep(self, entry: Claimed) -> None:
        async with self._database.write() as tx:
            await outbox.keep(tx, entry.id, self._clock())
        log.info("kept for the next contact", destination=entry.destination)

    async def _bury(self, entry: Claimed, refusal: Rejected) -> None:
        now = self._clock()
        async with self._database.write() as tx:
            await outbox.bury(tx, entry.id, refusal.reason, now)
            if isinstance(refusal, Unreachable) and entry.conversation_id is not None:
                await conversations.set_reachable(tx, entry.conversation_id, False)
            if entry.kind == "submit":
                await self._tell_rejected(tx, entry, now)
        log.warning("buried", destination=entry.destination, kind=entry.kind, reason=refusal.reason)

    async def _tell_rejected(self, tx: Tx, entry: Claimed, now: datetime) -> None:
        """The backend refused the document: staff see it, the citizen is told."""
        found = await tickets.find(tx, reference=entry.body["reference"], lock=True)
        if found is None:
            return
        await tickets.save_standing(tx, found.id, Standing(status=Status.REJECTED), now)
        stored = await conversations.by_id(tx, found.conversation_id)
        if stored is not None:
            language = stored.conversation.language or pick_language(found.ticket.language)
            word = rejected(found.ticket.reference, self._city, language)
            await queue_replies(
                tx, stored.id, stored.address, (word,), f"rejected:{found.id}", "progress", now
            )

    async def _tidy(self, now: datetime) -> None:
        """What need not be kept is dropped, about once an hour."""
        if self._tidied is not None and now - self._tidied < TIDY_EVERY:
            return
        self._tidied = now
        drafts_before = now - timedelta(days=self._city.drafts.purge_days)
        async with self._database.write() as tx:
            await conversations.purge_drafts(tx, drafts_before)
            await inbox.purge(tx, now - KEEP_INBOX)
            await outbox.purge(tx, now - KEEP_OUTBOX)
            await replays.purge(tx, now - KEEP_INBOX)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
