"""What need not be kept is dropped, about once an hour, a little at a time, by the city's terms."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from app.attachments import ownership
from app.privacy.erasure import restricted
from intake.city import CityProfile
from intake.form.offers.join_others import WITHIN_DAYS
from intake.model.conversation import Conversation
from intake.model.status import ENDED, Status
from storage.batches import until_none
from storage.db.database import Database, Tx
from storage.faults import caught
from storage.messages import (
    attachments,
    channel_events,
    conversations,
    delivery_receipts,
    file_sums,
    inbox,
    send_quotas,
    webhook_ids,
)
from storage.outbox import outbox
from storage.periodic import every
from storage.privacy import erasure
from storage.privacy.erasure import Erasure
from storage.surveys import phone_links, surveys
from storage.tickets import phone_digests, query_codes, similar, tickets

EVERY = timedelta(hours=1)
KEEP_REPLAYS = timedelta(hours=48)
KEEP_HAPPENINGS = timedelta(days=30)
OUTCOME_WITHIN = timedelta(days=1)  # a channel that has not said by then what became of a message never will
AT_ONCE = 200
OPEN = frozenset(Status) - ENDED
"""Where a matter stands whose files are still looked at, if they are looked at here."""


class Retention:
    """Each few rows in a transaction of their own, so that no turn waits long and nothing done is lost."""

    def __init__(
        self,
        database: Database,
        city: CityProfile,
        clock: Callable[[], datetime],
        *,
        own_desk: bool = False,
    ) -> None:
        """`own_desk`: the backend reads our files where they lie, so they stay while a matter is open."""
        self._database = database
        self._city = city
        self._clock = clock
        self._open = OPEN if own_desk else frozenset[Status]()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        await every(EVERY, self.once, stop, "tidying")

    async def once(self) -> None:
        """Drop what is over now; what prevents one kind keeps no other. Raises the first that did."""
        now = self._clock()
        faults = [await caught(each) for each in (*self._by_words(now), *self._by_time(now))]
        await self._database.scrub()
        for fault in faults:
            if isinstance(fault, Exception):
                raise fault

    def _by_words(self, now: datetime) -> Iterator[Awaitable[object]]:
        """What must be opened to be dropped."""
        for some in (self._purged_drafts, self._dropped_files, self._over_term):
            yield _while_full(some, now)
        yield self._unheld_files(now)

    def _by_time(self, now: datetime) -> Iterator[Awaitable[object]]:
        """What need not."""
        kept = self._city.retention
        for purge, before in (
            (inbox.purge, now - timedelta(hours=kept.inbox_hours)),
            (outbox.purge, now - timedelta(hours=kept.replies_hours)),
            (webhook_ids.purge, now - KEEP_REPLAYS),
            (query_codes.purge, now),
            (file_sums.purge, now - timedelta(days=2)),
            (phone_links.purge, now),
            (surveys.purge, now - timedelta(days=kept.ticket_days)),
            (send_quotas.purge, now),
            (channel_events.purge, now - KEEP_HAPPENINGS),
            (similar.purge, now - timedelta(days=WITHIN_DAYS)),
        ):
            yield until_none(self._database, partial(_purged, purge, before))
        yield until_none(self._database, partial(_given_up, now))
        yield self._bound_phones()

    async def _bound_phones(self) -> None:
        """What a process of the release before digested joins no tickets any more."""
        last, some = 0, AT_ONCE
        while some == AT_ONCE:
            async with self._database.write() as tx:
                some, last = await phone_digests.bind_next(tx, last, AT_ONCE)

    async def _purged_drafts(self, now: datetime) -> int:
        async with self._database.write() as tx:
            before = now - timedelta(days=self._city.drafts.purge_days)
            return await conversations.purge_drafts(tx, before, AT_ONCE)

    async def _dropped_files(self, now: datetime) -> int:
        """Media whose matter was passed on long ago; their contents follow by the outbox."""
        before = now - timedelta(days=self._city.retention.media_days)
        async with self._database.write() as tx:
            ids = await erasure.old_files(tx, before, AT_ONCE, self._open)
            await ownership.drop(tx, ids, now)
            if ids:
                await erasure.note(tx, Erasure(now, "retention", None, {"files": len(ids)}))
        return len(ids)

    async def _unheld_files(self, now: datetime) -> None:
        """Files whose drafts or surveys ended without a word of their citizens'."""
        last = 0
        while True:
            async with self._database.read() as tx:
                found = await attachments.owners(tx, last, AT_ONCE)
            for conversation_id in found:
                await self._unheld_of(conversation_id, now)
            if len(found) < AT_ONCE:
                return
            last = found[-1]

    async def _unheld_of(self, conversation_id: int, now: datetime) -> None:
        """Those of one citizen, or all that is left of one who was forgotten."""
        async with self._database.write() as tx:
            stored = await conversations.lock_by_id(tx, conversation_id)
            conversation = Conversation() if stored is None else stored.conversation
            await ownership.drop_unheld(tx, conversation_id, conversation, now)

    async def _over_term(self, now: datetime) -> int:
        """Tickets past the statutory term lose their citizens, at the backend too."""
        before = now - timedelta(days=self._city.retention.ticket_days)
        async with self._database.write() as tx:
            references = await erasure.over_term(tx, before, AT_ONCE)
            for reference in references:
                found = await tickets.find(tx, reference=reference, lock=True)
                if found is not None:
                    await restricted(tx, found, now)
            if references:
                await erasure.note(tx, Erasure(now, "retention", None, {"tickets": len(references)}))
        return len(references)


async def _while_full(some: Callable[[datetime], Awaitable[int]], now: datetime) -> None:
    while await some(now) >= AT_ONCE:
        pass


async def _purged(purge: Callable[[Tx, datetime], Awaitable[int]], before: datetime, tx: Tx) -> int:
    return await purge(tx, before)


async def _given_up(now: datetime, tx: Tx) -> int:
    return await delivery_receipts.give_up(tx, now - OUTCOME_WITHIN, now)
