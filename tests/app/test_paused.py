"""A platform that asks us to keep still: nobody writes, nothing is counted as failed, the order stays."""

from datetime import timedelta
from typing import Any

from app.delivery.outcomes import FrontDoorOutcomes
from intake.model.ports import Paused
from storage.db.database import Database
from storage.outbox import outbox

LEASE = timedelta(seconds=60)


async def queue(database: Database, now: Any, count: int) -> None:
    async with database.write() as tx:
        for number in range(count):
            await outbox.queue(
                tx,
                destination="telegram",
                kind="reply",
                lane=f"news:{number}",
                body={"number": number},
                now=now + timedelta(milliseconds=number),
            )


async def claim(database: Database, now: Any, limit: int) -> list[Any]:
    async with database.write() as tx:
        return await outbox.claim(tx, now=now, lease=LEASE, limit=limit, destinations=["telegram"])


async def test_who_was_stopped_by_a_429_goes_first_afterwards(database: Database, now: Any) -> None:
    await queue(database, now, 6)
    later = now + timedelta(seconds=1)
    stopped = await claim(database, later, 3)
    settlement = FrontDoorOutcomes(database, None, lambda: later, lambda: 0.5)  # type: ignore[arg-type]
    for entry in reversed(stopped):
        assert await settlement.settle(entry, Paused("asked to wait", 5)) == "paused"
    again = await claim(database, later + timedelta(seconds=5), 6)
    assert [entry.body["number"] for entry in again] == [0, 1, 2, 3, 4, 5]


async def test_what_somebody_waits_for_is_claimed_apart_from_the_rest(database: Database, now: Any) -> None:
    await queue(database, now, 300)
    async with database.write() as tx:
        await outbox.queue(
            tx, destination="telegram", kind="reply", lane="citizen:7", body={}, now=now, urgent=True
        )
    later = now + timedelta(seconds=1)
    async with database.write() as tx:
        first = await outbox.claim(
            tx, now=later, lease=LEASE, limit=16, destinations=["telegram"], urgent=True
        )
        rest = await outbox.claim(
            tx, now=later, lease=LEASE, limit=16, destinations=["telegram"], urgent=False
        )
    assert [entry.lane for entry in first] == ["citizen:7"]
    assert [entry.body["number"] for entry in rest] == list(range(16))


async def test_what_goes_first_in_another_lane_is_known(database: Database, now: Any) -> None:
    await queue(database, now, 2)
    first, second = [entry.id for entry in await claim(database, now + timedelta(seconds=1), 2)]
    async with database.write() as tx:
        assert await outbox.waits(tx, "telegram", "news:0", before=second)
        assert not await outbox.waits(tx, "telegram", "news:0", before=first)
        assert not await outbox.waits(tx, "telegram", "news:1", before=second)
        assert not await outbox.waits(tx, "telegram", "citizen:0", before=second)
        assert not await outbox.waits(tx, "wechat", "news:0", before=second)
        await outbox.done(tx, first, now)
        assert not await outbox.waits(tx, "telegram", "news:0", before=second)
