"""Seals over the history of all tickets together, made with the data key.

A ticket's chain shows a change of one event; whoever rewrites a whole chain, or takes a
ticket out with all of it, must rewrite the next anchor too, and lacks the key. An anchor
covers all events since the one before, a while after they were written, so that none of
lower number is still on its way.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, update

from desk.db.tables import anchors, events
from storage.db.sealed import Tx, keyring
from storage.db.upsert import insert_new

EVERY = timedelta(days=1)
RIPE = timedelta(minutes=10)
START = "0" * 64
_PURPOSE = "desk anchor"


@dataclass(frozen=True, slots=True)
class Anchor:
    """`number` events up to `last_event` since the anchor before; `mac` seals it and its predecessor."""

    id: int
    at: datetime
    last_event: int
    number: int
    digest: str
    mac: str


async def drop(tx: Tx, now: datetime) -> Anchor | None:
    """Anchor what is not anchored yet, if the last anchor is a day old; None if there is nothing to do.

    Two at once make one: the anchor's number is the next, and unique.
    """
    last = await newest(tx)
    if last is not None and now - last.at < EVERY:
        return None
    first = last.last_event if last else 0
    ripe = select(func.max(events.c.id)).where(events.c.at <= now - RIPE, events.c.id > first)
    until = (await tx.execute(ripe)).scalar()
    if until is None:
        return None
    digest, number = await covered(tx, first, until)
    mac = keyring(tx).digest(_PURPOSE, _sealed(last.mac if last else START, now, until, number, digest))
    made = Anchor(last.id + 1 if last else 1, now, until, number, digest, mac)
    statement = insert_new(tx, anchors, "id").values(asdict(made)).returning(anchors.c.id)
    return made if (await tx.execute(statement)).scalar() is not None else None


async def newest(tx: Tx) -> Anchor | None:
    """The newest anchor."""
    query = select(anchors).order_by(anchors.c.id.desc()).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return _anchor(row) if row is not None else None


async def stands(tx: Tx, mac: str) -> bool:
    """Whether there is an anchor with this seal."""
    return (await tx.execute(select(anchors.c.id).where(anchors.c.mac == mac))).first() is not None


async def first_broken(tx: Tx) -> Anchor | None:
    """The first anchor that does not fit the events it covers, or its own seal; None if all hold."""
    previous, first = START, 0
    for row in (await tx.execute(select(anchors).order_by(anchors.c.id))).all():
        anchor = _anchor(row)
        found = await covered(tx, first, anchor.last_event)
        text = _sealed(previous, anchor.at, anchor.last_event, anchor.number, anchor.digest)
        if found != (anchor.digest, anchor.number) or anchor.mac not in keyring(tx).digests(_PURPOSE, text):
            return anchor
        previous, first = anchor.mac, anchor.last_event
    return None


async def seal_again(tx: Tx) -> int | None:
    """Seal all anchors with the newest key, if they hold; returns how many, None if one is broken.

    Each seal covers the one before, so they change from the first that an older key made.
    """
    if await first_broken(tx) is not None:
        return None
    previous, changed = START, 0
    for row in (await tx.execute(select(anchors).order_by(anchors.c.id))).all():
        text = _sealed(previous, row.at, row.last_event, row.number, row.digest)
        previous = keyring(tx).digest(_PURPOSE, text)
        if previous != row.mac:
            await tx.execute(update(anchors).where(anchors.c.id == row.id).values(mac=previous))
            changed += 1
    return changed


async def covered(tx: Tx, after: int, until: int) -> tuple[str, int]:
    """SHA-256 over the hashes of the events numbered above `after` up to `until`, and how many."""
    seal, number = hashlib.sha256(), 0
    async for event_hash in _hashes(tx, after, until):
        seal.update(event_hash.encode())
        number += 1
    return seal.hexdigest(), number


async def _hashes(tx: Tx, after: int, until: int) -> AsyncIterator[str]:
    while after < until:
        query = select(events.c.id, events.c.hash).where(events.c.id > after, events.c.id <= until)
        rows = (await tx.execute(query.order_by(events.c.id).limit(5000))).all()
        if not rows:
            return
        for row in rows:
            yield row.hash
        after = rows[-1].id


def _sealed(previous: str, at: datetime, last_event: int, number: int, digest: str) -> str:
    return f"{previous}|{at.timestamp():.6f}|{last_event}|{number}|{digest}"


def _anchor(row: Row[Any]) -> Anchor:
    return Anchor(row.id, row.at, row.last_event, row.number, row.digest, row.mac)
