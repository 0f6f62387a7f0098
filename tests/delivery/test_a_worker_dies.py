"""Between two steps a worker may be gone: what its successor does with what it finds."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from intake.model.ports import Unavailable
from storage.db.database import DatabaseDown
from storage.outbox import outbox
from storage.outbox.engine import Outbox
from storage.outbox.loop import Loop

LEASE = 61


class Killed(BaseException):
    """`kill -9`: nothing after it happens in this worker."""


async def test_a_dead_workers_news_of_progress_comes_again_rather_than_never(office: Any) -> None:
    entry = await office.queue("满意吗", "progress")
    office.channel.faults = [Killed()]
    with pytest.raises(Killed):
        await office.worker.round("wechat")
    office.later(seconds=LEASE)
    await office.worker.round("wechat")
    assert office.channel.sent == ["满意吗"]
    assert await office.states() == {entry: "done"}


async def test_a_dead_workers_survey_counts_as_unsure_and_never_comes_twice(office: Any) -> None:
    async with office.database.write() as tx:
        entry = await _survey(office, tx)
    async with office.database.write() as tx:
        (claimed,) = await outbox.claim(tx, now=office.now, lease=timedelta(seconds=60), limit=1)
        await outbox.note(tx, claimed, "being sent")
    office.later(seconds=LEASE)
    await office.worker.round("wechat")
    assert office.channel.calls == 0
    assert await office.states() == {entry: "unsure"}


async def test_a_worker_that_slept_past_its_lease_does_not_send_the_survey_its_successor_sent(
    office: Any,
) -> None:
    """Asleep between claim and note: as a machine that was paused, or starved of its processor."""
    async with office.database.write() as tx:
        entry = await _survey(office, tx)
    async with office.database.write() as tx:
        (asleep,) = await outbox.claim(tx, now=office.now, lease=timedelta(seconds=60), limit=1)
    office.later(seconds=LEASE)
    await office.worker.round("wechat")
    assert office.channel.sent == ["满意吗"]
    await office.worker.work.one(asleep)  # it wakes up
    assert office.channel.calls == 1
    assert await office.states() == {entry: "done"}


async def test_of_two_who_hold_one_survey_only_the_later_sends_it(office: Any) -> None:
    async with office.database.write() as tx:
        entry = await _survey(office, tx)
    claims = []
    for _ in range(2):
        async with office.database.write() as tx:
            claims += await outbox.claim(tx, now=office.now, lease=timedelta(seconds=60), limit=1)
        office.later(seconds=LEASE)
    await asyncio.gather(*(office.worker.work.one(claimed) for claimed in claims))
    assert office.channel.calls == 1
    assert await office.states() == {entry: "done"}


async def test_a_survey_that_was_refused_for_now_is_sent_again(office: Any) -> None:
    async with office.database.write() as tx:
        entry = await _survey(office, tx)
    office.channel.faults = [Unavailable("busy")]
    await office.worker.round("wechat")
    office.later(seconds=10)
    await office.worker.round("wechat")
    assert office.channel.sent == ["满意吗"]
    assert await office.states() == {entry: "done"}


async def test_what_a_stopping_worker_has_not_begun_is_free_at_once(office: Any) -> None:
    entry = await office.queue("一")
    async with office.database.write() as tx:
        (claimed,) = await outbox.claim(tx, now=office.now, lease=timedelta(seconds=60), limit=1)
        await outbox.give_back(tx, [claimed], office.now)
    async with office.database.write() as tx:
        (again,) = await outbox.claim(tx, now=office.now, lease=timedelta(seconds=60), limit=1)
    assert (again.id, again.attempts) == (entry, 1)


async def _survey(office: Any, tx: Any) -> int:
    """An invitation whose conversation nobody needs to know."""
    body = {
        "address": {"channel": "wechat", "user": "openid"},
        "reply": {"text": "满意吗"},
        "key": "survey:1:1",
        "purpose": "survey",
    }
    made = await outbox.queue(
        tx, destination="wechat", kind="reply", lane="citizen:1", body=body, now=office.now, once="survey:1:1"
    )
    assert made is not None
    return made


async def test_a_stop_while_the_database_is_away_cuts_off_nothing_else(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop that failed would take along all others of its worker, with what they have in hand."""

    async def away(*_: Any, **__: Any) -> None:
        raise DatabaseDown("gone")

    async def claims_as_it_stops(limit: int) -> Any:
        stop.set()
        return await office.worker.work.claim(limit)

    await office.queue("一")
    stop = asyncio.Event()
    monkeypatch.setattr(Outbox, "give_back", away)
    await Loop(office.worker.work, "wechat", claims_as_it_stops).run(stop, asyncio.Event())
    office.later(seconds=61)
    monkeypatch.undo()
    await office.worker.drain()
    assert office.channel.sent == ["一"]
