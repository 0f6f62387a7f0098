"""Marked words, files and places sown through every way in; then each way of erasing, and a look through all.

Nothing is looked for where it was put: every table, file, page, log line and Redis key is opened with the key
that is kept.
"""

import asyncio
import io
import re
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image
from sqlalchemy import select

from app.base.clock import utc_now
from app.base.logs import set_up
from app.privacy.holdings import FILES, REDIS, Lying
from app.privacy.retention import Retention
from app.receiver.spool import Spool
from bench.redteam.world import World, opened, serving
from bots.telegram.channel import TelegramChannel
from bots.wechat.channel import WeChatChannel
from cli.operator.data_rights import _erased
from desk.api import handoffs
from desk.workflow.states import Actor, Role
from intake.model.messages import (
    Address,
    ChannelName,
    Contact,
    Event,
    Inbound,
    Location,
    Media,
    MediaKind,
    Outgoing,
)
from intake.model.ports import Fetched
from storage.db.keyring import KeyRing
from storage.db.tables import attachments
from storage.messages import conversations
from storage.outbox import outbox
from storage.surveys import phone_links
from tests.security.looked_through import files, in_redis, rows, where

NAME, PHONE, OTHER = "司徒雪松", "13987650001", "13987650002"
ACCOUNTS = {ChannelName.WECHAT: "oSownAccount00000000000000001", ChannelName.TELEGRAM: "887766554433"}
UNFILED, TALK, DANGER, ASIDE = "紫檀色的信箱", "孔雀蓝的围巾", "琥珀色的煤气味", "翡翠色的乱码"
MEDIA, VOICE, PIN = "sown-media-id", "a voice with a mark in it", "39.801234"
DRAWN = "a mark in a picture beside what it shows"
STORY = f"我家暖气不热三天了，整栋楼都这样，五一路幸福小区3号楼2单元，我叫{NAME}，电话{PHONE}"
KEY = KeyRing(["a secret of the red team alone"])
WORDS = (NAME, PHONE, OTHER, UNFILED, TALK, DANGER, ASIDE, MEDIA, VOICE, PIN)

pytestmark = pytest.mark.timeout(600)  # a whole house, and a loaded machine


def _frame(mark: str) -> bytes:
    """One frame of sound at 12.2 kbit/s, in which a mark stands."""
    return b"\x3c" + mark.encode().ljust(31)[:31]


def _marked_picture() -> bytes:
    """With a mark in its EXIF's description and in a comment."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[ExifTags.Base.ImageDescription] = DRAWN
    Image.new("RGB", (40, 20), (200, 30, 30)).save(out, "JPEG", exif=exif, comment=DRAWN.encode())
    return out.getvalue()


@dataclass
class Sower:
    """A citizen who leaves marks everywhere."""

    world: World
    address: Address
    ids: Any = field(default_factory=count)
    hears: bool = False
    """Whether the platform's own answers carry the replies; else they wait in the outbox."""

    async def says(self, text: str = "", **more: Any) -> None:
        inbound = Inbound(f"sown-{next(self.ids)}", self.address, utc_now(), text, **more)
        taken = await self.world.runtime.receiver.receive(inbound)
        replies = taken.replies
        if self.hears:
            await self.world.runtime.receiver.handed_over(inbound, replies)

    async def agrees(self) -> None:
        await self.says("同意")
        if self.address.channel is ChannelName.TELEGRAM:
            await self.says("单独同意")

    async def sends(self, kind: MediaKind, text: str = "") -> None:
        await self.says(text, media=(Media(kind, f"{MEDIA}-{next(self.ids)}"),))

    async def files_a_ticket(self) -> None:
        await self.says(STORY)
        await self.agrees()
        await self.sends(MediaKind.VOICE)
        await self.says(location=Location(float(PIN), 98.281234, "WGS84", f"{NAME}家"))
        await self.says("提交")


@pytest.fixture
def line() -> Iterator[socket.socket]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


@pytest.fixture
def written() -> io.StringIO:
    """All that is logged."""
    out = io.StringIO()
    set_up(out)
    return out


@pytest.fixture
async def world(
    database_url: str, redis_url: str, tmp_path: Path, line: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    async def taken(_self: Any, _outgoing: Outgoing) -> None: ...

    async def fetched(_self: Any, media: Media) -> Fetched:
        if media.kind is MediaKind.PHOTO:
            return Fetched(_marked_picture(), "image/jpeg")
        return Fetched(b"#!AMR\n" + _frame(VOICE) + _frame(media.media_id), "audio/amr")

    monkeypatch.setattr("app.delivery.handlers.LOOK_AGAIN", 0.1)
    for channel in (WeChatChannel, TelegramChannel):
        monkeypatch.setattr(channel, "send", taken)
        monkeypatch.setattr(channel, "fetch", fetched)
    inside = f"http://127.0.0.1:{line.getsockname()[1]}"
    more = {"database_url": database_url, "redis_url": redis_url, "inside": inside}
    async with opened(tmp_path, **more) as house, serving(house.app, line):
        yield house


@pytest.fixture(params=list(ChannelName))
def sower(world: World, request: pytest.FixtureRequest) -> Sower:
    return Sower(world, Address(request.param, ACCOUNTS[request.param]))


@pytest.fixture
def found(database_url: str, redis_url: str, tmp_path: Path, written: io.StringIO) -> Any:
    """Where marks stand now."""

    def look(*marks: str) -> dict[str, list[str]]:
        held = files(tmp_path, KEY) | rows(database_url, KEY) | in_redis(redis_url)
        return where(held | {"logs": written.getvalue().encode()}, *marks)

    return look


async def settled(world: World) -> None:
    """All arrives that is on its way, at the desk and back; replies may wait for what carries them."""
    desk = world.runtime.desk
    assert desk is not None
    kinds = {"all"}
    while kinds - {"reply"}:
        await world.runtime.worker.drain()
        while await desk.messenger.send_due():
            pass
        kinds = await soon(world)
        await asyncio.sleep(0.05)


async def soon(world: World) -> set[str]:
    """The kinds of what is due within a minute."""
    async with world.runtime.database.read() as tx:
        waiting = await outbox.entries(tx, "due", 1000)
    return {one.kind for one in waiting if one.due_at < utc_now() + timedelta(minutes=1)}


# --- before anything is filed


async def declines(sower: Sower) -> None:
    await sower.says(f"{STORY}，门口是{UNFILED}")
    await sower.sends(MediaKind.VOICE)
    await sower.sends(MediaKind.PHOTO, f"还有{UNFILED}")
    await sower.says("不同意")


async def in_a_form(sower: Sower) -> None:
    await sower.says(f"{STORY}，门口是{UNFILED}")
    await sower.agrees()
    await sower.sends(MediaKind.VOICE)
    await sower.says(location=Location(float(PIN), 98.281234, "WGS84", f"{NAME}家"))


async def cancels(sower: Sower) -> None:
    await in_a_form(sower)
    await sower.says("取消")
    await sower.says("确定取消")


async def withdraws(sower: Sower) -> None:
    await in_a_form(sower)
    await sower.says("撤回同意")


@pytest.mark.parametrize("gives_up", [declines, cancels, withdraws])
async def test_what_was_given_up_stands_nowhere_but_in_what_was_answered(
    sower: Sower, found: Any, gives_up: Any
) -> None:
    await sower.says(f"{UNFILED}不见了")
    assert found(UNFILED), "we look at the right places"
    await gives_up(sower)
    await settled(sower.world)
    assert found(*WORDS) == {}
    assert list(found(sower.address.user)) == [sower.address.user]


async def test_what_a_picture_tells_beside_what_it_shows_is_kept_nowhere(sower: Sower, found: Any) -> None:
    assert DRAWN.encode() in _marked_picture()
    await sower.says(STORY)
    await sower.agrees()
    await sower.sends(MediaKind.PHOTO)
    await sower.says("提交")
    await settled(sower.world)
    async with sower.world.runtime.database.read() as tx:
        kept = (await tx.execute(select(attachments))).all()
    assert [row.state for row in kept] == ["stored"]
    assert found(DRAWN) == {}


# --- a citizen with all there is


async def everything(sower: Sower, folder: Path) -> None:
    """A ticket with all that follows it, a talk, an alert, a bound phone, a draft, and what went wrong."""
    world = sower.world
    await sower.files_a_ticket()
    await settled(world)
    await sower.says(f"补充 {NAME}的另一个电话{OTHER}")
    await sower.sends(MediaKind.VOICE)
    await settled(world)
    await at_the_desk(sower)
    await sower.says("人工")
    await sower.says(f"我戴着{TALK}，{NAME}，{PHONE}")
    await settled(world)
    await spoken_to(sower)
    await sower.says(f"家里有{DANGER}，快来，电话{PHONE}")
    await sower.says(contact=Contact(PHONE, NAME, own=True))
    await bound(sower)
    await sower.says(f"另外{UNFILED}被撬了，我叫{NAME}")
    await sower.says(f"{UNFILED}被撬了，找{NAME}", edits=True)
    await went_wrong(sower, folder)
    await settled(world)


async def at_the_desk(sower: Sower) -> None:
    """The staff write the citizen's name wherever they can, and ask how it was."""
    world, desk = sower.world, sower.world.runtime.desk
    assert desk is not None
    [filed] = await desk.queue(Actor(Role.CENTRE, "wang"))
    browser = await world.logged_in("wang")
    for action, given in (
        ("accept", {}),
        ("note", {"text": f"{NAME}说的", "internal_text": f"{NAME} {PHONE}"}),
        ("answer", {"public_text": f"{NAME}您好，已修好", "text": f"{NAME} {PHONE}"}),
    ):
        await world.step(browser, filed.hotline_ref, action, **given)
    await browser.get(f"/desk/search?q={PHONE}")
    await browser.aclose()


async def spoken_to(sower: Sower) -> None:
    desk = sower.world.runtime.desk
    assert desk is not None
    async with desk.database.write() as tx:
        [talk] = await handoffs.waiting(tx)
        centre = Actor(Role.CENTRE, "wang")
        await handoffs.say(tx, talk.conversation, f"{NAME}您好，{TALK}", centre, event_id="e1", now=utc_now())


async def bound(sower: Sower) -> None:
    async with sower.world.runtime.database.write() as tx:
        stored = await conversations.lock(tx, sower.address, utc_now())
        await phone_links.bind(tx, stored.id, PHONE, "card", utc_now())


async def went_wrong(sower: Sower, folder: Path) -> None:
    """A body nobody could read, and a spool whose file lives on because of somebody else's message."""
    receiver, channel = sower.world.runtime.receiver, sower.address.channel
    body = f"<xml><FromUserName>{sower.address.user}</FromUserName>{ASIDE}".encode()
    await receiver.put_aside(channel, "unreadable", body, "no end")
    spool = Spool(folder / "spool", KEY, utc_now)
    await receiver._keep(Inbound("sown-spooled", sower.address, utc_now(), f"{UNFILED}和{NAME}"))
    await spool.keep(Inbound("another's", Address(channel, "5"), utc_now(), "路灯不亮"))
    [record, *_] = spool.heads(8)
    await spool.done(record)


async def by_their_own_wish(sower: Sower, _folder: Path) -> None:
    await sower.says("删除")
    await sower.says("确认删除")


async def by_their_own_wish_while_answers_wait(sower: Sower, folder: Path) -> None:
    """The last word leaves behind them, by the outbox, and carries the address."""
    await by_their_own_wish(sower, folder)
    while await soon(sower.world):
        await settled(sower.world)


async def by_the_operator(sower: Sower, folder: Path) -> None:
    database, spool = sower.world.runtime.database, Spool(folder / "spool", KEY, utc_now)
    account = f"{sower.address.channel.value}:{sower.address.user}"
    await _erased(database, spool, None, None, account, utc_now())


@pytest.mark.parametrize("erases", [by_their_own_wish_while_answers_wait, by_the_operator])
async def test_who_is_erased_stands_nowhere(sower: Sower, found: Any, tmp_path: Path, erases: Any) -> None:
    await everything(sower, tmp_path)
    sown = found(*WORDS, sower.address.user)
    assert [mark for mark in (*WORDS, sower.address.user) if mark not in sown] == []
    await erases(sower, tmp_path)
    await settled(sower.world)
    assert found(*WORDS, sower.address.user) == {}
    assert found("暖气不热"), "the matter itself is the city's to see to"


async def test_all_that_lies_outside_the_tables_is_registered(
    sower: Sower, tmp_path: Path, redis_url: str
) -> None:
    await everything(sower, tmp_path)
    lying = [name.removeprefix("file ") for name in files(tmp_path, KEY)]
    kept = [name.removeprefix("redis ") for name in in_redis(redis_url)]
    assert any(name.startswith("attachments/") for name in lying)
    assert any(name.startswith("jiesu:bucket:citizen:") for name in kept)
    assert unregistered(lying, FILES) == []
    assert unregistered(kept, REDIS) == []


def unregistered(names: list[str], places: tuple[Lying, ...]) -> list[str]:
    return [name for name in names if not any(re.fullmatch(one.pattern, name) for one in places)]


@pytest.mark.parametrize("sower", [ChannelName.WECHAT], indirect=True)
async def test_whoever_leaves_takes_all_but_the_matter_along(sower: Sower, found: Any) -> None:
    """On Telegram a block is no farewell: it can be taken back, and the bot knows the account again."""
    await in_a_form(sower)
    await settled(sower.world)
    await sower.says(event=Event.LEFT)
    await settled(sower.world)
    left = found(UNFILED, MEDIA, VOICE, PIN, sower.address.user)
    assert left == {}


async def test_what_nobody_erases_ends_with_its_term(sower: Sower, found: Any, tmp_path: Path) -> None:
    sower.hears = True
    await everything(sower, tmp_path)
    while await soon(sower.world):
        await settled(sower.world)
    runtime, desk = sower.world.runtime, sower.world.runtime.desk
    assert desk is not None
    later = utc_now() + timedelta(days=max(runtime.city.retention.ticket_days, 400))
    desk.clock = desk.messenger._clock = lambda: later
    await Retention(runtime.database, runtime.city, lambda: later, own_desk=True).once()
    await settled(sower.world)
    await desk.tidy()
    await Spool(tmp_path / "spool", KEY, lambda: later).drop_damaged()
    assert found(ASIDE, TALK, DANGER) == {}
