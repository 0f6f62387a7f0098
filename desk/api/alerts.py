"""Safety alerts: they ring at the desk until somebody takes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from desk.db.tables import alerts
from desk.workflow.states import Actor
from hotline.contract import HotlineEvent
from storage.db.sealed import Tx, seal, unseal

Words = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Alert:
    """`kind` is the rule that matched; `reach` a phone, or how else to find the citizen."""

    id: int
    kind: str
    channel: str | None
    conversation: str | None
    text: str | None
    reach: str | None
    raised_at: datetime
    taken_by: str | None
    taken_at: datetime | None


async def ring(tx: Tx, event: HotlineEvent) -> None:
    """Keep a new alert."""
    reach = event.reach or event.phone
    row = {
        "kind": event.kind or "",
        "channel": event.channel,
        "conversation": event.conversation,
        "body_sealed": seal(tx, Words, {"text": event.text, "reach": reach}),
        "raised_at": event.at,
    }
    await tx.execute(insert(alerts).values(row))


async def ringing(tx: Tx) -> tuple[Alert, ...]:
    """The alerts nobody has taken yet, oldest first."""
    query = select(alerts).where(alerts.c.taken_at.is_(None)).order_by(alerts.c.id)
    return tuple(_alert(tx, row) for row in await tx.execute(query))


async def count(tx: Tx) -> int:
    """How many alerts nobody has taken."""
    query = select(func.count()).select_from(alerts).where(alerts.c.taken_at.is_(None))
    return (await tx.execute(query)).scalar_one()


async def latest(tx: Tx, limit: int = 50) -> tuple[Alert, ...]:
    """Alerts, taken or not, newest first."""
    query = select(alerts).order_by(alerts.c.id.desc()).limit(limit)
    return tuple(_alert(tx, row) for row in await tx.execute(query))


async def take(tx: Tx, alert_id: int, actor: Actor, now: datetime) -> bool:
    """Take charge of an alert; False if somebody already has, or there is none."""
    free = (alerts.c.id == alert_id) & alerts.c.taken_at.is_(None)
    taken = update(alerts).where(free).values(taken_by=actor.name, taken_at=now)
    return (await tx.execute(taken)).rowcount == 1


def _alert(tx: Tx, row: Row[Any]) -> Alert:
    words = unseal(tx, Words, row.body_sealed)
    return Alert(
        id=row.id,
        kind=row.kind,
        channel=row.channel,
        conversation=row.conversation,
        text=words.get("text"),
        reach=words.get("reach"),
        raised_at=row.raised_at,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
    )
