"""What one account may send in a day: beyond it nothing is fetched or kept, and its citizen is told.

The rule: files are counted when they are told of, agreed to or not; their bytes when they are fetched.
Words are heard all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from intake.city import CityProfile
from intake.model.messages import Address, Inbound, Media
from intake.model.ports import Fetched, FileSource, NotTaken
from storage.db.database import Database, Tx
from storage.messages import file_sums
from storage.messages.file_sums import DayLimit

TOO_MUCH = "a_day"
"""The name of the sentence that is told."""


def limit_of(city: CityProfile) -> DayLimit:
    """The city's limit."""
    return DayLimit(city.files.a_day, city.files.megabytes_a_day * 1024 * 1024)


def day_of(city: CityProfile, now: datetime) -> date:
    """The day it is for this city's citizens."""
    return now.astimezone(ZoneInfo(city.timezone)).date()


async def within(tx: Tx, inbound: Inbound, city: CityProfile, now: datetime) -> Inbound:
    """The message with as many of its files as are within the day's limit."""
    if not inbound.media:
        return inbound
    day, count = day_of(city, now), len(inbound.media)
    taken = await file_sums.admitted(tx, inbound.address, day, count, limit_of(city))
    return inbound if taken == count else replace(inbound, media=inbound.media[:taken])


async def to_be_told(tx: Tx, address: Address, city: CityProfile, now: datetime) -> bool:
    """Whether its citizen shall hear of it now."""
    return await file_sums.to_be_told(tx, address, day_of(city, now), now)


async def is_open(database: Database, address: Address, city: CityProfile, now: datetime) -> bool:
    """Whether one more file of this account is within the limit, as far as is known before its turn."""
    async with database.read() as tx:
        return await file_sums.is_open(tx, address, day_of(city, now), limit_of(city))


@dataclass(frozen=True, slots=True)
class MeteredFiles:
    """The files of one account, within its day's limit."""

    channel: FileSource
    address: Address
    database: Database
    city: CityProfile
    clock: Callable[[], datetime]

    async def fetch(self, media: Media) -> Fetched:
        """As `FileSource.fetch`. Raises NotTaken beyond the limit."""
        day, limit = day_of(self.city, self.clock()), limit_of(self.city)
        async with self.database.read() as tx:
            if not await file_sums.has_room(tx, self.address, day, limit):
                raise NotTaken(TOO_MUCH, "the account's bytes of this day are used up")
        fetched = await self.channel.fetch(media)
        async with self.database.write() as tx:
            fits = await file_sums.weigh(tx, self.address, day, len(fetched.content), limit)
        if not fits:  # raised after the commit: what was fetched is counted
            raise NotTaken(TOO_MUCH, "more bytes than the account may send in a day")
        return fetched
