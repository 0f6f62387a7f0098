"""Campaigns: many surveys begun at a pace, which people may pause, go on with, or stop.

The rule: a campaign is a list of surveys that wait (`listed`). Letting some of them go moves them to
`planned`; whatever dies in between, each is either still on the list or on its way, never both.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, literal_column, select, update

from intake.model.messages import Outgoing
from storage.db.sealed import Tx
from storage.db.tables import campaigns, outbox, surveys
from storage.outbox.jobs import kind_of

LONGEST = 60.0
"""Seconds of its pace that a campaign may catch up with after a pause."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """`state`: running, paused, stopped, or done when the last of its list has gone."""

    id: int
    name: str
    state: str
    per_minute: int
    total: int
    made_at: datetime
    released_at: datetime
    ended_at: datetime | None


async def make(tx: Tx, name: str, per_minute: int, now: datetime) -> int:
    """A new one, with an empty list."""
    values = {
        "name": name,
        "state": "running",
        "per_minute": per_minute,
        "total": 0,
        "made_at": now,
        "released_at": now,
    }
    return int((await tx.execute(insert(campaigns).returning(campaigns.c.id), values)).scalar_one())


async def unfinished(tx: Tx, name: str) -> int | None:
    """One of this name whose list was never finished: it is paused, and has not been counted."""
    fits = (campaigns.c.name == name) & (campaigns.c.state == "paused") & (campaigns.c.total == 0)
    found: int | None = (await tx.execute(select(func.min(campaigns.c.id)).where(fits))).scalar()
    return found


async def count(tx: Tx, campaign_id: int) -> int:
    """Write down how many are on its list in all; returns the number."""
    mine = select(func.count()).select_from(surveys).where(surveys.c.campaign_id == campaign_id)
    total = int((await tx.execute(mine)).scalar_one())
    await tx.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(total=total))
    return total


async def every(tx: Tx, limit: int = 50) -> list[Campaign]:
    """The newest first."""
    return [Campaign(*row) for row in await tx.execute(_ROWS.order_by(campaigns.c.id.desc()).limit(limit))]


async def running(tx: Tx) -> list[Campaign]:
    """Those that go on."""
    return [Campaign(*row) for row in await tx.execute(_ROWS.where(campaigns.c.state == "running"))]


async def one(tx: Tx, campaign_id: int) -> Campaign | None:
    row = (await tx.execute(_ROWS.where(campaigns.c.id == campaign_id))).one_or_none()
    return None if row is None else Campaign(*row)


async def progress(tx: Tx, campaign_id: int) -> dict[str, int]:
    """How many of its surveys stand in each state."""
    mine = select(surveys.c.state, func.count()).where(surveys.c.campaign_id == campaign_id)
    return {row.state: int(row[1]) for row in await tx.execute(mine.group_by(surveys.c.state))}


async def turn(tx: Tx, campaign_id: int, state: str, now: datetime) -> bool:
    """Pause, go on with or stop it; False where that cannot be. What is on its way stays so."""
    before = {"paused": ("running",), "running": ("paused",), "stopped": ("running", "paused")}[state]
    fits = (campaigns.c.id == campaign_id) & campaigns.c.state.in_(before)
    values: dict[str, Any] = {"state": state, "released_at": now}
    if state == "stopped":
        values["ended_at"] = now
    if not (await tx.execute(update(campaigns).where(fits).values(values))).rowcount:
        return False
    if state == "stopped":
        waits = (surveys.c.campaign_id == campaign_id) & _LISTED
        await tx.execute(update(surveys).where(waits).values(state="stopped", ended_at=now))
    return True


async def release(tx: Tx, campaign_id: int, room: int, now: datetime) -> int:
    """Let the next of its list go, as many as its pace and `room` allow; returns how many."""
    statement = _ROWS.where(campaigns.c.id == campaign_id, campaigns.c.state == "running")
    row = (await tx.execute(statement.with_for_update())).one_or_none()
    if row is None:
        return 0
    campaign = Campaign(*row)
    passed = min((now - campaign.released_at).total_seconds(), LONGEST)
    allowed = min(room, int(campaign.per_minute * passed / 60))
    if allowed <= 0:
        return 0
    waits = (surveys.c.campaign_id == campaign_id) & _LISTED
    ids = list(await tx.scalars(select(surveys.c.id).where(waits).order_by(surveys.c.id).limit(allowed)))
    await tx.execute(update(surveys).where(surveys.c.id.in_(ids)).values(state="planned", due_at=now))
    over = {} if len(ids) == allowed else {"state": "done", "ended_at": now}
    await tx.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(released_at=now, **over))
    return len(ids)


async def pushes_waiting(tx: Tx) -> int:
    """How many messages nobody waits for are on their way to citizens."""
    pushes = (outbox.c.state == literal_column("'due'")) & outbox.c.urgent.is_(False)
    statement = select(func.count()).select_from(outbox).where(pushes, outbox.c.kind == kind_of(Outgoing))
    return int((await tx.execute(statement)).scalar_one())


_LISTED = surveys.c.state == literal_column("'listed'")
_ROWS: Select[Any] = select(*(campaigns.c[name] for name in Campaign.__slots__))
