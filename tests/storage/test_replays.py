"""An id is taken once."""

import asyncio
from datetime import datetime, timedelta

from storage import replays
from storage.database import Database


async def test_a_replay_is_known_per_source(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        assert await replays.remember(tx, "hotline", "msg_1", now)
        assert not await replays.remember(tx, "hotline", "msg_1", now)
        assert await replays.remember(tx, "desk", "msg_1", now)


async def test_of_the_same_id_at_once_one_is_first(database: Database, now: datetime) -> None:
    async def take() -> bool:
        async with database.write() as tx:
            return await replays.remember(tx, "hotline", "msg_1", now)

    assert sorted(await asyncio.gather(*(take() for _ in range(5)))) == [False] * 4 + [True]


async def test_purging_forgets_only_what_is_older(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        await replays.remember(tx, "hotline", "old", now - timedelta(hours=1))
        await replays.remember(tx, "hotline", "new", now)
        assert await replays.purge(tx, now - timedelta(minutes=10)) == 1
        assert await replays.remember(tx, "hotline", "old", now)
        assert not await replays.remember(tx, "hotline", "new", now)
