"""Seals over the history of all tickets and the journal together, made with the data key.

A ticket's chain shows a change of one event; whoever takes a ticket out with all of it must make the next
anchor too, and lacks the key. An anchor covers all events since the one before, each with its ticket and its
place in it, and the whole journal, a while after they were written, so that none of lower number is still on
its way. Whoever puts a whole older database in the place of this one is told by an anchor that was kept
elsewhere. An anchor is never made anew, at a rotation neither: what was kept stays comparable.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from desk.db import proof_keys
from desk.db.tables import anchors, events, journal
from storage.db.keyring import KeyRing
from storage.db.sealed import Tx, keyring
from storage.db.upsert import insert_new

EVERY = timedelta(days=1)
RIPE = timedelta(minutes=10)
ROLL = timedelta(days=7)
"""So long after the first anchor of this release, processes of the release before may write beside it."""
START = "0" * 64
_PURPOSE = "desk anchor"


@dataclass(frozen=True, slots=True)
class Anchor:
    """`number` events up to `last_event` since the anchor before, and the journal's `lines` up to
    `last_line`; `mac` seals them and its predecessor. One of the release before knows no lines."""

    id: int
    at: datetime
    last_event: int
    number: int
    digest: str
    mac: str
    last_line: int | None = None
    lines: int | None = None
    line_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Roll:
    """How far the first anchor of this release reaches, and the first one after the time of the roll.

    `after_older`: an anchor of the release before stands in front of it. Numbers are None while there is no
    such anchor.
    """

    event: int | None = None
    line: int | None = None
    end_event: int | None = None
    end_line: int | None = None
    after_older: bool = False


async def drop(tx: Tx, now: datetime, *, every: timedelta = EVERY) -> Anchor | None:
    """Anchor what is not anchored yet, if the last anchor is so old; None if there is nothing to do.

    One of the release before is old at once. Two at once make one: the anchor's number is the next, and
    unique.
    """
    last = await newest(tx)
    if last is not None and last.last_line is not None and now - last.at < every:
        return None
    first = last.last_event if last else 0
    ripe = select(func.max(events.c.id)).where(events.c.at <= now - RIPE, events.c.id > first)
    until = (await tx.execute(ripe)).scalar() or first
    last_line = await _ripe_line(tx, now)
    if last is not None and (until, last_line) == (first, last.last_line or 0):
        return None
    if last is None and not (until or last_line):
        return None
    return await _make(tx, last, now, until, last_line)


async def newest(tx: Tx) -> Anchor | None:
    """The newest anchor."""
    query = select(anchors).order_by(anchors.c.id.desc()).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return _anchor(row) if row is not None else None


async def stands(tx: Tx, mac: str) -> bool:
    """Whether there is an anchor with this seal."""
    return (await tx.execute(select(anchors.c.id).where(anchors.c.mac == mac))).first() is not None


async def events_until(tx: Tx, number: int) -> int:
    """How many events this anchor and all before it cover."""
    counted = select(func.sum(anchors.c.number)).where(anchors.c.id <= number)
    return int((await tx.execute(counted)).scalar() or 0)


async def roll(tx: Tx) -> Roll:
    """When the release before wrote beside this one, as the anchors tell it."""
    ours = select(anchors).where(anchors.c.last_line.is_not(None)).order_by(anchors.c.id)
    first = (await tx.execute(ours.limit(1))).one_or_none()
    if first is None:
        return Roll()
    end = (await tx.execute(ours.where(anchors.c.at > first.at + ROLL).limit(1))).one_or_none()
    end_event, end_line = (end.last_event, end.last_line) if end is not None else (None, None)
    return Roll(first.last_event, first.last_line, end_event, end_line, first.id > 1)


async def first_broken(tx: Tx) -> Anchor | None:
    """The first anchor that does not fit what it covers, or its own seal; None if all hold."""
    ring, previous, first, expected = await proof_keys.ring(tx), START, 0, 1
    for row in (await tx.execute(select(anchors).order_by(anchors.c.id))).all():
        anchor = _anchor(row)
        if anchor.id != expected or not await _holds(tx, ring, anchor, previous, first):
            return anchor
        previous, first, expected = anchor.mac, anchor.last_event, anchor.id + 1
    return None


async def covered(tx: Tx, after: int, until: int, *, placed: bool = True) -> tuple[str, int]:
    """SHA-256 over the hashes of the events numbered above `after` up to `until`, and how many.

    `placed`: with each one's number, ticket and place in its history.
    """
    seal, number = hashlib.sha256(), 0
    async for row in _rows(tx, after, until):
        seal.update((f"{row.id}|{row.ticket_id}|{row.seq}|{row.hash}\n" if placed else row.hash).encode())
        number += 1
    return seal.hexdigest(), number


async def _make(tx: Tx, last: Anchor | None, now: datetime, until: int, last_line: int) -> Anchor | None:
    digest, number = await covered(tx, last.last_event if last else 0, until)
    reach = (last_line, *await _lines(tx, last_line))
    made = Anchor(last.id + 1 if last else 1, now, until, number, digest, "", *reach)
    values = asdict(made) | {"mac": keyring(tx).digest(_PURPOSE, _sealed(last.mac if last else START, made))}
    statement = insert_new(tx, anchors, "id").values(values).returning(anchors.c.id)
    return Anchor(**values) if (await tx.execute(statement)).scalar() is not None else None


async def _holds(tx: Tx, ring: KeyRing, anchor: Anchor, previous: str, first: int) -> bool:
    if anchor.mac not in ring.digests(_PURPOSE, _sealed(previous, anchor)):
        return False
    found = await covered(tx, first, anchor.last_event, placed=anchor.last_line is not None)
    if found != (anchor.digest, anchor.number):
        return False
    return anchor.last_line is None or await _lines(tx, anchor.last_line) == (anchor.lines, anchor.line_hash)


async def _ripe_line(tx: Tx, now: datetime) -> int:
    ripe = select(func.max(journal.c.id)).where(journal.c.at <= now - RIPE)
    return int((await tx.execute(ripe)).scalar() or 0)


async def _lines(tx: Tx, until: int) -> tuple[int, str]:
    """How many lines of the journal there are up to this one, and its hash, which covers them all."""
    counted = select(func.count()).select_from(journal).where(journal.c.id <= until)
    number = int((await tx.execute(counted)).scalar_one())
    own = (await tx.execute(select(journal.c.hash).where(journal.c.id == until))).scalar()
    return number, own or START


async def _rows(tx: Tx, after: int, until: int) -> AsyncIterator[Row[int, int, int, str]]:
    columns = (events.c.id, events.c.ticket_id, events.c.seq, events.c.hash)
    while after < until:
        query = select(*columns).where(events.c.id > after, events.c.id <= until)
        rows = (await tx.execute(query.order_by(events.c.id).limit(5000))).all()
        if not rows:
            return
        for row in rows:
            yield row
        after = rows[-1].id


def _sealed(previous: str, anchor: Anchor) -> str:
    text = f"{previous}|{anchor.at.timestamp():.6f}|{anchor.last_event}|{anchor.number}|{anchor.digest}"
    if anchor.last_line is None:
        return text
    return f"desk_anchors|{anchor.id}|{text}|{anchor.last_line}|{anchor.lines}|{anchor.line_hash}"


def _anchor(row: Row[Any]) -> Anchor:
    reach = (row.last_line, row.lines, row.line_hash)
    return Anchor(row.id, row.at, row.last_event, row.number, row.digest, row.mac, *reach)
