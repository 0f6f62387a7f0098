"""The budget book: what a citizen's acts let us send, by trigger."""

from datetime import datetime, timedelta

from intake.model.messages import Address, Grant
from storage.db.database import Database
from storage.messages import conversations, send_quotas

MESSAGE = Grant("message", 5, timedelta(hours=48))
CLICK = Grant("click", 3, timedelta(minutes=1))


async def test_nothing_may_be_sent_to_whoever_did_nothing(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        assert await send_quotas.spend(tx, conversation_id, now) is None
        assert await send_quotas.left(tx, conversation_id, now) == 0


async def test_five_messages_after_a_word_and_not_a_sixth(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        await send_quotas.grant(tx, conversation_id, MESSAGE, now)
        assert [await send_quotas.spend(tx, conversation_id, now) for _ in range(6)] == ["message"] * 5 + [
            None
        ]


async def test_what_ends_first_is_spent_first(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        await send_quotas.grant(tx, conversation_id, MESSAGE, now)
        await send_quotas.grant(tx, conversation_id, CLICK, now)
        assert await send_quotas.left(tx, conversation_id, now) == 8
        spent = [await send_quotas.spend(tx, conversation_id, now) for _ in range(4)]
        assert spent == ["click"] * 3 + ["message"]
        later = now + timedelta(minutes=2)
        assert await send_quotas.left(tx, conversation_id, later) == 4


async def test_a_click_opens_a_minute_and_not_two_days(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        await send_quotas.grant(tx, conversation_id, CLICK, now)
        assert await send_quotas.spend(tx, conversation_id, now + timedelta(seconds=61)) is None


async def test_a_new_word_starts_the_budget_anew_and_an_older_one_told_late_does_not(
    database: Database, conversation_id: int, now: datetime
) -> None:
    async with database.write() as tx:
        await send_quotas.grant(tx, conversation_id, MESSAGE, now)
        for _ in range(3):
            await send_quotas.spend(tx, conversation_id, now)
        await send_quotas.grant(tx, conversation_id, MESSAGE, now - timedelta(hours=1))
        assert await send_quotas.left(tx, conversation_id, now) == 2
        await send_quotas.grant(tx, conversation_id, MESSAGE, now + timedelta(hours=1))
        assert await send_quotas.left(tx, conversation_id, now) == 5


async def test_a_second_word_within_the_same_second_starts_it_anew_too(
    database: Database, conversation_id: int, now: datetime
) -> None:
    """WeChat tells whole seconds; a repeat of a word never comes here, it is in the inbox."""
    async with database.write() as tx:
        await send_quotas.grant(tx, conversation_id, MESSAGE, now)
        assert [await send_quotas.spend(tx, conversation_id, now) for _ in range(5)] == ["message"] * 5
        await send_quotas.grant(tx, conversation_id, MESSAGE, now)
        assert await send_quotas.left(tx, conversation_id, now) == 5


async def test_what_never_left_is_given_back(database: Database, conversation_id: int, now: datetime) -> None:
    async with database.write() as tx:
        await send_quotas.grant(tx, conversation_id, MESSAGE, now)
        trigger = await send_quotas.spend(tx, conversation_id, now)
        assert trigger is not None
        await send_quotas.give_back(tx, conversation_id, trigger)
        assert await send_quotas.left(tx, conversation_id, now) == 5


async def test_closed_is_closed(database: Database, conversation_id: int, now: datetime) -> None:
    async with database.write() as tx:
        await send_quotas.grant(tx, conversation_id, MESSAGE, now)
        await send_quotas.close(tx, conversation_id)
        assert await send_quotas.spend(tx, conversation_id, now) is None


async def test_one_citizens_budget_is_not_anothers(
    database: Database, conversation_id: int, citizen: Address, now: datetime
) -> None:
    async with database.write() as tx:
        other = await conversations.lock(tx, Address(citizen.channel, "oSomebodyElse"), now)
        await send_quotas.grant(tx, conversation_id, MESSAGE, now)
        assert await send_quotas.spend(tx, other.id, now) is None


async def test_what_is_over_is_swept(database: Database, conversation_id: int, now: datetime) -> None:
    async with database.write() as tx:
        await send_quotas.grant(tx, conversation_id, CLICK, now)
        await send_quotas.grant(tx, conversation_id, MESSAGE, now)
        assert await send_quotas.purge(tx, now + timedelta(hours=1)) == 1
        assert await send_quotas.left(tx, conversation_id, now) == 5
