"""Happenings, outcomes of our messages, permissions, notes about the account, files without a matter."""

from datetime import datetime, timedelta

import pytest

from intake.model.channel_event import ChannelEvent, DeliveryOutcome, Permission
from intake.model.messages import Address, ChannelName, Media, MediaKind, Outgoing, Reply
from storage.db.database import Database
from storage.messages import (
    account_issues,
    attachments,
    channel_events,
    delivery_receipts,
    loose_files,
    template_opt_ins,
)
from storage.outbox import outbox
from storage.outbox.jobs import written

WECHAT = ChannelName.WECHAT
NEWS = Outgoing(Address(WECHAT, "oCitizen"), Reply("已办结"), "k1", "progress")


def finished(now: datetime, receipt: str = "200228332", *, delivered: bool = True) -> ChannelEvent:
    told = DeliveryOutcome(receipt, delivered, "" if delivered else "failed:user block")
    return ChannelEvent(f"finish:{receipt}", WECHAT, "TEMPLATESENDJOBFINISH", now, outcomes=(told,))


async def queued(database: Database, conversation_id: int, now: datetime) -> outbox.Claimed:
    """A reply in a worker's hand."""
    async with database.write() as tx:
        await outbox.queue(
            tx,
            destination="wechat",
            kind="reply",
            lane="citizen:1",
            body=written(NEWS),
            now=now,
            conversation_id=conversation_id,
        )
        (entry,) = await outbox.claim(tx, now=now, lease=timedelta(seconds=60), limit=1)
    return entry


async def state(database: Database) -> tuple[str, str | None]:
    async with database.read() as tx:
        (entry,) = await outbox.entries(tx)
    return entry.state, entry.reason


async def test_a_happening_is_written_down_once(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        assert await channel_events.record(tx, finished(now), conversation_id, now)
        assert not await channel_events.record(tx, finished(now), conversation_id, now)
        (found,) = await channel_events.recent(tx, WECHAT)
        assert (found.name, found.conversation_id) == ("TEMPLATESENDJOBFINISH", conversation_id)
        assert await channel_events.purge(tx, now + timedelta(days=1)) == 2  # and what it says of a message
        assert await channel_events.recent(tx, WECHAT) == []


@pytest.mark.parametrize(
    ("delivered", "expected"), [(True, ("done", None)), (False, ("kept", "failed:user block"))]
)
@pytest.mark.parametrize("told_first", [False, True])
async def test_taken_is_not_delivered_until_the_channel_says_so(
    database: Database,
    conversation_id: int,
    now: datetime,
    delivered: bool,
    expected: tuple[str, str | None],
    told_first: bool,
) -> None:
    entry = await queued(database, conversation_id, now)
    told = finished(now, delivered=delivered)
    async with database.write() as tx:
        if told_first:
            await channel_events.record(tx, told, conversation_id, now)
        await delivery_receipts.taken(tx, entry, "200228332", whole=True, now=now)
    if not told_first:
        assert await state(database) == ("awaited", None)
        async with database.write() as tx:
            await delivery_receipts.settle(tx, WECHAT, told.outcomes[0], now)
    assert await state(database) == expected


async def test_an_announcement_leaves_the_message_kept_whatever_becomes_of_it(
    database: Database, conversation_id: int, now: datetime
) -> None:
    entry = await queued(database, conversation_id, now)
    async with database.write() as tx:
        await delivery_receipts.taken(tx, entry, "200228332", whole=False, now=now)
        await delivery_receipts.settle(tx, WECHAT, DeliveryOutcome("200228332", delivered=True), now)
        assert await outbox.take_kept(tx, conversation_id, now) == [NEWS]


async def test_an_outcome_for_nothing_of_ours_changes_nothing(
    database: Database, conversation_id: int, now: datetime
) -> None:
    entry = await queued(database, conversation_id, now)
    async with database.write() as tx:
        await delivery_receipts.taken(tx, entry, "200228332", whole=True, now=now)
        await delivery_receipts.settle(tx, WECHAT, DeliveryOutcome("999", delivered=True), now)
    assert await state(database) == ("awaited", None)


async def test_an_outcome_never_told_is_not_waited_for_for_ever(
    database: Database, conversation_id: int, now: datetime
) -> None:
    entry = await queued(database, conversation_id, now)
    async with database.write() as tx:
        await delivery_receipts.taken(tx, entry, "200228332", whole=True, now=now)
        assert await delivery_receipts.give_up(tx, now, now) == 0
        assert await delivery_receipts.give_up(tx, now + timedelta(days=1), now) == 1
    assert (await state(database))[0] == "kept"


async def test_permissions_are_counted_used_and_withdrawn(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        for _ in range(2):
            await template_opt_ins.note(tx, conversation_id, Permission("T1", allowed=True), now)
        await template_opt_ins.note(tx, conversation_id, Permission("T2", allowed=True), now)
        assert await template_opt_ins.allowed(tx, conversation_id) == {"T1", "T2"}
        await template_opt_ins.use(tx, conversation_id, "T1")
        await template_opt_ins.use(tx, conversation_id, "T2")
        assert await template_opt_ins.allowed(tx, conversation_id) == {"T1"}
        await template_opt_ins.note(tx, conversation_id, Permission("T1", allowed=False), now)
        assert await template_opt_ins.allowed(tx, conversation_id) == frozenset()


async def test_all_permissions_may_be_withdrawn_at_once(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        for template in ("T1", "T2"):
            await template_opt_ins.note(tx, conversation_id, Permission(template, allowed=True), now)
        await template_opt_ins.withdraw(tx, conversation_id)
        assert await template_opt_ins.allowed(tx, conversation_id) == frozenset()


async def test_a_note_about_the_account_is_renewed_and_cleared(database: Database, now: datetime) -> None:
    later = now + timedelta(hours=1)
    async with database.write() as tx:
        await account_issues.write(tx, WECHAT, "message", "48001", now)
        await account_issues.write(tx, WECHAT, "message", "48002", later)
        await account_issues.write(tx, WECHAT, "cipher", "ValueError", now)
        await account_issues.clear(tx, WECHAT, "cipher")
        found = await account_issues.read(tx, WECHAT)
    assert {about: (note.says, note.at) for about, note in found.items()} == {"message": ("48002", later)}


async def test_loose_files_wait_until_they_have_found_their_matter(
    database: Database, conversation_id: int, citizen: Address, now: datetime
) -> None:
    photos = [Media(MediaKind.PHOTO, f"M{number}") for number in range(3)]
    async with database.write() as tx:
        ids = [await attachments.register(tx, conversation_id, p, now, waiting=True) for p in photos[:2]]
        await attachments.register(tx, conversation_id, photos[2], now)
        found = await loose_files.waiting(tx, conversation_id)
        assert [(file.id, file.media, file.at) for file in found] == [
            (ids[0], photos[0], now),
            (ids[1], photos[1], now),
        ]
        await loose_files.settle(tx, ids[:1])
        await loose_files.settle(tx, ())
        assert [file.id for file in await loose_files.waiting(tx, conversation_id)] == ids[1:]
