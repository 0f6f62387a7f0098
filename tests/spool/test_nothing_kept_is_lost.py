"""What was kept leaves the disk as a turn, or put aside with the reason, and in no other way."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.receiver.rate_limit import CITIZEN
from app.receiver.receiver import AT_ONCE
from app.receiver.spool import Spool, SpooledEvent
from app.turns import step
from intake.model.channel_event import ChannelEvent
from intake.model.messages import Address, ChannelName, Inbound
from intake.model.received import Kept
from storage.db.keyring import KeyRing
from storage.db.tables import happenings as happenings_table
from storage.messages import channel_events, conversations, inbox
from tests.spool.counter import ANNA, BEN, Counter, answered, says

TRIES = 2 * CITIZEN[1]
SOME = "新华路15号院门口井盖坏了"


class OurBug(Exception):
    """Whatever nobody has thought of."""


def breaks(monkeypatch: pytest.MonkeyPatch, where: Any, name: str) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise OurBug

    monkeypatch.setattr(where, name, broken)


async def put_aside(counter: Counter) -> list[str]:
    """The reasons, for an operator to read."""
    async with counter.database.read() as tx:
        return [one.reason for one in await inbox.aside(tx)]


async def test_a_message_that_waits_pays_for_none_of_its_tries(counter: Counter) -> None:
    """Two citizens, one of whom goes on writing; the database is away longer than their patience counts."""
    kept = [says(SOME), says("路灯也不亮", number=1), says(SOME, BEN)]
    async with counter.down():
        for message in kept:
            assert isinstance(await counter.receiver.receive(message), Kept)
        for _ in range(TRIES):
            await counter.receiver.drain()
    await counter.settle()
    turns = await counter.handled(*kept)
    assert all(turns), "each had its turn"
    assert not any("请过一分钟" in text for text in await counter.sent())
    assert await answered(counter.receiver, says("在吗")) != ()


async def test_who_writes_too_fast_is_told_so_before_anything_is_kept(counter: Counter) -> None:
    async with counter.down():
        for number in range(CITIZEN[1]):
            assert isinstance(await counter.receiver.receive(says("在吗", number=number)), Kept)
        (told,) = await answered(counter.receiver, says("在吗", number=CITIZEN[1]))
    assert "请过一分钟" in told.text
    await counter.settle()
    assert await counter.handled(says("在吗", number=CITIZEN[1])) == [None]


async def test_a_strangers_message_that_breaks_us_is_put_aside_and_they_are_told(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, step, "advance")
    await counter.spool.keep(says(SOME))
    await counter.settle()
    (reason,) = await put_aside(counter)
    assert reason.startswith("OurBug")
    (sorry,) = await counter.sent()
    assert sorry == (await counter.handled(says(SOME)))[0][0]  # type: ignore[index]


async def test_what_cannot_even_be_put_aside_stays_until_it_can(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        breaks(broken, step, "advance")
        breaks(broken, inbox, "put_aside")
        assert isinstance(await counter.receiver.receive(says(SOME)), Kept)
        await counter.receiver.put_aside(ChannelName.TELEGRAM, "x", b"\xff", "not JSON")
        for _ in range(3):
            assert not await counter.receiver.drain()
        assert counter.spool.depth() == 2
    await counter.settle()
    assert await counter.handled(says(SOME)) != [None]
    assert await put_aside(counter) == ["not JSON"]


async def test_what_only_helps_a_turn_costs_none_when_it_breaks(counter: Counter) -> None:
    async def broken(_: Inbound) -> Inbound:
        raise OurBug

    counter.receiver._service._hear = broken
    assert await answered(counter.receiver, says(SOME))


async def test_messages_nobody_can_open_hold_up_nobody_else(counter: Counter, tmp_path: Path) -> None:
    """More of them than a round takes, and older: they are put aside for their key, and the others go on."""
    lost = Spool(tmp_path / "spool", KeyRing(["a key that is gone"]), lambda: datetime.now(UTC))
    for number in range(2 * AT_ONCE):
        await lost.keep(says("在吗", Address(ChannelName.TELEGRAM, f"{number}")))
    await counter.spool.keep(says(SOME))
    for _ in range(4):
        await counter.receiver.drain()
    assert await counter.handled(says(SOME)) != [None]
    assert (counter.spool.depth(), counter.spool.aside()) == (0, 2 * AT_ONCE)


async def test_who_waits_under_an_older_key_is_not_overtaken_by_their_own_next_words(tmp_path: Path) -> None:
    """The key is rotated while the database is away: their queue goes on, it does not become a second one."""

    def spool(*keys: str) -> Spool:
        return Spool(tmp_path / "spool", KeyRing(list(keys)), lambda: datetime.now(UTC))

    await spool("old").keep(says(SOME))
    rotated = spool("new", "old")
    await rotated.keep(says("路灯也不亮", number=1))
    (head,) = rotated.heads(AT_ONCE)
    assert (await rotated.read(head)).text == SOME  # type: ignore[union-attr]
    await rotated.done(head)
    (head,) = rotated.heads(AT_ONCE)
    assert (await rotated.read(head)).text == "路灯也不亮"  # type: ignore[union-attr]


async def test_what_a_channel_tells_and_we_break_on_is_put_aside(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform says it once; what comes behind it is not held up."""
    first, second = (ChannelEvent(name, ChannelName.WECHAT, name, datetime.now(UTC), ANNA) for name in "ab")
    with monkeypatch.context() as broken:
        breaks(broken, channel_events, "record")
        await counter.recorder.record(first)
        assert counter.spool.depth() == 1
        await counter.settle()
    await counter.recorder.record(second)
    (reason,) = await put_aside(counter)
    assert reason.startswith("OurBug")
    async with counter.database.read() as tx:
        assert (await tx.scalars(select(happenings_table.c.name))).all() == ["b"]


async def test_who_is_forgotten_by_the_very_turn_still_hears_that_it_is_done(counter: Counter) -> None:
    for number, words in enumerate((SOME, "删除")):
        await answered(counter.receiver, says(words, number=number))
    await counter.spool.keep(says("确认删除"))
    await counter.settle()
    async with counter.database.read() as tx:
        assert await conversations.find(tx, ANNA) is None
    (replies,) = await counter.handled(says("确认删除"))
    assert replies
    assert (await counter.sent())[-len(replies) :] == list(replies)


async def test_a_record_that_breaks_its_reader_stays_and_the_round_goes_on(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Spool.read

    async def breaks_on_told(spool: Spool, record: Any) -> Any:
        message = await real(spool, record)
        if isinstance(message, SpooledEvent):
            raise OSError(5, "the disk")
        return message

    monkeypatch.setattr(Spool, "read", breaks_on_told)
    await counter.spool.keep(SpooledEvent(ChannelEvent("a", ChannelName.WECHAT, "a", datetime.now(UTC), BEN)))
    await counter.spool.keep(says(SOME))
    assert await counter.receiver.drain()
    assert await counter.handled(says(SOME)) != [None]
    assert counter.spool.depth() == 1
