"""What is declined, cancelled, withdrawn or erased leaves no file behind, whatever is late or dies."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest

from app.attachments import ownership
from app.privacy.retention import Retention
from intake.model.messages import Burst, ChannelName, Media, MediaKind
from intake.model.ports import Rejected, Unavailable
from storage.db.tables import attachments
from storage.files.folder import Folder, PreparedInFolder
from storage.messages import attachments as stored_files

STORY = "新华路15号院门口井盖坏了，我姓王，电话13912345678"
PDF = b"%PDF-1.4\n" + bytes(100)
VOICE = b"#!AMR\n" + bytes(60)


class Platform(dict[str, Any]):
    """The files a platform holds, and which of them it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.append(key)
        return super().get(key, default)


@pytest.fixture(params=list(ChannelName))
def shell(shell: Any, request: pytest.FixtureRequest) -> Any:
    """Once on each channel."""
    shell.app.name = request.param
    shell.app.files = Platform()
    shell.worker._delivery._channels = {request.param: shell.app}
    return shell


@pytest.fixture
def citizen(shell: Any) -> Any:
    return shell.citizen("oZhangSan00000000000000000001", shell.app.name)


@pytest.fixture
def on_disk(tmp_path: Path) -> Any:
    """All that lies in the folder, finished or not."""
    return lambda: [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()]


async def agrees(citizen: Any) -> str:
    replies = await citizen.says("同意")
    if citizen.address.channel is ChannelName.TELEGRAM:
        replies = await citizen.says("单独同意")
    return "\n".join(reply.text for reply in replies)


async def at_the_summary(citizen: Any) -> None:
    await citizen.says(STORY)
    assert "请核对" in await agrees(citizen)


async def sends(citizen: Any, media_id: str, kind: MediaKind = MediaKind.PHOTO, **more: Any) -> str:
    replies = await citizen.says(more.pop("text", ""), media=(Media(kind, media_id),), **more)
    return "\n".join(reply.text for reply in replies)


async def settled(shell: Any) -> None:
    for _ in range(3):
        await shell.drain()
        shell.clock.tick(15)


async def cancels(citizen: Any) -> None:
    await citizen.says("取消")
    await citizen.says("确定取消")


async def withdraws(citizen: Any) -> None:
    await citizen.says("撤回同意")


async def erases(citizen: Any) -> None:
    await citizen.says("删除")
    await citizen.says("确认删除")


GIVING_UP = [cancels, withdraws, erases]


# --- before the notice is accepted


@pytest.mark.parametrize("kind", [MediaKind.PHOTO, MediaKind.VOICE])
async def test_nothing_is_fetched_before_consent_nor_left_by_a_decline(
    shell: Any, citizen: Any, on_disk: Any, kind: MediaKind
) -> None:
    shell.app.files["m"] = PDF if kind is MediaKind.PHOTO else VOICE
    await sends(citizen, "m", kind, text="门口的井盖坏了")
    await settled(shell)
    assert shell.app.files.asked == []
    replies = await citizen.says("不同意")
    assert "也没有保存" in replies[0].text
    await settled(shell)
    assert (shell.app.files.asked, on_disk()) == ([], [])


async def test_a_photo_set_aside_is_fetched_once_its_citizen_agreed_to_everything(
    shell: Any, citizen: Any, on_disk: Any
) -> None:
    shell.app.files["m"] = PDF
    await sends(citizen, "m", text=STORY)
    await settled(shell)
    assert "请核对" in await agrees(citizen)
    await settled(shell)
    await citizen.says("提交")
    await settled(shell)
    [document] = shell.backend.tickets.values()
    assert [part["sha256"] for part in document["attachments"]] == on_disk()


@pytest.mark.parametrize("kind", [MediaKind.PHOTO, MediaKind.VOICE])
async def test_a_file_its_platform_has_no_more_when_consent_comes_is_told_and_costs_no_ticket(
    shell: Any, citizen: Any, on_disk: Any, kind: MediaKind
) -> None:
    await sends(citizen, "m", kind, text=STORY)
    shell.clock.tick(4 * 24 * 3600)
    shell.app.files["m"] = Rejected("the media id is over")
    await citizen.says(STORY)
    assert "请核对" in await agrees(citizen)
    await settled(shell)
    assert "没能取到" in "".join(shell.app.texts)
    await citizen.says("提交")
    await settled(shell)
    assert len(shell.backend.tickets) == 1
    assert on_disk() == []


async def test_a_photo_pushed_just_before_the_decline_does_not_come_up_again(
    shell: Any, citizen: Any, on_disk: Any
) -> None:
    shell.app.files["m"] = PDF
    await citizen.says(STORY)
    await sends(citizen, "m", burst=Burst.PART)
    await citizen.says("不同意")
    await settled(shell)
    assert shell.app.texts == []
    assert (shell.app.files.asked, on_disk()) == ([], [])


async def test_a_photo_that_was_sent_before_the_decline_and_comes_after_it_begins_nothing(
    shell: Any, citizen: Any, on_disk: Any
) -> None:
    shell.app.files["m"] = PDF
    late = citizen.message(media=(Media(MediaKind.PHOTO, "m"),))
    shell.clock.tick(2)
    await citizen.says(STORY)
    await citizen.says("不同意")
    [told] = await shell.service.receive(late)
    assert "没有保存" in told.text
    await settled(shell)
    assert (shell.app.files.asked, on_disk()) == ([], [])


# --- after it


@pytest.mark.parametrize("gives_up", GIVING_UP)
@pytest.mark.parametrize("kind", [MediaKind.PHOTO, MediaKind.VOICE])
async def test_what_was_being_written_takes_its_files_along(
    shell: Any, citizen: Any, on_disk: Any, gives_up: Any, kind: MediaKind
) -> None:
    shell.app.files["m"] = VOICE
    await at_the_summary(citizen)
    await sends(citizen, "m", kind)
    await settled(shell)
    assert len(on_disk()) == 1
    await gives_up(citizen)
    await settled(shell)
    assert on_disk() == []


@pytest.mark.parametrize("gives_up", GIVING_UP)
async def test_a_download_under_way_lands_nowhere(
    shell: Any, citizen: Any, on_disk: Any, gives_up: Any
) -> None:
    shell.app.files["m"], shell.app.gate = PDF, asyncio.Event()
    await at_the_summary(citizen)
    await sends(citizen, "m")
    under_way = asyncio.create_task(shell.drain())
    await asyncio.sleep(0.05)
    await gives_up(citizen)
    shell.app.gate.set()
    await under_way
    await settled(shell)
    assert on_disk() == []


@pytest.mark.parametrize("gives_up", GIVING_UP)
async def test_a_download_that_failed_is_not_tried_again(
    shell: Any, citizen: Any, on_disk: Any, gives_up: Any
) -> None:
    shell.app.files["m"] = Unavailable("busy")
    await at_the_summary(citizen)
    await sends(citizen, "m")
    await shell.drain()
    await gives_up(citizen)
    shell.app.files["m"], tries = PDF, len(shell.app.files.asked)
    await settled(shell)
    assert (len(shell.app.files.asked), on_disk()) == (tries, [])


@pytest.mark.parametrize("gives_up", [cancels, withdraws])
async def test_the_rest_of_an_album_goes_with_what_was_given_up(
    shell: Any, citizen: Any, on_disk: Any, gives_up: Any
) -> None:
    shell.app.files["1"] = shell.app.files["2"] = PDF
    await at_the_summary(citizen)
    await sends(citizen, "1", group="album")
    rest = citizen.message(media=(Media(MediaKind.PHOTO, "2"),), group="album")
    shell.clock.tick(2)
    await gives_up(citizen)
    assert "没有保存" in (await shell.service.receive(rest))[0].text
    await settled(shell)
    assert on_disk() == []


async def test_a_photo_sent_after_it_is_a_new_matter(shell: Any, citizen: Any, on_disk: Any) -> None:
    shell.app.files["m"] = PDF
    await at_the_summary(citizen)
    await cancels(citizen)
    assert "没有保存" not in await sends(citizen, "m")
    await settled(shell)
    assert len(on_disk()) == 1


async def test_a_photo_pushed_just_before_cancel_is_cancelled_too(
    shell: Any, citizen: Any, on_disk: Any
) -> None:
    shell.app.files["m"] = PDF
    await at_the_summary(citizen)
    await sends(citizen, "m", burst=Burst.PART)
    await citizen.says("取消")
    await settled(shell)
    await citizen.says("确定取消")
    await settled(shell)
    assert (shell.app.texts, on_disk()) == ([], [])


async def test_what_is_over_the_limit_is_not_kept(shell: Any, citizen: Any, on_disk: Any) -> None:
    await at_the_summary(citizen)
    most = shell.city.drafts.max_attachments
    for number in range(most + 1):
        shell.app.files[str(number)] = PDF + bytes([number])
        await sends(citizen, str(number))
    await settled(shell)
    assert len(on_disk()) == most


async def test_a_draft_that_ends_by_itself_takes_its_files_along(
    shell: Any, citizen: Any, on_disk: Any
) -> None:
    shell.app.files["m"] = PDF
    await at_the_summary(citizen)
    await sends(citizen, "m")
    await settled(shell)
    shell.clock.tick(timedelta(days=shell.city.drafts.purge_days).total_seconds())
    await Retention(shell.database, shell.city, shell.clock).once()
    await settled(shell)
    assert on_disk() == []


# --- what others have, and what is filed


async def test_the_same_photo_of_another_citizen_stays(shell: Any, citizen: Any, on_disk: Any) -> None:
    other = shell.citizen("oLiSi000000000000000000000002", shell.app.name)
    shell.app.files["m"] = PDF
    for one in (citizen, other):
        await at_the_summary(one)
        await sends(one, "m")
    await settled(shell)
    await cancels(citizen)
    await settled(shell)
    assert len(on_disk()) == 1
    await erases(other)
    await settled(shell)
    assert on_disk() == []


@pytest.mark.parametrize("first", ["the citizen's", "the other"])
async def test_the_same_picture_that_came_by_another_way_stays(
    shell: Any, citizen: Any, on_disk: Any, first: str
) -> None:
    """What an app posts to the desk (Open311) is no chat citizen's file."""
    shell.app.files["m"] = PDF
    await at_the_summary(citizen)
    sha256 = await shell.files.keep(PDF) if first == "the other" else ""
    await sends(citizen, "m")
    await settled(shell)
    sha256 = sha256 or await shell.files.keep(PDF)
    await cancels(citizen)
    await settled(shell)
    assert await shell.files._store.has(sha256)


async def test_of_two_who_give_up_the_same_photo_at_once_neither_leaves_it_to_the_other(
    shell: Any, citizen: Any, on_disk: Any
) -> None:
    other = shell.citizen("oLiSi000000000000000000000002", shell.app.name)
    shell.app.files["m"] = PDF
    for one in (citizen, other):
        await at_the_summary(one)
        await sends(one, "m")
    await settled(shell)
    async with shell.database.write() as tx:
        await ownership.drop(tx, ["1"], shell.clock())
        async with AsyncExitStack() as stack:  # SQLite has one writer
            alone = tx.dialect.name == "sqlite"
            beside = tx if alone else await stack.enter_async_context(shell.database.write())
            await ownership.drop(beside, ["2"], shell.clock())
    await settled(shell)
    assert on_disk() == []


async def test_what_is_filed_keeps_its_file_when_a_later_draft_is_cancelled(
    shell: Any, citizen: Any, on_disk: Any
) -> None:
    shell.app.files |= {"1": PDF, "2": PDF + b"2"}
    await at_the_summary(citizen)
    await sends(citizen, "1")
    await citizen.says("提交")
    await settled(shell)
    filed = on_disk()
    await citizen.says("幼儿园门口的路灯不亮")
    await sends(citizen, "2")
    await settled(shell)
    assert len(on_disk()) == 2
    await cancels(citizen)
    await Retention(shell.database, shell.city, shell.clock).once()
    await settled(shell)
    assert on_disk() == filed
    [document] = shell.backend.tickets.values()
    assert [part["sha256"] for part in document["attachments"]] == filed


async def filed_by_an_older_release(shell: Any) -> None:
    """While a release rolls over, processes of the one before file too, and do not say which files went."""
    async with shell.database.write() as tx:
        await tx.execute(attachments.update().values(filed_with=None))


async def sweeps(shell: Any) -> None:
    await Retention(shell.database, shell.city, shell.clock).once()


async def files_and_cancels_another(citizen: Any) -> None:
    await citizen.says("幼儿园门口的路灯不亮")
    await cancels(citizen)


@pytest.mark.parametrize("how", [sweeps, files_and_cancels_another, erases])
@pytest.mark.parametrize("with_it", [True, False])
async def test_what_an_older_release_filed_beside_us_keeps_its_photo(
    shell: Any, citizen: Any, on_disk: Any, how: Any, with_it: bool
) -> None:
    shell.app.files["m"] = PDF
    await at_the_summary(citizen)
    if with_it:
        await sends(citizen, "m")
    await citizen.says("提交")
    if not with_it:
        await settled(shell)
        await citizen.says("补充")
        await sends(citizen, "m", text="井盖还没有修好")
    await filed_by_an_older_release(shell)
    await how(shell if how is sweeps else citizen)
    await settled(shell)
    assert len(on_disk()) == 1


async def test_a_photo_we_took_before_consent_and_an_older_release_filed_reaches_the_backend(
    shell: Any, citizen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That release sends for each file as it comes: what we left at its platform it would never ask for."""
    shell.app.files["m"] = PDF
    await sends(citizen, "m", text=STORY)
    with monkeypatch.context() as older:
        older.setattr(ownership, "settle", AsyncMock())
        await agrees(citizen)
        await citizen.says("提交")
    for _ in range(3):
        await settled(shell)
        shell.clock.tick(30)
    [document] = shell.backend.tickets.values()
    late = [part for _, event, _ in shell.backend.events for part in event.get("attachments", ())]
    assert len([*document["attachments"], *late]) == 1
    assert shell.app.files.asked == ["m"]


async def test_of_a_filed_matter_the_photo_stays_and_the_voice_of_who_is_erased_goes(
    shell: Any, citizen: Any, on_disk: Any
) -> None:
    shell.app.files |= {"photo": PDF, "voice": VOICE}
    await at_the_summary(citizen)
    await sends(citizen, "photo")
    await sends(citizen, "voice", MediaKind.VOICE)
    await citizen.says("提交")
    await settled(shell)
    assert len(on_disk()) == 2
    await erases(citizen)
    await settled(shell)
    [document] = shell.backend.tickets.values()
    photo = next(part["sha256"] for part in document["attachments"] if part["kind"] == "photo")
    assert on_disk() == [photo]


async def test_erasing_takes_a_file_nothing_points_to(
    shell: Any, citizen: Any, on_disk: Any, tmp_path: Path, keyring: Any
) -> None:
    await at_the_summary(citizen)
    async with shell.database.write() as tx:
        media = Media(MediaKind.VOICE, "m")
        lost = await stored_files.register(tx, 1, media, shell.clock(), waiting=True)
        sha256 = await Folder(tmp_path / "files", keyring).store(VOICE)
        await stored_files.store_content(tx, lost, sha256, "audio/amr", len(VOICE))
    await erases(citizen)
    await settled(shell)
    assert on_disk() == []


# --- a process that dies


class Killed(BaseException):
    """`kill -9`: nothing after it happens in this process."""


@pytest.mark.parametrize("dies_at", ["before the rename", "after the rename"])
async def test_who_dies_while_a_file_is_put_down_leaves_none_behind(
    shell: Any, citizen: Any, on_disk: Any, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    async def killed(*_: Any, **__: Any) -> bool:
        raise Killed

    shell.app.files["m"] = PDF
    await at_the_summary(citizen)
    await sends(citizen, "m")
    with monkeypatch.context() as patch:
        if dies_at == "before the rename":
            patch.setattr(stored_files, "store_content", killed)
        else:
            place = PreparedInFolder.place

            async def placed(prepared: Any) -> None:
                await place(prepared)
                raise Killed

            patch.setattr(PreparedInFolder, "place", placed)
        with pytest.raises(BaseException):  # noqa: B017, PT011 - a task group may wrap it
            await shell.drain()
    assert len(on_disk()) == 1
    await cancels(citizen)
    shell.clock.tick(120)
    await settled(shell)
    assert on_disk() == []


async def test_what_is_removed_waits_for_no_platform(shell: Any, citizen: Any, on_disk: Any) -> None:
    shell.app.files["m"] = PDF
    await at_the_summary(citizen)
    await sends(citizen, "m")
    await settled(shell)
    await cancels(citizen)
    assert await shell.worker.round("files")
    assert on_disk() == []
    async with shell.database.read() as tx:
        [row] = await tx.execute(attachments.select())
    assert (row.state, row.sha256, row.media_id) == ("dropped", None, "")
