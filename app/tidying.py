"""What need not be kept is dropped, about once an hour, a little at a time."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from app.rounds import every
from intake.city import CityProfile
from storage import budgets, conversations, happenings, inbox, outbox, query_codes, receipts, replays
from storage.database import Database

EVERY = timedelta(hours=1)
KEEP_INBOX = timedelta(hours=48)
KEEP_OUTBOX = timedelta(hours=48)
KEEP_HAPPENINGS = timedelta(days=30)
OUTCOME_WITHIN = timedelta(days=1)  # a channel that has not said by then what became of a message never will
DRAFTS_AT_ONCE = 200


class Tidying:
    """Each kind in a transaction of its own, so that no turn waits long."""

    def __init__(self, database: Database, city: CityProfile, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._city = city
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        await every(EVERY, self.once, stop, "tidying")

    async def once(self) -> None:
        """Drop what is over now. Raises DatabaseDown."""
        now = self._clock()
        while await self._purged_drafts(now) >= DRAFTS_AT_ONCE:
            pass
        for purge, before in (
            (inbox.purge, now - KEEP_INBOX),
            (outbox.purge, now - KEEP_OUTBOX),
            (replays.purge, now - KEEP_INBOX),
            (query_codes.purge, now),
            (budgets.purge, now),
            (happenings.purge, now - KEEP_HAPPENINGS),
        ):
            async with self._database.write() as tx:
                await purge(tx, before)

        async with self._database.write() as tx:
            await receipts.give_up(tx, now - OUTCOME_WITHIN, now)

    async def _purged_drafts(self, now: datetime) -> int:
        async with self._database.write() as tx:
            before = now - timedelta(days=self._city.drafts.purge_days)
            return await conversations.purge_drafts(tx, before, DRAFTS_AT_ONCE)
