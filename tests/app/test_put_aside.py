"""What was put aside comes back once what broke it is mended: once, whatever dies meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import update

from app.operations.aside import AsideKind
from app.turns import step
from app.turns.service import Service
from bench.redteam.world import World, opened
from bots.telegram.incoming.update import UnreadableUpdate
from bots.wechat.codec import UnreadablePush
from desk import outbox as callbacks
from hotline.contract import Callback
from intake.model.channel_event import ChannelEvent
from intake.model.messages import Address, ChannelName, Inbound
from storage.db.tables import outbox as rows
from storage.messages import conversations, inbox
from storage.outbox import outbox

ACCOUNTS = {ChannelName.WECHAT: "oAsideAccount000000000000001", ChannelName.TELEGRAM: "665544332211"}
WORDS = "五一路路灯坏了三天，我电话13987650003"
EVERY = tuple(AsideKind)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path, database_url=database_url) as house:
        yield house


@pytest.fixture(params=list(ChannelName))
def message(request: pytest.FixtureRequest) -> Inbound:
    """Its id is an account's name, as some of WeChat's are."""
    account = ACCOUNTS[request.param]
    return Inbound(f"{account}:1", Address(request.param, account), datetime.now(UTC), WORDS)


class Broken:
    """The dialog, while something in it breaks."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._whole = step.advance

    def breaks(self) -> None:
        def advance(*_: Any, **__: Any) -> Any:
            raise KeyError(WORDS)

        self._patch.setattr("app.turns.step.advance", advance)

    def mend(self) -> None:
        self._patch.setattr("app.turns.step.advance", self._whole)


@pytest.fixture
def dialog(monkeypatch: pytest.MonkeyPatch) -> Broken:
    return Broken(monkeypatch)


async def of(world: World, message: Inbound) -> conversations.StoredConversation | None:
    async with world.runtime.database.read() as tx:
        return await conversations.find(tx, message.address)


async def told(world: World, message: Inbound) -> int:
    """How many answers wait for its citizen."""
    async with world.runtime.database.read() as tx:
        found = await outbox.entries(tx, limit=1000)
    return sum(
        entry.kind == "reply" and entry.destination == message.address.channel.value for entry in found
    )


async def test_a_message_that_broke_its_turn_has_it_after_the_mend(
    world: World, message: Inbound, dialog: Broken
) -> None:
    aside = world.runtime.aside
    dialog.breaks()
    await world.runtime.receiver.receive(message)
    [one] = await aside.listed(EVERY, 50)
    assert (one.kind, one.of, one.again) == (AsideKind.MESSAGE, message.address.channel.value, True)
    assert "KeyError" in one.reason
    assert (await aside.again([one.id], EVERY)).stay == 1, "it breaks still, and is aside still"
    assert [again.id for again in await aside.listed(EVERY, 50)] == [one.id]
    dialog.mend()
    tried = await aside.again([one.id], EVERY)
    assert (tried.gone, tried.stay) == (1, 0)
    assert await aside.listed(EVERY, 50) == []
    stored = await of(world, message)
    assert stored is not None
    assert stored.conversation.draft or stored.conversation.held
    answers = await told(world, message)
    assert answers > 0
    assert (await aside.again(None, EVERY)).gone == 0
    await world.runtime.receiver.receive(message)  # the platform brings it once more
    assert await told(world, message) == answers


async def test_nothing_that_is_shown_is_a_persons(world: World, message: Inbound, dialog: Broken) -> None:
    dialog.breaks()
    await world.runtime.receiver.receive(message)
    shown = json.dumps([repr(one) for one in await world.runtime.aside.listed(EVERY, 50)])
    assert not [one for one in (message.id, message.address.user, "13987650003", "路灯") if one in shown]


async def test_who_dies_in_the_middle_leaves_it_for_the_next(
    world: World, message: Inbound, dialog: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before its turn, and after its turn."""
    aside = world.runtime.aside
    dialog.breaks()
    await world.runtime.receiver.receive(message)
    [one] = await aside.listed(EVERY, 50)
    dialog.mend()

    class Killed(BaseException):
        pass

    async def killed(*_: Any) -> Any:
        raise Killed

    for where, name in ((Service, "receive"), (inbox, "let_go")):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, killed)
            with pytest.raises(Killed):
                await aside.again([one.id], EVERY)
        assert [left.id for left in await aside.listed(EVERY, 50)] == [one.id], name
    assert (await aside.again([one.id], EVERY)).gone == 1
    assert await told(world, message) > 0


async def test_two_who_retry_at_once_take_one_turn(world: World, message: Inbound, dialog: Broken) -> None:
    aside = world.runtime.aside
    dialog.breaks()
    await world.runtime.receiver.receive(message)
    dialog.mend()
    await asyncio.gather(*(aside.again(None, EVERY) for _ in range(3)))
    assert await aside.listed(EVERY, 50) == []
    once = await told(world, message)
    await world.runtime.receiver.receive(message)
    assert await told(world, message) == once


async def test_a_push_nobody_could_read_is_read_after_an_upgrade(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of both channels, as they came; the third stays what it is."""
    aside = world.runtime.aside
    update = {
        "update_id": 7,
        "message": {
            "message_id": 1,
            "date": 1777777777,
            "text": WORDS,
            "from": {"id": 665544332211, "is_bot": False, "first_name": "司徒"},
            "chat": {"id": 665544332211, "type": "private"},
        },
    }
    push = (
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>oAsideAccount000000000000001</FromUserName>"
        f"<CreateTime>1777777777</CreateTime><MsgType>text</MsgType><Content>{WORDS}</Content>"
        "<MsgId>42</MsgId></xml>"
    )
    receiver = world.runtime.receiver
    await receiver.put_aside(ChannelName.TELEGRAM, "7", json.dumps(update).encode(), "unreadable")
    await receiver.put_aside(ChannelName.WECHAT, "a sum", push.encode(), "unreadable")
    await receiver.put_aside(ChannelName.WECHAT, "noise", b"\xff\x00 no push at all", "unreadable")
    with monkeypatch.context() as old:
        for module, fault in (("wechat", UnreadablePush("x")), ("telegram", UnreadableUpdate("7", "x"))):

            def refuses(*_: Any, fault: Exception = fault) -> Any:
                raise fault

            name = "parse" if module == "wechat" else "hear"
            old.setattr(f"bots.{module}.channel.{name}", refuses)
        assert (await aside.again(None, EVERY)).stay == 3
    tried = await aside.again(None, [AsideKind.MESSAGE])
    assert (tried.gone, tried.stay) == (2, 1)
    for channel, account in ACCOUNTS.items():
        async with world.runtime.database.read() as tx:
            assert await conversations.find(tx, Address(channel, account)), channel


async def test_what_a_channel_told_is_written_down_again(world: World) -> None:
    event = ChannelEvent("e1", ChannelName.WECHAT, "template_sent", datetime.now(UTC))
    body = TypeAdapter(ChannelEvent).dump_json(event)
    await world.runtime.receiver.put_aside(ChannelName.WECHAT, "e1", body, "KeyError")
    assert (await world.runtime.aside.again(None, EVERY)).gone == 1


async def test_deliveries_and_callbacks_that_were_given_up(world: World, now: datetime) -> None:
    runtime, aside = world.runtime, world.runtime.aside
    async with runtime.database.write() as tx:
        for state in ("buried", "unsure", "erased"):
            number = await outbox.queue(
                tx, destination="hotline", kind="event", lane=state, body={"of": state}, now=now
            )
            if state == "unsure":
                await outbox.OUTBOX.settle(tx, number, "unsure", "no answer", now)
            else:
                await outbox.bury(tx, number, "422 unknown category", now)
            if state == "erased":
                await tx.execute(update(rows).where(rows.c.id == number).values(body_sealed=None))
        said = Callback(event_id="e1", type="accepted", at=now, reference="WX1")
        await callbacks.queue(tx, said, lane="1", now=now)
        [entry] = await callbacks.entries(tx)
        await callbacks.bury(tx, entry.id, "401", now)
    found = await aside.listed(EVERY, 50)
    assert [(one.kind.value, one.again) for one in found] == [
        ("delivery", True),
        ("delivery", False),
        ("callback", True),
    ], "what its citizen gave up has nothing to say"
    assert "may have arrived" in found[1].reason
    assert (await aside.again(None, EVERY)).gone == 2
    [left] = await aside.listed(EVERY, 50)
    assert left.id == found[1].id
    assert (await aside.again([left.id], EVERY)).gone == 1
    assert (await aside.again([left.id], EVERY)).gone == 0, "it is on its way"


async def test_what_lies_spoilt_on_the_disk_is_told(world: World, tmp_path: Path) -> None:
    log = world.runtime.receiver._spool._log
    log.append(bytes(32), b"sealed by another key", 1_700_000_000_000_000_000)
    (tmp_path / "spool" / f"{1_600_000_000_000_000_000:020}.damaged").write_bytes(b"JS?")
    found = await world.runtime.aside.listed([AsideKind.SPOOL], 50)
    assert [one.since.year for one in found] == [2020, 2023]
    assert [one.again for one in found] == [False, False]
    assert (await world.runtime.aside.again([found[0].id], EVERY)).stay == 1
