"""One citizen on one channel has one conversation, whatever happens at once."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import text

from intake.model.conversation import Conversation, DoubtedDanger, Errand, Held, Side
from intake.model.messages import Address, ChannelName
from intake.model.reading import SafetySignal
from intake.model.ticket import Draft
from storage.db.database import Database
from storage.messages import conversations


async def test_a_stranger_gets_one_conversation_however_many_messages_come_at_once(
    database: Database, citizen: Address, now: datetime
) -> None:
    async def greet() -> int:
        async with database.write() as tx:
            return (await conversations.lock(tx, citizen, now)).id

    assert len(set(await asyncio.gather(*(greet() for _ in range(5))))) == 1


async def test_the_same_user_on_another_channel_is_another_citizen(
    database: Database, citizen: Address, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        twin = await conversations.lock(tx, Address(ChannelName.TELEGRAM, citizen.user), now)
    assert twin.id != conversation_id


async def test_a_new_conversation_is_empty_and_reachable(
    database: Database, citizen: Address, conversation_id: int
) -> None:
    async with database.read() as tx:
        assert await conversations.find(tx, citizen) == conversations.StoredConversation(
            conversation_id, citizen, Conversation(), reachable=True
        )


async def test_nobody_is_found_who_never_wrote(database: Database, citizen: Address) -> None:
    async with database.read() as tx:
        assert await conversations.find(tx, citizen) is None
        assert await conversations.by_id(tx, 1) is None


async def test_what_was_saved_is_remembered(
    database: Database, citizen: Address, conversation_id: int, now: datetime
) -> None:
    said = Conversation(draft=Draft(content="暖气不热", name="王女士"), draft_at=now, asking="place")
    async with database.write() as tx:
        await conversations.save(tx, conversation_id, said, now)
        await conversations.set_reachable(tx, conversation_id, False)
    async with database.write() as tx:
        locked = await conversations.lock(tx, citizen, now)
        assert locked == await conversations.by_id(tx, conversation_id)
    assert (locked.conversation, locked.reachable) == (said, False)


async def test_an_old_draft_goes_the_rest_stays(
    database: Database, citizen: Address, conversation_id: int, now: datetime
) -> None:
    said = Conversation(
        draft=Draft(content="x"), draft_at=now - timedelta(days=8), asking="place", language="en", elder=True
    )
    async with database.write() as tx:
        await conversations.save(tx, conversation_id, said, now)
        assert await conversations.purge_drafts(tx, now - timedelta(days=7)) == 1
        assert await conversations.purge_drafts(tx, now - timedelta(days=7)) == 0
        left = await conversations.find(tx, citizen)
    assert left is not None
    assert left.conversation == Conversation(language="en", elder=True)


async def test_words_held_back_without_a_draft_go_too(
    database: Database, citizen: Address, conversation_id: int, now: datetime
) -> None:
    asked = DoubtedDanger(SafetySignal("emergency", "gas", "119"), "有股怪味", now)
    for waiting in (
        Conversation(held=Held("漏水")),
        Conversation(errand=Errand(Side.SUPPLEMENT, "text")),
        Conversation(doubted=asked),
    ):
        async with database.write() as tx:
            await conversations.save(tx, conversation_id, waiting, now - timedelta(days=8))
            assert await conversations.purge_drafts(tx, now - timedelta(days=7)) == 1


async def test_a_young_draft_and_a_conversation_without_one_stay(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        await conversations.save(tx, conversation_id, Conversation(draft=Draft(), draft_at=now), now)
        assert await conversations.purge_drafts(tx, now) == 0
        await conversations.save(tx, conversation_id, Conversation(language="en"), now - timedelta(days=99))
        assert await conversations.purge_drafts(tx, now) == 0


async def test_a_forgotten_citizen_comes_back_as_a_stranger(
    database: Database, citizen: Address, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        await conversations.save(tx, conversation_id, Conversation(draft=Draft(name="王女士")), now)
        await conversations.forget(tx, conversation_id, now)
        assert await conversations.find(tx, citizen) is None
        assert await conversations.by_id(tx, conversation_id) is None
        left = (await tx.execute(text('SELECT "user", state_sealed FROM conversations'))).one()
        assert tuple(left) == (None, None)
        back = await conversations.lock(tx, citizen, now)
    assert back.id != conversation_id
    assert back.conversation == Conversation()
