"""The city's terms, run by the worker: nothing is kept longer than its profile says, nor less long."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Column, func, select

from app.privacy.retention import Retention
from storage.db.tables import inbox, outbox
from storage.messages import conversations


async def kept(shell: Any, *columns: Column[Any]) -> list[int]:
    async with shell.database.read() as tx:
        return [int(await tx.scalar(select(func.count(one))) or 0) for one in columns]


@pytest.fixture
def tidying(shell: Any) -> Retention:
    return Retention(shell.database, shell.city, shell.clock)


async def test_an_unfinished_matter_ends_after_seven_days(
    shell: Any, citizen: Any, tidying: Retention
) -> None:
    async def is_kept() -> bool:
        async with shell.database.read() as tx:
            stored = await conversations.find(tx, citizen.address)
        return stored.conversation.draft is not None

    await citizen.goes_to_the_summary()
    shell.clock.now += timedelta(days=7, seconds=-1)
    await tidying.once()
    assert await is_kept()
    shell.clock.now += timedelta(seconds=2)
    await tidying.once()
    assert not await is_kept()


async def test_answers_and_what_was_sent_end_after_two_days(
    shell: Any, citizen: Any, tidying: Retention
) -> None:
    bodies = (inbox.c.replies_sealed, outbox.c.body_sealed)
    await citizen.files_a_ticket()
    await shell.drain()
    before = await kept(shell, *bodies)
    assert all(before)
    shell.clock.now += timedelta(hours=48, seconds=-1)
    await tidying.once()
    assert await kept(shell, *bodies) == before
    shell.clock.now += timedelta(seconds=2)
    await tidying.once()
    assert await kept(shell, *bodies) == [0, 0]
