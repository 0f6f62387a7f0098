"""An id is taken once."""

import asyncio
from datetime import datetime, timedelta

from storage.db.database import Database
from storage.messages import webhook_ids


async def test_a_replay_is_known_per_source(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        assert await webhook_ids.remember(tx, "hotline", "msg_1", now)
        assert not await webhook_ids.remember(tx, "hotline", "msg_1", now)
        assert await webhook_ids.remember(tx, "desk", "msg_1", now)


async def test_of_the_same_id_at_once_one_is_first(database: Database, now: datetime) -> None:
    async def take() -> bool:
        async with database.write() as tx:
            return await webhook_ids.remember(tx, "hotline", "msg_1", now)

    assert sorted(await asyncio.gather(*(take() for _ in range(5)))) == [False] * 4 + [True]


async def test_purging_forgets_only_what_is_older(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        await webhook_ids.remember(tx, "hotline", "old", now - timedelta(hours=1))
        await webhook_ids.remember(tx, "hotline", "new", now)
        assert await webhook_ids.purge(tx, now - timedelta(minutes=10)) == 1
        assert await webhook_ids.remember(tx, "hotline", "old", now)
        assert not await webhook_ids.remember(tx, "hotline", "new", now)
