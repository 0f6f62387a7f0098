"""A citizen's file: encrypted, once, and never half."""

import hashlib
from datetime import datetime
from pathlib import Path

import pytest

from intake.model.messages import ChannelName, Media, MediaKind
from storage.db.database import Database
from storage.db.keyring import KeyRing, Undecryptable
from storage.messages import attachments
from storage.messages.attachments import Attachment, Folder, NoSuchFile

PHOTO = b"\xff\xd8\xff the radiator, cold"
SHA256 = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def folder(tmp_path: Path, keyring: KeyRing) -> Folder:
    return Folder(tmp_path / "var" / "attachments", keyring)


async def test_what_was_never_stored_is_not_there(folder: Folder) -> None:
    with pytest.raises(NoSuchFile):
        await folder.read(SHA256)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", SHA256.upper(), SHA256 + "\n", "0" * 63])
async def test_a_name_that_is_no_sha256_is_no_path(folder: Folder, name: str) -> None:
    with pytest.raises(NoSuchFile):
        await folder.read(name)
    with pytest.raises(NoSuchFile):
        await folder.remove(name)


async def test_another_key_does_not_open_a_file(folder: Folder, tmp_path: Path) -> None:
    await folder.store(PHOTO)
    with pytest.raises(Undecryptable):
        await Folder(tmp_path / "var" / "attachments", KeyRing(["another"])).read(SHA256)


async def test_a_full_disk_leaves_no_half_a_file(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    await folder.store(b"another")
    before = _files(tmp_path)
    monkeypatch.setattr("storage.messages.attachments.os.fsync", full)
    (tmp_path / "var" / "attachments" / SHA256[:2] / SHA256[2:4]).mkdir(parents=True)
    with pytest.raises(OSError, match="No space"):
        await folder.store(PHOTO)
    assert _files(tmp_path) == before


async def test_a_file_comes_back_and_lies_there_encrypted(folder: Folder, tmp_path: Path) -> None:
    assert await folder.store(PHOTO) == SHA256
    assert await folder.read(SHA256) == PHOTO
    (file,) = _files(tmp_path)
    assert b"radiator" not in file.read_bytes()


async def test_the_same_picture_twice_is_one_file(folder: Folder, tmp_path: Path) -> None:
    await folder.store(PHOTO)
    await folder.store(PHOTO)
    assert len(_files(tmp_path)) == 1


async def test_a_removed_file_is_gone_and_can_be_removed_again(folder: Folder) -> None:
    await folder.store(PHOTO)
    await folder.remove(SHA256)
    await folder.remove(SHA256)
    with pytest.raises(NoSuchFile):
        await folder.read(SHA256)


async def test_an_attachment_is_pending_until_its_bytes_are_here(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        number = await attachments.register(tx, conversation_id, Media(MediaKind.PHOTO, "media-1"), now)
        (known,) = await attachments.by_ids(tx, [number])
        assert await attachments.send_for(tx, [number]) == [(number, Media(MediaKind.PHOTO, "media-1"))]
        assert await attachments.send_for(tx, [number]) == []
        (pending,) = await attachments.by_ids(tx, [number])
        await attachments.store_content(tx, number, SHA256, "image/jpeg", len(PHOTO))
        (stored,) = await attachments.by_ids(tx, [number])
    common = (number, MediaKind.PHOTO, "media-1", ChannelName.WECHAT)
    assert known == pending  # as far as processes of the release before can tell
    assert pending == Attachment(*common, "pending", None, None, None)
    assert stored == Attachment(*common, "stored", SHA256, "image/jpeg", len(PHOTO))


async def test_a_failure_does_not_undo_what_is_stored(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        gone = await attachments.register(tx, conversation_id, Media(MediaKind.VOICE, "media-1"), now)
        here = await attachments.register(tx, conversation_id, Media(MediaKind.VOICE, "media-2"), now)
        await attachments.send_for(tx, [gone, here])
        await attachments.store_content(tx, here, SHA256, "audio/amr", 3)
        for number in (gone, here):
            await attachments.fail(tx, number, "expired at the platform")
        found = await attachments.by_ids(tx, [here, gone])
    assert [attachment.state for attachment in found] == ["stored", "failed"]


async def test_attachments_come_in_the_order_asked_for_strangers_left_out(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        first, second = [
            await attachments.register(tx, conversation_id, Media(MediaKind.PHOTO, name), now)
            for name in "ab"
        ]
        found = await attachments.by_ids(tx, [second, "999", "x", "", first])
        assert await attachments.by_ids(tx, []) == []
    assert [attachment.id for attachment in found] == [second, first]


def _files(folder: Path) -> list[Path]:
    return [path for path in (folder / "var").rglob("*") if path.is_file()]
