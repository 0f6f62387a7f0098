"""The database goes away and comes back: nobody is lost, nobody overtakes, nobody is taken twice.

PostgreSQL stands behind a proxy that breaks the line; SQLite's file is held by somebody else.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.receiver.spool import SpooledUnreadable
from intake.model.channel_event import ChannelEvent, Permission
from intake.model.messages import Address, ChannelName, Inbound
from intake.model.received import Kept, Lost
from storage.db.tables import happenings
from storage.db.tables import inbox as inbox_table
from storage.messages import conversations, inbox, template_opt_ins
from tests.spool.counter import ANNA, BEN, Counter, answered, says


async def test_a_message_that_finds_no_database_is_kept_and_done_later(counter: Counter) -> None:
    async with counter.down():
        kept = await counter.receiver.receive(says("你好"))
        assert isinstance(kept, Kept)
        assert kept.replies[0].text.startswith("已收到")
        assert not await counter.receiver.drain()
    await counter.settle()
    (replies,) = await counter.handled(says("你好"))
    assert replies
    assert await counter.sent() == list(replies)


async def test_nobody_overtakes_their_own_earlier_message_in_any_process(counter: Counter) -> None:
    await counter.spool.keep(says("一"))
    for receiver in (counter.receiver, counter.other):
        assert isinstance(await receiver.receive(says("二")), Kept)
    assert await answered(counter.other, says("别人", BEN)) != ()
    await counter.settle()
    assert await counter.handled(says("一"), says("二")) != [None, None]
    assert await answered(counter.other, says("三"))


async def test_a_turn_that_did_commit_is_not_done_again_and_its_reply_goes_out(counter: Counter) -> None:
    """The commit's own answer was lost: what the citizen was to hear lies in the inbox."""
    replies = await answered(counter.receiver, says("你好"))
    await counter.spool.keep(says("你好"))
    await counter.settle()
    assert await counter.handled(says("你好")) == [tuple(reply.text for reply in replies)]
    assert await counter.sent() == [reply.text for reply in replies]


async def test_a_drain_that_dies_after_the_turn_is_done_over_without_a_trace(counter: Counter) -> None:
    await counter.spool.keep(says("你好"))
    (record,) = counter.spool.heads(9)
    message = await counter.spool.read(record)
    assert isinstance(message, Inbound)
    await counter.receiver._do(message)  # and here it dies: the record is still open
    await counter.settle()
    (replies,) = await counter.handled(says("你好"))
    assert await counter.sent() == list(replies or ())


def told(template: str, *, allowed: bool = True) -> ChannelEvent:
    name = "subscribe_msg_popup_event" if allowed else "subscribe_msg_change_event"
    permission = Permission(template, allowed)
    return ChannelEvent(name, ChannelName.WECHAT, name, datetime.now(UTC), ANNA, permissions=(permission,))


async def allowed(counter: Counter) -> frozenset[str]:
    async with counter.database.read() as tx:
        found = await conversations.find(tx, ANNA)
        return frozenset() if found is None else await template_opt_ins.allowed(tx, found.id)


async def test_what_a_citizen_allows_while_the_database_is_away_counts_afterwards(counter: Counter) -> None:
    """The platform says it once; the citizen is new, and their first words wait as well."""
    async with counter.down():
        await counter.spool.keep(says("你好"))
        await counter.recorder.record(told("T1"))
    assert await allowed(counter) == frozenset()
    await counter.settle()
    assert await allowed(counter) == {"T1"}


async def test_what_is_told_waits_behind_what_its_citizen_did_before(counter: Counter) -> None:
    await counter.receiver.receive(says("你好"))
    async with counter.down():
        await counter.recorder.record(told("T1"))
    await counter.recorder.record(told("T1", allowed=False))  # the database is back, the spool not yet empty
    assert counter.spool.depth() == 2
    await counter.settle()
    assert await allowed(counter) == frozenset()


async def test_what_concerns_nobody_waits_too(counter: Counter) -> None:
    finished = ChannelEvent("f", ChannelName.WECHAT, "MASSSENDJOBFINISH", datetime.now(UTC))
    async with counter.down():
        await counter.recorder.record(finished)
    await counter.settle()
    async with counter.database.read() as tx:
        assert (await tx.scalars(select(happenings.c.name))).all() == ["MASSSENDJOBFINISH"]


async def test_what_nobody_can_read_waits_for_the_database_too(counter: Counter) -> None:
    async with counter.down():
        kept = await counter.receiver.put_aside(ChannelName.TELEGRAM, "x", b"\xff\x00", "not JSON")
        assert isinstance(kept, Kept)
    await counter.settle()
    async with counter.database.read() as tx:
        (kept,) = await inbox.aside(tx)
    assert (kept.body, kept.reason) == (b"\xff\x00", "not JSON")


async def test_a_storm_while_the_database_comes_and_goes_loses_and_doubles_nothing(counter: Counter) -> None:
    """Eight citizens, each with twelve words in order; the database is away for a while, twice."""
    citizens = [Address(ChannelName.WECHAT, f"c{number}") for number in range(8)]
    stop = asyncio.Event()
    draining = asyncio.create_task(counter.receiver.run(stop))

    async def talk(who: Address) -> None:
        for number in range(12):
            message = says("补充", who, number)
            receiver = counter.receiver if number % 2 else counter.other
            assert not isinstance(await receiver.receive(message), Lost)
            await asyncio.sleep(0.02)

    async def trouble() -> None:
        for _ in range(2):
            await asyncio.sleep(0.05)
            async with counter.down():
                await asyncio.sleep(0.3)

    await asyncio.gather(trouble(), *(talk(who) for who in citizens))
    async with asyncio.timeout(30):
        while counter.spool.depth():
            await asyncio.sleep(0.05)
    stop.set()
    await draining
    every = [says("补充", who, number) for who in citizens for number in range(12)]
    assert None not in await counter.handled(*every)
    assert len(await recorded(counter)) == len(every)


async def recorded(counter: Counter) -> list[Any]:
    async with counter.database.read() as tx:
        return list((await tx.execute(select(inbox_table.c.message_id))).all())


async def test_a_spooled_message_cannot_be_read_without_the_key(counter: Counter, tmp_path: Path) -> None:
    await counter.spool.keep(says("油烟太大"))
    await counter.spool.keep(SpooledUnreadable(ChannelName.WECHAT, "x", "电话13912345678".encode(), "broken"))
    (segment,) = (tmp_path / "spool").glob("*.log")
    for secret in ("油烟太大", "13912345678", "anna"):
        assert secret.encode() not in segment.read_bytes()
