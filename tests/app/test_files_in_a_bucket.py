"""Citizens' files in an object store: kept, shown, erased as in a folder, on machines that share no disk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.base.clock import utc_now
from app.privacy.retention import Retention
from bench.redteam.world import World, opened
from bots.wechat.channel import WeChatChannel
from intake.model.messages import Address, ChannelName, Inbound, Media, MediaKind
from intake.model.ports import Fetched
from storage.files import bucket as buckets
from storage.messages import attachments, conversations
from storage.outbox import outbox
from tests.s3 import BUCKET, KEY_ID, S3, SECRET, s3_server, slow_down

VOICE = b"#!AMR\n" + b"\x3c" + bytes(31)
CITIZEN = Address(ChannelName.WECHAT, "oBucketAccount00000000000001")
FILES = "attachments/"


@pytest.fixture
async def s3(tmp_path: Path) -> AsyncIterator[S3]:
    async with s3_server(tmp_path / "s3") as server:
        yield server


@pytest.fixture(autouse=True)
def platform(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fetched(_self: Any, _media: Media) -> Fetched:
        return Fetched(VOICE, "audio/amr")

    async def taken(_self: Any, _outgoing: Any) -> None: ...

    monkeypatch.setattr(WeChatChannel, "fetch", fetched)
    monkeypatch.setattr(WeChatChannel, "send", taken)


@asynccontextmanager
async def machine(folder: Path, url: str, s3: S3, *, hired: bool = False) -> AsyncIterator[World]:
    """A process on a machine of its own, with nothing but database and bucket in common with others."""
    store = {
        "url": f"http://127.0.0.1:{s3.port}",
        "bucket": BUCKET,
        "key_id": KEY_ID,
        "secret": SECRET,
        "region": "cn-test-1",
    }
    async with opened(folder, database_url=url, hired=hired, s3=store) as world:
        yield world


async def says(world: World, number: int, text: str = "", **more: Any) -> None:
    await world.runtime.receiver.receive(Inbound(f"b{number}", CITIZEN, utc_now(), text, **more))


async def sends_a_voice(world: World) -> None:
    await says(world, 1, "五一路路灯坏了三天")
    await says(world, 2, "同意")
    await says(world, 3, media=(Media(MediaKind.VOICE, "m1"),))


async def stored(world: World) -> list[attachments.Attachment]:
    async with world.runtime.database.read() as tx:
        found = await conversations.find(tx, CITIZEN)
        return [] if found is None else await attachments.of_conversation(tx, found.id)


async def delivered(world: World) -> None:
    await world.runtime.worker.round("wechat")
    await world.runtime.worker.round("files")


async def test_what_one_machine_fetched_another_shows_and_a_third_erases(
    database_url: str, tmp_path: Path, s3: S3
) -> None:
    async with machine(tmp_path / "a", database_url, s3) as a:
        await sends_a_voice(a)
        await delivered(a)
        [file] = await stored(a)
        assert file.state == "stored"
    [(name, lies)] = s3.objects().items()
    assert name.startswith(FILES)
    assert VOICE not in lies
    assert not (tmp_path / "a" / "attachments").exists()
    async with machine(tmp_path / "b", database_url, s3, hired=True) as b:
        assert (await b.http.get(b.runtime.files.path(file.sha256 or ""))).content == VOICE
        await says(b, 4, "删除")
        await says(b, 5, "确认删除")
        await b.runtime.erased_again.write_down()
    async with machine(tmp_path / "c", database_url, s3, hired=True) as c:
        await delivered(c)
    left = s3.objects()
    assert [one for one in left if one.startswith(FILES)] == []
    assert [one.partition("/")[0] for one in left] == ["erasures"], "the ledger is shared, too"
    assert CITIZEN.user not in "".join(left)


async def test_a_store_that_is_busy_puts_a_file_off_and_no_message(
    database_url: str, tmp_path: Path, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "TRIES_AGAIN", 0)
    async with machine(tmp_path / "a", database_url, s3) as world:
        s3.faults.extend([slow_down] * 50)
        await sends_a_voice(world)
        await delivered(world)
        async with world.runtime.database.read() as tx:
            waiting = [entry for entry in await outbox.entries(tx, "due", 100) if entry.kind == "fetch"]
        assert [entry.reason for entry in waiting] == ["citizens' files: the object store is busy"]
        assert [file.state for file in await stored(world)] == ["pending"]
        s3.faults.clear()
        async with world.runtime.database.write() as tx:
            await outbox.retry(tx, waiting[0].id, utc_now())
        await delivered(world)
        [file] = await stored(world)
        assert file.state == "stored"
        s3.faults.extend([slow_down] * 50)
        shown = await world.http.get(world.runtime.files.path(file.sha256 or ""))
        assert shown.status_code == 503, "it is there, and not now: whoever asks may ask again"


async def test_its_term_ends_in_the_bucket_as_well(database_url: str, tmp_path: Path, s3: S3) -> None:
    async with machine(tmp_path / "a", database_url, s3) as world:
        await sends_a_voice(world)
        await delivered(world)
        assert s3.objects()
        runtime = world.runtime
        later = utc_now() + timedelta(days=400)
        await Retention(runtime.database, runtime.city, lambda: later, own_desk=True).once()
        await Retention(runtime.database, runtime.city, lambda: later, own_desk=True).once()
        async with runtime.database.write() as tx:
            for entry in await outbox.entries(tx, "due", 100):
                await outbox.retry(tx, entry.id, utc_now())
        await delivered(world)
        assert s3.objects() == {}
