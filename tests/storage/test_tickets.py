"""A ticket is filed once, found by any of its numbers, and shows what the backend said last."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from intake.model.messages import Address, ChannelName
from intake.model.status import Standing, Status, StatusUpdate
from intake.model.ticket import Ticket
from storage.db.database import Database
from storage.messages import conversations
from storage.tickets import tickets


@pytest.fixture
async def filed(
    database: Database, conversation_id: int, make_ticket: Callable[..., Ticket], now: datetime
) -> tickets.StoredTicket:
    ticket = make_ticket("WX1")
    async with database.write() as tx:
        await tickets.add(tx, ticket, conversation_id, "7K3M9Q", now)
        found = await tickets.find(tx, reference="WX1")
    assert found is not None
    return found


async def test_a_reference_is_given_once_and_the_transaction_goes_on(
    database: Database,
    conversation_id: int,
    filed: tickets.StoredTicket,
    make_ticket: Callable[..., Ticket],
    now: datetime,
) -> None:
    async with database.write() as tx:
        with pytest.raises(tickets.ReferenceTaken):
            await tickets.add(tx, make_ticket("WX1"), conversation_id, "AAAAAA", now)
        await tickets.add(tx, make_ticket("WX2"), conversation_id, "AAAAAA", now)
        assert [view.reference for view in await tickets.own(tx, conversation_id)] == ["WX2", "WX1"]


async def test_a_ticket_cannot_be_filed_twice_under_two_references(
    database: Database,
    conversation_id: int,
    filed: tickets.StoredTicket,
    make_ticket: Callable[..., Ticket],
    now: datetime,
) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as tx:
            await tickets.add(tx, make_ticket("WX2", key=filed.ticket.key), conversation_id, "AAAAAA", now)


async def test_nothing_is_found_that_was_not_filed(database: Database, filed: tickets.StoredTicket) -> None:
    async with database.read() as tx:
        assert await tickets.find(tx, reference="WX9") is None
        assert await tickets.find(tx, hotline_ref="H1") is None
        assert await tickets.find(tx, key=uuid4()) is None
        assert await tickets.find(tx, reference="WX1", hotline_ref="H1") is None
        with pytest.raises(ValueError, match="which ticket"):
            await tickets.find(tx)


async def test_a_ticket_is_found_by_each_of_its_numbers(
    database: Database, filed: tickets.StoredTicket, now: datetime
) -> None:
    async with database.write() as tx:
        await tickets.set_hotline_ref(tx, filed.id, "620-2026-0001", now)
        by_key = await tickets.find(tx, key=filed.ticket.key, lock=True)
        assert by_key is not None
        assert by_key.hotline_ref == by_key.view.hotline_ref == "620-2026-0001"
        assert by_key.ticket == filed.ticket
        assert await tickets.find(tx, reference="WX1") == by_key
        assert await tickets.find(tx, hotline_ref="620-2026-0001") == by_key


async def test_a_new_ticket_stands_at_submitted(filed: tickets.StoredTicket) -> None:
    view = filed.view
    assert (view.reference, view.status, view.round) == ("WX1", "submitted", 1)
    assert (view.title, view.category_code) == (filed.ticket.title, "010101")
    assert (view.area_code, view.submitted_at) == ("620201001", filed.ticket.submitted_at)
    assert (view.due_at, view.public_text, view.last_urged, view.lead_unit) == (None, None, None, None)


async def test_the_view_shows_the_standing_that_was_saved(
    database: Database, filed: tickets.StoredTicket, now: datetime
) -> None:
    due = now + timedelta(days=5)
    standing = Standing(Status.REWORK, "zhujian", ("reli", "jiedao"), due, "您好，已修好。", 2)
    async with database.write() as tx:
        await tickets.save_standing(tx, filed.id, standing, now)
        await tickets.mark_urged(tx, filed.id, now)
        (view,) = await tickets.own(tx, filed.conversation_id)
    assert (view.status, view.lead_unit, view.co_units) == ("rework", "zhujian", ("reli", "jiedao"))
    assert (view.due_at, view.public_text, view.round, view.last_urged) == (due, "您好，已修好。", 2, now)


async def test_own_tickets_are_ones_own_newest_first_and_not_without_end(
    database: Database, conversation_id: int, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    async with database.write() as tx:
        neighbour = await conversations.lock(tx, Address(ChannelName.TELEGRAM, "2"), now)
        await tickets.add(tx, make_ticket("TG1"), neighbour.id, "AAAAAA", now)
        for number in range(4):
            await tickets.add(tx, make_ticket(f"WX{number}"), conversation_id, "AAAAAA", now)
        views = await tickets.own(tx, conversation_id, limit=3)
    assert [view.reference for view in views] == ["WX3", "WX2", "WX1"]


async def test_an_event_is_added_once_per_ticket(
    database: Database, filed: tickets.StoredTicket, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    update = StatusUpdate("e1", "accepted", now, reference="WX1")
    async with database.write() as tx:
        other = await tickets.add(tx, make_ticket("WX2"), filed.conversation_id, "AAAAAA", now)
        assert await tickets.add_update(tx, filed.id, update, False, now)
        assert not await tickets.add_update(tx, filed.id, update, False, now)
        assert await tickets.add_update(tx, other, update, False, now)
        assert await tickets.updates(tx, filed.id) == [update]


async def test_updates_come_in_the_order_in_which_they_happened_notes_included(
    database: Database, filed: tickets.StoredTicket, now: datetime
) -> None:
    signed = StatusUpdate("e2", "signed", now + timedelta(hours=1), reference="WX1", unit="zhujian")
    accepted = StatusUpdate("e1", "accepted", now, reference="WX1")
    odd = StatusUpdate("e3", "weather", now + timedelta(minutes=1), reference="WX1", public_text="晴")
    async with database.write() as tx:
        await tickets.add_update(tx, filed.id, signed, False, now)
        await tickets.add_update(tx, filed.id, accepted, True, now)
        await tickets.add_update(tx, filed.id, odd, True, now)
        assert await tickets.updates(tx, filed.id) == [accepted, odd, signed]
