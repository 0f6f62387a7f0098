"""Many surveys at once: whom a campaign would ask, how long that takes, and putting them on its list.

The rule: planning changes nothing. Putting on the list is done in small transactions, each survey once
(`storage.surveys.surveys`), so that a command that dies in the middle is simply given again.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from intake.city import CityProfile
from intake.city.survey_hours import closes_at, next_open
from intake.model.survey import Survey
from storage.db.database import Database, Tx
from storage.surveys import campaigns, candidates, surveys
from storage.surveys.candidates import Unasked

PIECE = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom it would ask, by channel; `until` is when the last of them has been asked."""

    by_channel: dict[str, int]
    per_minute: int
    until: datetime

    @property
    def total(self) -> int:
        return sum(self.by_channel.values())


async def plan(database: Database, city: CityProfile, first: datetime, end: datetime, now: datetime) -> Plan:
    """What a campaign over the matters completed from `first` to before `end` would be."""
    async with database.read() as tx:
        by_channel = await candidates.count(tx, first, end)
    per_minute = city.survey.per_minute
    return Plan(by_channel, per_minute, ready(sum(by_channel.values()), per_minute, now, city))


def ready(number: int, per_minute: int, now: datetime, city: CityProfile) -> datetime:
    """When so many have been begun at this pace, day by day inside the hours."""
    left, at = timedelta(minutes=number / per_minute), next_open(now, city)
    while True:
        shut = _shuts(at, city)
        if shut is None or at + left <= shut:
            return at + left
        left -= shut - at
        at = next_open(shut, city)


def _shuts(at: datetime, city: CityProfile) -> datetime | None:
    if city.survey.opens == city.survey.closes:
        return None
    local = at.astimezone(ZoneInfo(city.timezone))
    return datetime.combine(local.date(), city.survey.closes, local.tzinfo)


async def begin(
    database: Database, city: CityProfile, name: str, first: datetime, end: datetime, now: datetime
) -> AsyncIterator[tuple[int, int]]:
    """Make the campaign and fill its list; yields its id and how many are on it so far.

    It is paused until the list is full, so that nobody is asked by half a plan. One whose command died is
    gone on with.
    """
    async with database.write() as tx:
        campaign = await campaigns.unfinished(tx, name) or await _made(tx, city, name, now)
    async for total in _filled(database, city, campaign, first, end, now):
        yield campaign, total
    async with database.write() as tx:
        await campaigns.count(tx, campaign)
        await campaigns.turn(tx, campaign, "running", now)


async def _made(tx: Tx, city: CityProfile, name: str, now: datetime) -> int:
    campaign = await campaigns.make(tx, name, city.survey.per_minute, now)
    await campaigns.turn(tx, campaign, "paused", now)
    return campaign


async def _filled(
    database: Database, city: CityProfile, campaign: int, first: datetime, end: datetime, now: datetime
) -> AsyncIterator[int]:
    async with database.write() as tx:
        total = await candidates.adopt(tx, campaign, first, end)
    yield total
    after = 0
    while True:
        async with database.write() as tx:
            found = await candidates.own(tx, first, end, after, PIECE)
            for one in found:
                total += await _list(tx, city, campaign, one, now)
        if not found:
            return
        after = found[-1].ticket.id
        yield total


async def _list(tx: Tx, city: CityProfile, campaign: int, one: Unasked, now: datetime) -> int:
    ticket = one.ticket
    category = city.categories.get(ticket.ticket.category.code)
    survey = Survey(
        reference=ticket.ticket.reference,
        hotline_ref=ticket.hotline_ref,
        title=category.name if category else "",
        unit=ticket.view.lead_unit or "",
        round=ticket.view.round,
        requested_at=now,
        closes_at=closes_at(now, city),
        completed_at=one.completed_at,
    )
    made = await surveys.add(
        tx,
        survey,
        state="listed",
        now=now,
        conversation_id=ticket.conversation_id,
        channel=one.channel,
        campaign_id=campaign,
    )
    return made is not None
