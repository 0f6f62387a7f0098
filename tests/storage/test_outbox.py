"""An entry goes out once its turn has come, and again if whoever took it died."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from intake.model.messages import Address, ChannelName, Outgoing, Reply
from storage.db.database import Database, Tx
from storage.outbox import outbox
from storage.outbox.engine import Claimed
from storage.outbox.jobs import written

LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)


async def test_an_entry_in_a_workers_hand_holds_up_its_lane_and_no_other(
    database: Database, now: datetime
) -> None:
    await _queue(database, now, "a", "a", "b")
    assert _lanes(await _claim(database, now)) == ["a", "b"]
    assert await _claim(database, now + SECOND) == []


async def test_lanes_of_the_same_name_elsewhere_do_not_wait_for_each_other(
    database: Database, now: datetime
) -> None:
    async with database.write() as tx:
        await _entry(tx, now, "a", destination="wechat")
        await _entry(tx, now, "a", destination="hotline")
    assert len(await _claim(database, now)) == 2


async def test_a_claim_that_was_not_committed_is_none(database: Database, now: datetime) -> None:
    await _queue(database, now, "a")

    async def die_after_claiming() -> None:
        async with database.write() as tx:
            assert await outbox.claim(tx, now=now, lease=LEASE, limit=9)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await die_after_claiming()
    (again,) = await _claim(database, now)
    assert again.attempts == 1


async def test_nothing_goes_before_its_time(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        await _entry(tx, now, "a", due_at=now + timedelta(hours=1))
    assert await _claim(database, now) == []
    assert len(await _claim(database, now + timedelta(hours=1))) == 1


async def test_urgent_lanes_go_first_then_the_oldest(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        await _entry(tx, now, "young")
        await _entry(tx, now - SECOND, "old")
        await _entry(tx, now, "alert", urgent=True)
    assert _lanes(await _claim(database, now, limit=2)) == ["alert", "old"]
    assert _lanes(await _claim(database, now, limit=2)) == ["young"]


async def test_a_worker_may_care_for_some_destinations_only(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        await _entry(tx, now, "a", destination="wechat")
        await _entry(tx, now, "b", destination="hotline")
        assert _lanes(await outbox.claim(tx, now=now, lease=LEASE, limit=9, destinations=["hotline"])) == [
            "b"
        ]
        assert await outbox.claim(tx, now=now, lease=LEASE, limit=9, destinations=[]) == []


async def test_once_is_once_also_after_delivery(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        entry_id = await _entry(tx, now, "a", once="survey:1:1")
        assert entry_id is not None
        assert await _entry(tx, now, "a", once="survey:1:1") is None
        assert await _entry(tx, now, "b", once="survey:1:2") is not None
        await outbox.done(tx, entry_id, now)
        assert await _entry(tx, now, "a", once="survey:1:1") is None


async def test_an_entry_carries_what_was_queued(
    database: Database, conversation_id: int, now: datetime
) -> None:
    body = {"text": "您的诉求已登记", "choices": [["1", "是"]], "n": 1.5, "none": None}
    async with database.write() as tx:
        entry_id = await outbox.queue(
            tx,
            destination="wechat",
            kind="reply",
            lane="1",
            body=body,
            now=now,
            conversation_id=conversation_id,
        )
    (claimed,) = await _claim(database, now)
    assert entry_id is not None
    assert claimed == Claimed(
        entry_id, "wechat", "reply", "1", body, 1, now, conversation_id, None, now + LEASE, now + LEASE
    )


def kept(number: int) -> Outgoing:
    return Outgoing(Address(ChannelName.WECHAT, "oCitizen"), Reply(f"已办结{number}"), f"k{number}")


async def test_kept_entries_come_back_with_the_citizen_oldest_first_and_once(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        for number in (1, 2):
            body = written(kept(number))
            entry_id = await _entry(tx, now, f"{number}", body=body, conversation_id=conversation_id)
            assert entry_id is not None
            await outbox.keep(tx, entry_id, now)
    assert await _claim(database, now + LEASE) == []
    async with database.write() as tx:
        assert await outbox.take_kept(tx, conversation_id + 1, now) == []
        assert await outbox.take_kept(tx, conversation_id, now) == [kept(1), kept(2)]
        assert await outbox.take_kept(tx, conversation_id, now) == []


async def test_what_was_given_up_can_be_tried_again_what_is_done_cannot(
    database: Database, now: datetime
) -> None:
    buried, unsure, done = await _queue(database, now, "a", "b", "c")
    await _claim(database, now)
    async with database.write() as tx:
        await outbox.bury(tx, buried, "rejected", now)
        await outbox.unsure(tx, unsure, "no answer", now)
        await outbox.done(tx, done, now)
        assert [await outbox.retry(tx, entry, now) for entry in (buried, unsure, done, 999)] == [
            True,
            True,
            False,
            False,
        ]
    again = await _claim(database, now)
    assert [(entry.id, entry.attempts) for entry in again] == [(buried, 1), (unsure, 1)]


async def test_a_late_word_does_not_undo_a_delivery(database: Database, now: datetime) -> None:
    (entry_id,) = await _queue(database, now, "a")
    async with database.write() as tx:
        await outbox.done(tx, entry_id, now)
        await outbox.bury(tx, entry_id, "gave up", now)
        await outbox.later(tx, entry_id, timedelta(), "timeout", now)
        (entry,) = await outbox.entries(tx)
    assert (entry.state, entry.reason) == ("done", None)
    assert await _claim(database, now + LEASE) == []


async def _queue(database: Database, now: datetime, *lanes: str) -> list[int]:
    async with database.write() as tx:
        ids = [await _entry(tx, now, lane) for lane in lanes]
    return [entry_id for entry_id in ids if entry_id is not None]


async def _entry(tx: Tx, now: datetime, lane: str, **changes: Any) -> int | None:
    fields: dict[str, Any] = {"destination": "wechat", "kind": "reply", "body": {}, **changes}
    return await outbox.queue(tx, lane=lane, now=now, **fields)


async def _claim(database: Database, now: datetime, limit: int = 9) -> list[outbox.Claimed]:
    async with database.write() as tx:
        return await outbox.claim(tx, now=now, lease=LEASE, limit=limit)


def _lanes(claimed: list[outbox.Claimed]) -> list[str]:
    return [entry.lane for entry in claimed]
