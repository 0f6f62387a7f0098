"""A message that was handled is known, with what we answered; one nobody can handle ends here."""

from datetime import datetime, timedelta

import pytest

from intake.model.messages import ChannelName, Choice, Reply
from storage.db.database import Database
from storage.messages import inbox

WECHAT, TELEGRAM = ChannelName.WECHAT, ChannelName.TELEGRAM
REPLIES = (Reply("请选择", (Choice("1", "我要咨询"),), step="menu"), Reply("已登记", durable=True))


async def test_a_message_is_recorded_once(database: Database, conversation_id: int, now: datetime) -> None:
    async with database.write() as tx:
        await inbox.record(tx, WECHAT, "m1", conversation_id, REPLIES, now)
    with pytest.raises(inbox.AlreadyRecorded):
        async with database.write() as tx:
            await inbox.record(tx, WECHAT, "m1", conversation_id, (), now)
    async with database.read() as tx:
        assert await inbox.seen(tx, WECHAT, "m1") == inbox.StoredTurn(conversation_id, REPLIES)


async def test_channels_number_their_messages_independently(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        await inbox.record(tx, WECHAT, "m1", conversation_id, REPLIES, now)
        assert await inbox.seen(tx, TELEGRAM, "m1") is None
        assert await inbox.seen(tx, WECHAT, "m2") is None


async def test_a_message_put_aside_is_kept_for_staff_and_its_repeat_ends(
    database: Database, now: datetime
) -> None:
    body = "<xml>坏的</xml>".encode()
    async with database.write() as tx:
        await inbox.put_aside(tx, WECHAT, "m1", body, "no sender", now)
        await inbox.put_aside(tx, WECHAT, "m1", b"again", "no sender", now)
        assert await inbox.seen(tx, WECHAT, "m1") == inbox.StoredTurn(None, ())
        assert await inbox.aside(tx) == [inbox.PutAside(WECHAT, "m1", body, "no sender", now)]


async def test_putting_aside_does_not_replace_a_turn(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        await inbox.record(tx, WECHAT, "m1", conversation_id, REPLIES, now)
        await inbox.put_aside(tx, WECHAT, "m1", b"body", "reason", now)
        assert await inbox.seen(tx, WECHAT, "m1") == inbox.StoredTurn(conversation_id, REPLIES)
        assert await inbox.aside(tx) == []


async def test_purging_forgets_only_what_is_older(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        await inbox.record(tx, WECHAT, "old", conversation_id, REPLIES, now - timedelta(hours=49))
        await inbox.record(tx, WECHAT, "new", conversation_id, REPLIES, now)
        assert await inbox.purge(tx, now - timedelta(hours=48)) == 1
        assert await inbox.seen(tx, WECHAT, "old") is None
        assert await inbox.seen(tx, WECHAT, "new") is not None
