"""Safety alerts: they ring at the desk until somebody takes them.

The rule: one alert a conversation. Whoever cries for help again makes it grow (how often, and the newest
words), while it rings and for a quarter of an hour after it was taken; a graver danger than the one that was
taken rings anew. However much one citizen writes, what staff have to look at keeps its size.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, true, update

from desk.db.tables import alerts
from desk.workflow.states import Actor
from hotline.contract import HotlineEvent
from intake.understand.safety import gravity
from storage.db.sealed import Tx, seal, unseal

Words = dict[str, Any]

GROWS_AFTER_TAKEN = timedelta(minutes=15)
MOST = 500
"""Read at once; pages ask for less."""

NEWEST = 4
"""Of all words of one alert the first are kept, and so many of the newest."""

LONGEST = 2000
"""Characters kept of one of them."""


@dataclass(frozen=True, slots=True)
class Alert:
    """`kind` is the rule that matched; `reach` a phone, or how else to find the citizen.

    `texts` are the first words of it and the newest, said `times` in all, the last of them at `last_at`.
    """

    id: int
    kind: str
    channel: str | None
    conversation: str | None
    texts: tuple[str, ...]
    times: int
    reach: str | None
    raised_at: datetime
    last_at: datetime
    taken_by: str | None
    taken_at: datetime | None

    @property
    def text(self) -> str | None:
        """All that is kept of what was said, a line for each."""
        return "\n".join(self.texts) or None


async def ringing_since(tx: Tx) -> datetime | None:
    """Since when the oldest alert rings that nobody has taken."""
    at = alerts.c.raised_at
    found: datetime | None = await tx.scalar(
        select(func.min(at, type_=at.type)).where(alerts.c.taken_at.is_(None))
    )
    return found


async def ring(tx: Tx, event: HotlineEvent, now: datetime) -> None:
    """Keep a new alert, or let the one grow that it belongs to."""
    known = await _latest_of(tx, event.conversation) if event.conversation else None
    if known is None or not _grows(known, event.kind or "", now):
        await tx.execute(insert(alerts).values(_fresh(tx, event)))
        return
    await tx.execute(update(alerts).where(alerts.c.id == known.id).values(_grown(tx, known, event)))


async def ringing(tx: Tx, limit: int = MOST, skip: int = 0) -> tuple[Alert, ...]:
    """The alerts nobody has taken yet, newest first."""
    return await _newest(tx, alerts.c.taken_at.is_(None), limit, skip)


async def taken(tx: Tx, limit: int) -> tuple[Alert, ...]:
    """The alerts somebody took, newest first."""
    return await _newest(tx, alerts.c.taken_at.is_not(None), limit)


async def latest(tx: Tx, limit: int = 50) -> tuple[Alert, ...]:
    """Alerts, taken or not, newest first."""
    return await _newest(tx, true(), limit)


async def find(tx: Tx, alert_id: int) -> Alert | None:
    """One alert, taken or not."""
    row = (await tx.execute(select(alerts).where(alerts.c.id == alert_id))).one_or_none()
    return None if row is None else _alert(tx, row)


async def count(tx: Tx) -> int:
    """How many alerts nobody has taken."""
    query = select(func.count()).select_from(alerts).where(alerts.c.taken_at.is_(None))
    return (await tx.execute(query)).scalar_one()


async def take(tx: Tx, alert_id: int, actor: Actor, now: datetime) -> bool:
    """Take charge of an alert; False if somebody already has, or there is none."""
    free = (alerts.c.id == alert_id) & alerts.c.taken_at.is_(None)
    taken = update(alerts).where(free).values(taken_by=actor.name, taken_at=now)
    return (await tx.execute(taken)).rowcount == 1


async def _newest(tx: Tx, which: ColumnElement[bool], limit: int, skip: int = 0) -> tuple[Alert, ...]:
    query = select(alerts).where(which).order_by(alerts.c.id.desc()).limit(limit).offset(skip)
    return tuple(_alert(tx, row) for row in await tx.execute(query))


async def _latest_of(tx: Tx, conversation: str) -> Row[Any] | None:
    """Held until the transaction ends, so that it grows by each word once."""
    query = select(alerts).where(alerts.c.conversation == conversation)
    return (await tx.execute(query.order_by(alerts.c.id.desc()).limit(1).with_for_update())).one_or_none()


def _grows(known: Row[Any], kind: str, now: datetime) -> bool:
    """Whether words of this kind belong to the alert; those of no danger only to their own kind."""
    if 0 in (gravity(kind), gravity(known.kind)) and kind != known.kind:
        return False
    if known.taken_at is None:
        return True
    return now - known.taken_at < GROWS_AFTER_TAKEN and gravity(kind) <= gravity(known.kind)


def _fresh(tx: Tx, event: HotlineEvent) -> dict[str, Any]:
    texts = [event.text[:LONGEST]] if event.text else []
    return {
        "kind": event.kind or "",
        "channel": event.channel,
        "conversation": event.conversation,
        "body_sealed": _sealed(tx, texts, event.reach or event.phone),
        "raised_at": event.at,
    }


def _grown(tx: Tx, known: Row[Any], event: HotlineEvent) -> dict[str, Any]:
    """The graver of the two kinds, and what was said first and last."""
    words = unseal(tx, Words, known.body_sealed)
    texts = [*_texts(words), *([event.text[:LONGEST]] if event.text else [])]
    texts = [*texts[:1], *texts[1:][-NEWEST:]]
    return {
        "kind": max(known.kind, event.kind or "", key=gravity),
        "body_sealed": _sealed(tx, texts, event.reach or event.phone or words.get("reach")),
        "times": alerts.c.times + 1,
        "last_at": event.at,
    }


def _sealed(tx: Tx, texts: list[str], reach: str | None) -> bytes:
    """`text` is what a process of the release before shows."""
    return seal(tx, Words, {"text": "\n".join(texts) or None, "texts": texts, "reach": reach})


def _texts(words: Words) -> tuple[str, ...]:
    text = words.get("text")
    return tuple(words.get("texts") or ([text] if text else []))


def _alert(tx: Tx, row: Row[Any]) -> Alert:
    words = unseal(tx, Words, row.body_sealed)
    return Alert(
        id=row.id,
        kind=row.kind,
        channel=row.channel,
        conversation=row.conversation,
        texts=_texts(words),
        times=row.times,
        reach=words.get("reach"),
        raised_at=row.raised_at,
        last_at=row.last_at or row.raised_at,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
    )
