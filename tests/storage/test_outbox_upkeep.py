"""Operators see where an entry goes, never what it says; what was delivered is wiped."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from storage.db.database import Database, Tx
from storage.db.tables import outbox as table
from storage.outbox import outbox
from storage.outbox.retention import REMEMBER

DAY = timedelta(days=1)


async def test_an_operator_sees_no_body(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        entry_id = await _entry(tx, now)
        await outbox.bury(tx, entry_id, "rejected", now + DAY)
        assert await outbox.entries(tx, "due") == []
        (entry,) = await outbox.entries(tx, "buried")
    assert entry == outbox.Entry(
        entry_id, "wechat", "reply", "1", "buried", 0, now, now, now + DAY, "rejected"
    )


async def test_the_depth_counts_what_is_open(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        assert await outbox.depth(tx) == []
        await outbox.done(tx, await _entry(tx, now - DAY), now)
        await _entry(tx, now)
        await _entry(tx, now - timedelta(hours=1))
        await _entry(tx, now, destination="hotline")
        assert await outbox.depth(tx) == [("hotline", 1, now), ("wechat", 2, now - timedelta(hours=1))]


async def test_what_was_delivered_long_ago_is_gone_the_rest_stays(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        old, new, waiting = [await _entry(tx, now - 9 * DAY) for _ in range(3)]
        await outbox.done(tx, old, now - 3 * DAY)
        await outbox.done(tx, new, now)
        assert await outbox.purge(tx, now - 2 * DAY) == 1
        assert [entry.id for entry in await outbox.entries(tx)] == [new, waiting]


async def test_once_outlives_the_body(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        entry_id = await _entry(tx, now - 3 * DAY, once="survey:1:1")
        await outbox.done(tx, entry_id, now - 3 * DAY)
        assert await outbox.purge(tx, now - 2 * DAY) == 1
        assert await outbox.purge(tx, now - 2 * DAY) == 0
        assert (await tx.execute(select(table.c.body_sealed))).scalar_one() is None
        assert await _queue(tx, now, once="survey:1:1") is None
        assert not await outbox.retry(tx, entry_id, now)
        await outbox.purge(tx, now + REMEMBER)
        assert await _queue(tx, now, once="survey:1:1") is not None


@pytest.mark.parametrize("settle", ["bury", "unsure", "keep"])
async def test_what_waits_for_someone_waits_long_but_not_for_ever(
    database: Database, now: datetime, settle: str
) -> None:
    async with database.write() as tx:
        entry_id = await _entry(tx, now)
        reason = () if settle == "keep" else ("why",)
        await getattr(outbox, settle)(tx, entry_id, *reason, now)
        await outbox.purge(tx, now + 30 * DAY)
        assert len(await outbox.entries(tx)) == 1
        await outbox.purge(tx, now + REMEMBER + DAY)
        assert await outbox.entries(tx) == []


async def _queue(tx: Tx, now: datetime, destination: str = "wechat", once: str | None = None) -> int | None:
    return await outbox.queue(
        tx, destination=destination, kind="reply", lane="1", body={"text": "x"}, now=now, once=once
    )


async def _entry(tx: Tx, now: datetime, destination: str = "wechat", once: str | None = None) -> int:
    entry_id = await _queue(tx, now, destination, once)
    assert entry_id is not None
    return entry_id
