"""The promise: a message's claim, dialog step, ticket and outbox entry are one commit, once.

`turn` below is the service's way through the stores, with a dialog that only counts.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Table, func, select

from intake.model.conversation import Conversation
from intake.model.messages import Address, ChannelName, Grant, Media, MediaKind, Reply
from intake.model.status import Standing, Status
from intake.model.ticket import Ticket
from storage import turn_store
from storage.db.database import Database, Tx
from storage.db.keyring import KeyRing
from storage.db.tables import conversations as conversations_table
from storage.db.tables import inbox as inbox_table
from storage.db.tables import outbox as outbox_table
from storage.db.tables import tickets as tickets_table
from storage.messages import attachments, conversations, inbox, send_quotas
from storage.outbox import outbox
from storage.tickets import tickets


class Crash(Exception):
    """The process dies here."""


class Teller:
    """Takes messages; how many dialog steps it made, it knows only from the database."""

    def __init__(self, database: Database, make_ticket: Callable[..., Ticket], now: datetime) -> None:
        self._database = database
        self._make_ticket = make_ticket
        self._now = now

    async def turn(
        self, citizen: Address, message_id: str, crash: Exception | None = None
    ) -> tuple[Reply, ...]:
        async with self._database.turn() as tx:
            begun = await turn_store.begin(tx, citizen, message_id, "citizen:", self._now)
            if begun.before is not None:
                return begun.before.replies
            stored, steps = begun.stored, begun.stored.conversation.tries + 1
            await self._file(tx, stored.id, f"WX26042609301{len(begun.tickets):04}")
            if crash:
                raise crash
            replies = (Reply(f"{steps}"),)
            said = replace(stored.conversation, tries=steps)
            await turn_store.end(tx, stored, message_id, said, replies, self._now)
            return replies

    async def _file(self, tx: Tx, conversation_id: int, reference: str) -> None:
        ticket = self._make_ticket(reference)
        ticket_id = await tickets.add(tx, ticket, conversation_id, "7K3M9Q", self._now)
        body = {"reference": reference}
        await outbox.queue(
            tx,
            destination="hotline",
            kind="submit",
            lane=reference,
            body=body,
            now=self._now,
            ticket_id=ticket_id,
        )


@pytest.fixture
def teller(database: Database, make_ticket: Callable[..., Ticket], now: datetime) -> Teller:
    return Teller(database, make_ticket, now)


async def test_a_crash_before_the_commit_leaves_nothing_and_the_repeat_is_the_first(
    teller: Teller, database: Database, citizen: Address
) -> None:
    with pytest.raises(Crash):
        await teller.turn(citizen, "m1", Crash())
    for table in (conversations_table, inbox_table, tickets_table, outbox_table):
        assert await _rows(database, table) == 0
    assert await teller.turn(citizen, "m1") == (Reply("1"),)


async def test_six_redeliveries_at_once_are_one_turn_and_six_equal_replies(
    teller: Teller, database: Database, citizen: Address
) -> None:
    replies = await asyncio.gather(*(teller.turn(citizen, "m1") for _ in range(6)))
    assert replies == [(Reply("1"),)] * 6
    for table in (conversations_table, inbox_table, tickets_table, outbox_table):
        assert await _rows(database, table) == 1


async def test_a_burst_from_one_citizen_loses_none(
    teller: Teller, database: Database, citizen: Address
) -> None:
    replies = await asyncio.gather(*(teller.turn(citizen, f"m{number}") for number in range(5)))
    assert sorted(reply.text for (reply,) in replies) == ["1", "2", "3", "4", "5"]
    assert await _rows(database, tickets_table) == 5


async def test_turns_go_on_after_every_kind_of_rollback(
    database_url: str,
    keyring: KeyRing,
    make_ticket: Callable[..., Ticket],
    citizen: Address,
    now: datetime,
) -> None:
    """The driver forgets what was prepared: all on one connection, so that the next turn meets it."""
    async with Database.open(database_url, keyring, pool_size=1) as database:
        teller = Teller(database, make_ticket, now)
        for number in range(8):  # by then the driver has prepared statements of its own
            await teller.turn(citizen, f"m{number}")
        with pytest.raises(Crash):
            await teller.turn(citizen, "in the middle", Crash())
        await teller.turn(citizen, "after a turn")
        with pytest.raises(Crash):
            await _rolled_back(database, now)
        async with database.write() as tx:
            await outbox.queue(tx, destination="hotline", kind="submit", lane="1", body={}, now=now)
            inner = await tx.begin_nested()
            await inner.rollback()
            await outbox.queue(tx, destination="hotline", kind="submit", lane="1", body={}, now=now)
        assert await teller.turn(citizen, "at the end") == (Reply("10"),)


async def test_what_was_recorded_meanwhile_gives_the_whole_turn_up(
    teller: Teller, database: Database, citizen: Address, now: datetime
) -> None:
    """Two citizens cannot have the same message; a message put aside may have the id of one under way."""
    await teller.turn(citizen, "m1")
    async with database.turn() as tx:
        begun = await turn_store.begin(tx, citizen, "m2", "citizen:", now)
        with pytest.raises(inbox.AlreadyRecorded):
            await turn_store.end(tx, begun.stored, "m1", Conversation(tries=9), (Reply("other"),), now)
    async with database.turn() as tx:
        begun = await turn_store.begin(tx, citizen, "m1", "citizen:", now)
    assert begun.before == inbox.StoredTurn(begun.stored.id, (Reply("1"),))
    assert begun.stored.conversation.tries == 1


async def test_a_turn_begins_with_what_the_other_stores_say(
    teller: Teller, database: Database, citizen: Address, now: datetime
) -> None:
    await teller.turn(citizen, "m1")
    await teller.turn(citizen, "m2")
    async with database.write() as tx:
        stored = await conversations.lock(tx, citizen, now)
        own = await tickets.own(tx, stored.id)
        standing = Standing(Status.DISPATCHED, "heat", ("water",), now, "已派", 2)
        ticket = await tickets.find(tx, reference=own[0].reference)
        assert ticket is not None
        await tickets.save_standing(tx, ticket.id, standing, now)
        own = await tickets.own(tx, stored.id)
    async with database.turn() as tx:
        begun = await turn_store.begin(tx, citizen, "m3", "citizen:", now)
    assert begun == turn_store.Begun(stored, None, own)
    assert len(begun.tickets) == 2


async def test_what_waits_for_this_citizen_is_seen_and_nobody_elses(
    teller: Teller, database: Database, citizen: Address, now: datetime
) -> None:
    await teller.turn(citizen, "m1")
    other = Address(ChannelName.TELEGRAM, "somebody else")
    async with database.write() as tx:
        stored = await conversations.lock(tx, citizen, now)
        await attachments.register(tx, stored.id, Media(MediaKind.PHOTO, "p"), now, waiting=True)
        for lane, number in ((f"citizen:{stored.id}", None), (f"news:{stored.id}", stored.id)):
            entry = await outbox.queue(
                tx,
                destination=citizen.channel.value,
                kind="reply",
                lane=lane,
                body={},
                now=now,
                conversation_id=number,
            )
        assert entry is not None
        await outbox.keep(tx, entry, now)
    async with database.turn() as tx:
        mine = await turn_store.begin(tx, citizen, "m3", "citizen:", now)
    async with database.turn() as tx:
        theirs = await turn_store.begin(tx, other, "m4", "citizen:", now)
    assert (mine.loose, mine.kept, mine.waits) == (True, True, True)
    assert (theirs.loose, theirs.kept, theirs.waits) == (False, False, False)


async def test_the_right_to_write_that_came_with_a_message_is_the_later_one(
    database: Database, citizen: Address, now: datetime
) -> None:
    day = timedelta(days=1)
    for number, (messages, at) in enumerate(((5, now), (3, now + day), (9, now - day))):
        async with database.turn() as tx:
            begun = await turn_store.begin(tx, citizen, f"m{number}", "citizen:", now)
            grants = [(Grant("said", messages, 2 * day), at)]
            await turn_store.end(tx, begun.stored, f"m{number}", Conversation(), (), now, grants)
    async with database.read() as tx:
        assert await send_quotas.left(tx, begun.stored.id, now) == 3


async def _rolled_back(database: Database, now: datetime) -> None:
    async with database.write() as tx:
        await outbox.queue(tx, destination="hotline", kind="submit", lane="1", body={}, now=now)
        raise Crash


async def _rows(database: Database, table: Table) -> int:
    async with database.read() as tx:
        return (await tx.execute(select(func.count()).select_from(table))).scalar_one()
