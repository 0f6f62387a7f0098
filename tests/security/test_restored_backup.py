"""A backup that is put back erases again what was erased since it was made: sown, saved, erased, looked for.

Everything is looked through with the key that is kept, as in `test_sown_marks`.
"""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.redteam.world import opened, serving
from bots.telegram.channel import TelegramChannel
from bots.wechat.channel import WeChatChannel
from intake.model.messages import Address, ChannelName, Event, Outgoing
from intake.model.ports import Fetched
from storage.files.folder import Folder
from storage.messages import conversations
from storage.privacy.erasure import ledger
from storage.privacy.ledger import FolderLedger
from tests.deploy.test_backup import elsewhere, run
from tests.security.looked_through import files, rows, where
from tests.security.test_sown_marks import (
    ACCOUNTS,
    KEY,
    MEDIA,
    NAME,
    OTHER,
    PHONE,
    PIN,
    UNFILED,
    VOICE,
    Sower,
    _frame,
    by_the_operator,
    by_their_own_wish,
    everything,
    in_a_form,
    settled,
)

__all__ = ["elsewhere"]

pytestmark = pytest.mark.timeout(600)  # whole houses, and a loaded machine
WORDS = (NAME, PHONE, OTHER, UNFILED, MEDIA, VOICE, PIN)


@pytest.fixture(autouse=True)
def platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    async def taken(_self: Any, _outgoing: Outgoing) -> None: ...

    async def fetched(_self: Any, media: Any) -> Fetched:
        return Fetched(b"#!AMR\n" + _frame(VOICE) + _frame(media.media_id), "audio/amr")

    monkeypatch.setattr("app.delivery.handlers.LOOK_AGAIN", 0.1)
    for channel in (WeChatChannel, TelegramChannel):
        monkeypatch.setattr(channel, "send", taken)
        monkeypatch.setattr(channel, "fetch", fetched)


@asynccontextmanager
async def house(var: Path, url: str, channel: ChannelName, *, hired: bool = False) -> AsyncIterator[Sower]:
    """Opened, and served where its desk finds it."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        inside = f"http://127.0.0.1:{line.getsockname()[1]}"
        async with (
            opened(var, database_url=url, inside=inside, hired=hired) as world,
            serving(world.app, line),
        ):
            await world.runtime.erased_again.before_the_first_message()
            yield Sower(world, Address(channel, ACCOUNTS[channel]))


def found(var: Path, url: str, *marks: str) -> dict[str, list[str]]:
    return where(files(var, KEY) | rows(url, KEY), *marks)


async def leaves(sower: Sower, _: Path) -> None:
    await sower.says(event=Event.LEFT)


async def cancels(sower: Sower, _: Path) -> None:
    await sower.says("取消")
    await sower.says("确定取消")


async def withdraws(sower: Sower, _: Path) -> None:
    await sower.says("撤回同意")


@pytest.fixture(params=list(ChannelName))
def channel(request: pytest.FixtureRequest) -> ChannelName:
    channel: ChannelName = request.param
    return channel


@pytest.fixture
def live(tmp_path: Path) -> Path:
    return tmp_path / "live"


@pytest.fixture
def back(tmp_path: Path) -> Path:
    return tmp_path / "back"


async def restored(made: str, url: str, live: Path, back: Path) -> None:
    """As `docs/operations.md` tells it."""
    await run("restore.sh", Path(made), url, back)
    shutil.copytree(live / "erasures", back / "erasures")


Erases = Callable[[Sower, Path], Awaitable[None]]
WHOLE: list[Erases] = [by_their_own_wish, by_the_operator]


@pytest.mark.parametrize("erases", WHOLE)
async def test_who_was_erased_since_stands_nowhere(
    empty_database_url: str,
    elsewhere: Callable[[], str],
    live: Path,
    back: Path,
    channel: ChannelName,
    erases: Erases,
) -> None:
    async with house(live, empty_database_url, channel) as sower:
        await everything(sower, live)
        made = await run("backup.sh", live.parent / "backups", empty_database_url, live)
        orphan = await Folder(live / "attachments", KEY).store(b"a file from after the dump")
        shutil.copytree(live / "attachments", Path(made) / "attachments", dirs_exist_ok=True)
        await erases(sower, live)
        await settled(sower.world)
        await sower.world.runtime.erased_again.write_down()
    url = elsewhere()
    await restored(made, url, live, back)
    assert found(back, url, *WORDS).keys() >= {NAME, PHONE, UNFILED}, "the backup holds it all"
    async with house(back, url, channel, hired=True) as sower:
        await settled(sower.world)
        assert not await Folder(back / "attachments", KEY).has(orphan)
    assert found(back, url, *WORDS, ACCOUNTS[channel]) == {}
    assert found(back, url, "暖气不热"), "the matter itself is the city's to see to"


@pytest.mark.parametrize("gives_up", [cancels, withdraws, leaves])
async def test_what_was_given_up_since_is_given_up_again(
    empty_database_url: str, elsewhere: Callable[[], str], live: Path, back: Path, gives_up: Erases
) -> None:
    channel = ChannelName.WECHAT
    async with house(live, empty_database_url, channel) as sower:
        await in_a_form(sower)
        await settled(sower.world)
        made = await run("backup.sh", live.parent / "backups", empty_database_url, live)
        await gives_up(sower, live)
        await settled(sower.world)
        await sower.world.runtime.erased_again.write_down()
    url = elsewhere()
    await restored(made, url, live, back)
    assert found(back, url, UNFILED)
    async with house(back, url, channel, hired=True) as sower:
        await settled(sower.world)
    assert found(back, url, NAME, PHONE, UNFILED, MEDIA, VOICE, PIN) == {}
    assert (found(back, url, ACCOUNTS[channel]) == {}) is (gives_up is leaves)


async def test_who_came_back_before_the_backup_keeps_what_they_said_then(
    empty_database_url: str, elsewhere: Callable[[], str], live: Path, back: Path, channel: ChannelName
) -> None:
    """And on the same database a start erases nothing twice."""
    async with house(live, empty_database_url, channel) as sower:
        await in_a_form(sower)
        await by_their_own_wish(sower, live)
        await in_a_form(sower)
        await settled(sower.world)
        made = await run("backup.sh", live.parent / "backups", empty_database_url, live)
    url = elsewhere()
    await restored(made, url, live, back)
    for var, where_to in ((live, empty_database_url), (back, url)):
        async with house(var, where_to, channel, hired=True) as sower:
            await sower.world.runtime.erased_again.once()
            async with sower.world.runtime.database.read() as tx:
                stored = await conversations.find(tx, sower.address)
                assert [line.by for line in await ledger(tx)] == ["citizen"]
            assert stored is not None
            assert stored.conversation.draft is not None


async def test_processes_that_start_together_erase_once(
    empty_database_url: str, elsewhere: Callable[[], str], live: Path, back: Path
) -> None:
    async with house(live, empty_database_url, ChannelName.WECHAT) as sower:
        await in_a_form(sower)
        made = await run("backup.sh", live.parent / "backups", empty_database_url, live)
        await by_their_own_wish(sower, live)
        await sower.world.runtime.erased_again.write_down()
    url = elsewhere()
    await restored(made, url, live, back)
    async with opened(back, database_url=url, hired=True) as first:
        again = first.runtime.erased_again
        await asyncio.gather(*(again.before_the_first_message() for _ in range(4)))
        async with first.runtime.database.read() as tx:
            assert [line.by for line in await ledger(tx)] == ["restored"]
            assert (
                await conversations.find(tx, Address(ChannelName.WECHAT, ACCOUNTS[ChannelName.WECHAT]))
                is None
            )


async def test_a_ledger_that_cannot_be_written_is_written_later(
    empty_database_url: str, live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The erasure itself is done; who dies before it is written down leaves it to the next start."""

    async def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    async with house(live, empty_database_url, ChannelName.TELEGRAM) as sower:
        await in_a_form(sower)
        with monkeypatch.context() as patch:
            patch.setattr(FolderLedger, "add", full)
            await by_their_own_wish(sower, live)
        assert await FolderLedger(live / "erasures").lines() == []
    async with house(live, empty_database_url, ChannelName.TELEGRAM, hired=True):
        assert len(await FolderLedger(live / "erasures").lines()) == 1


async def test_the_ledger_tells_nobody_who_they_are(
    empty_database_url: str, live: Path, channel: ChannelName
) -> None:
    async with house(live, empty_database_url, channel) as sower:
        await everything(sower, live)
        await by_their_own_wish(sower, live)
        await sower.world.runtime.erased_again.write_down()
    written = b"".join(file.read_bytes() for file in (live / "erasures").glob("*.log"))
    assert written
    marks = (*WORDS, ACCOUNTS[channel], channel.value)
    assert where({"ledger": written}, *marks) == {}


async def test_the_server_does_it_before_it_takes_a_message(empty_database_url: str, live: Path) -> None:
    asked: list[str] = []

    class Asked(FolderLedger):
        async def lines(self) -> list[Any]:
            asked.append("the ledger")
            return []

    async with opened(live, database_url=empty_database_url) as world:
        world.runtime.erased_again._ledger = Asked(live)
        async with world.app.router.lifespan_context(world.app):
            assert asked[:1] == ["the ledger"]
