"""The promise: a message's claim, dialog step, ticket and outbox entry are one commit, once.

`turn` below is the service's way through the stores, with a dialog that only counts.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Table, event, func, select

from intake.messages import Address, Reply
from intake.ticket import Ticket
from storage import conversations, inbox, outbox, tickets
from storage.database import Database, Tx
from storage.tables import conversations as conversations_table
from storage.tables import inbox as inbox_table
from storage.tables import outbox as outbox_table
from storage.tables import tickets as tickets_table


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
        async with self._database.write() as tx:
            stored = await conversations.lock(tx, citizen, self._now)
            before = await inbox.seen(tx, citizen.channel, message_id)
            if before is not None:
                return before.replies
            own = await tickets.own(tx, stored.id)
            steps = stored.conversation.tries + 1
            await self._file(tx, stored.id, f"WX26042609301{len(own):04}")
            await conversations.save(tx, stored.id, replace(stored.conversation, tries=steps), self._now)
            replies = (Reply(f"{steps}"),)
            await inbox.record(tx, citizen.channel, message_id, stored.id, replies, self._now)
            if crash:
                raise crash
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


async def test_a_turn_costs_few_statements(teller: Teller, database: Database, citizen: Address) -> None:
    await teller.turn(citizen, "m1")
    with _statements(database) as sent:
        await teller.turn(citizen, "m2")
    assert len(sent) == 7, sent  # lock, seen, own, ticket, outbox, save, record
    with _statements(database) as sent:
        await teller.turn(citizen, "m2")
    assert len(sent) == 2, sent  # lock, seen


async def _rows(database: Database, table: Table) -> int:
    async with database.read() as tx:
        return (await tx.execute(select(func.count()).select_from(table))).scalar_one()


@contextmanager
def _statements(database: Database) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    engine = database._writer.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
