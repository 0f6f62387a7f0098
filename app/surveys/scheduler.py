"""Surveys that are due: asked, reminded of, closed; and campaigns, let go at their pace.

The rule: what is due stands in the database, so that a crash, a pause or a stop neither skips nor doubles
one; any number of processes may look. A batch is one short transaction, so that no turn waits long, and
begins only while the outbox has little left to push: who is writing with us goes first.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count

import structlog

from app.base import metrics
from app.base.jobs import WORK
from app.surveys.steps import take_up
from intake.city import CityProfile
from intake.city.survey_hours import is_open
from storage.cache.cache import Cache
from storage.db.database import Database, DatabaseDown
from storage.faults import caught, described
from storage.messages import conversations
from storage.periodic import every
from storage.surveys import campaigns, surveys

log = structlog.get_logger(__name__)

IDLE = timedelta(seconds=5)
"""Between two looks."""
BATCH = 4
LEARN_EVERY = 12  # looks
ENOUGH = 600
"""Pushes that wait in the outbox: at Telegram's pace a minute's work."""
PUT_OFF = timedelta(hours=1)
Due = tuple[int, int | None]
"""A survey's id and its conversation's."""


class SurveyScheduler:
    """Looks for due surveys every few seconds."""

    def __init__(
        self, database: Database, cache: Cache, city: CityProfile, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._cache = cache
        self._city = city
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. A fault waits for the next look."""
        looks = count()

        async def look() -> None:
            await self.once(learn=next(looks) % LEARN_EVERY == 0)

        await every(IDLE, look, stop, "surveying")

    async def once(self, *, learn: bool = True) -> int:
        """Do all that is due now; returns with how many surveys something was done. Raises DatabaseDown."""
        now = self._clock()
        if learn:
            async with self._database.write() as tx:
                await surveys.learn(tx)
        if is_open(now, self._city):
            await self._release(now)
        done = 0
        while number := await self._batch(now):
            done += number
        if done:
            await self._cache.publish(WORK)
        return done

    async def _release(self, now: datetime) -> None:
        """Let each running campaign come to its next citizens, as many as its pace allows."""
        async with self._database.read() as tx:
            running = await campaigns.running(tx)
            waiting = await campaigns.pushes_waiting(tx) if running else 0
        for campaign in running:
            room = max(ENOUGH - waiting, 0)
            async with self._database.write() as tx:
                waiting += await campaigns.release(tx, campaign.id, room, now)

    async def _batch(self, now: datetime) -> int:
        """The next few that are due, in one transaction; 0 where there are none."""
        async with self._database.read() as tx:
            found = await surveys.due(tx, now, BATCH)
        if not found:
            return 0
        together = await caught(self._take_up(found, now))
        if not isinstance(together, Exception):
            return together
        if isinstance(together, DatabaseDown):
            raise together
        return sum([await self._alone(one, now) for one in found])

    async def _take_up(self, found: Sequence[Due], now: datetime) -> int:
        done: list[str] = []
        async with self._database.write() as tx:
            for survey_id, conversation_id in sorted(found, key=lambda one: (one[1] or 0, one[0])):
                if conversation_id is not None:
                    await conversations.lock_by_id(tx, conversation_id)
                outcome = await take_up(tx, self._city, survey_id, now)
                done += [outcome] if outcome else []
        for outcome in done:
            metrics.surveys.labels(outcome).inc()
        return len(done)

    async def _alone(self, one: Due, now: datetime) -> int:
        """One that cannot be done must not hold up the others: it waits an hour for somebody to see why."""
        fault = await caught(self._take_up([one], now))
        if not isinstance(fault, Exception):
            return fault
        if isinstance(fault, DatabaseDown):
            raise fault
        log.error("a survey cannot be taken up", survey=one[0], fault=described(fault))
        async with self._database.write() as tx:
            await surveys.later(tx, one[0], now + PUT_OFF)
        return 1
