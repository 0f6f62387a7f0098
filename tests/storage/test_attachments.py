"""What is known of a citizen's file, from its platform's id to its content."""

import hashlib
from datetime import datetime

from intake.model.messages import ChannelName, Media, MediaKind
from storage.db.database import Database
from storage.messages import attachments
from storage.messages.attachments import Attachment

PHOTO = b"\xff\xd8\xff the radiator, cold"
SHA256 = hashlib.sha256(PHOTO).hexdigest()


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
