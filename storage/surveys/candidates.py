"""Completed matters nobody was asked about: the citizen's own here, and those brought in from a table.

The rule: whatever has a survey of any round is left alone, so that a campaign given twice asks once; but
what stands on a list that was never finished, because its command died, is still to be asked about.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, exists, func, literal_column, select, update

from intake.model.channels import traits_of
from intake.model.messages import ChannelName
from storage.db.sealed import Tx
from storage.db.tables import campaigns, conversations, status_updates, surveys, tickets
from storage.tickets.rows import StoredTicket, stored

DONE = ("completed", "direct_answered", "callback")


@dataclass(frozen=True, slots=True)
class Unasked:
    """One of our own tickets that is completed."""

    ticket: StoredTicket
    channel: str
    completed_at: datetime


async def count(tx: Tx, first: datetime, end: datetime) -> dict[str, int]:
    """How many were completed in this time, by the channel's two letters."""
    listed = select(surveys.c.channel, func.count()).where(_listed(first, end)).group_by(surveys.c.channel)
    found = {row.channel: int(row[1]) for row in await tx.execute(listed)}
    mine = _own(first, end).with_only_columns(conversations.c.channel, func.count(tickets.c.id))
    for row in await tx.execute(mine.group_by(conversations.c.channel)):
        code = traits_of(ChannelName(row.channel)).code
        found[code] = found.get(code, 0) + int(row[1])
    return found


async def adopt(tx: Tx, campaign_id: int, first: datetime, end: datetime) -> int:
    """Put what waits for a list on this campaign's; returns how many."""
    mine = update(surveys).where(_listed(first, end)).values(campaign_id=campaign_id)
    return (await tx.execute(mine)).rowcount


async def own(tx: Tx, first: datetime, end: datetime, after: int, limit: int) -> list[Unasked]:
    """Our own tickets with a higher id than `after`, in the order of their ids."""
    statement = (
        _own(first, end)
        .with_only_columns(
            *tickets.c, conversations.c.channel.label("through"), _done(first, end).label("done")
        )
        .where(tickets.c.id > after, conversations.c.user.is_not(None))
        .order_by(tickets.c.id)
        .limit(limit)
    )
    rows: list[Row[Any]] = list(await tx.execute(statement))
    return [Unasked(stored(tx, row), traits_of(ChannelName(row.through)).code, row.done) for row in rows]


def _listed(first: datetime, end: datetime) -> Any:
    """Brought in and on nobody's list, or on one that was never finished."""
    unfinished = select(campaigns.c.id).where(campaigns.c.state == "paused", campaigns.c.total == 0)
    free = surveys.c.campaign_id.is_(None) | surveys.c.campaign_id.in_(unfinished)
    waits = (surveys.c.state == literal_column("'listed'")) & free
    return waits & (surveys.c.completed_at >= first) & (surveys.c.completed_at < end)


def _own(first: datetime, end: datetime) -> Select[Any]:
    asked = exists().where(surveys.c.subject == tickets.c.reference)
    return (
        select(tickets.c.id)
        .join(conversations, conversations.c.id == tickets.c.conversation_id)
        .where(tickets.c.status.in_(DONE), _done(first, end).is_not(None), ~asked)
    )


def _done(first: datetime, end: datetime) -> ScalarSelect[Any]:
    """When the ticket was completed within this time; NULL if it was not."""
    at = status_updates.c.at
    return (
        select(func.max(at, type_=at.type))
        .where(
            status_updates.c.ticket_id == tickets.c.id,
            status_updates.c.type.in_(("completed", "direct_answered")),
            status_updates.c.note.is_(False),
            at >= first,
            at < end,
        )
        .correlate(tickets)
        .scalar_subquery()
    )
