"""Other citizens' recent tickets are found by the place they are about or by telling words only."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from intake.model.messages import Address, ChannelName
from intake.model.ticket import Ticket
from storage.db.database import Database
from storage.db.tables import ticket_marks
from storage.db.tables import tickets as rows
from storage.messages import conversations
from storage.privacy import erasure
from storage.tickets import similar, tickets

PLACE = "锦绣花"


async def test_only_others_recent_tickets_about_the_named_place_are_found(
    database: Database, conversation_id: int, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    async with database.write() as tx:
        neighbour = await conversations.lock(tx, Address(ChannelName.TELEGRAM, "neighbour"), now)
        await tickets.add(tx, make_ticket("WX1"), conversation_id, "AAAAAA", now, PLACE)
        await tickets.add(tx, make_ticket("TG1"), neighbour.id, "AAAAAA", now, PLACE)
        await tickets.add(tx, make_ticket("TG2"), neighbour.id, "AAAAAA", now, "五一南")
        await tickets.add(tx, make_ticket("TG3"), neighbour.id, "AAAAAA", now)
        await tickets.add(tx, make_ticket("TG4"), neighbour.id, "AAAAAA", now - timedelta(days=20), PLACE)
        found = await similar.find(tx, (PLACE, "别处"), (), conversation_id, now - timedelta(days=14))
        nobody = await similar.find(tx, ("别处",), (), conversation_id, now - timedelta(days=14))
    assert [(echo.reference, echo.citizen) for echo in found] == [("TG1", neighbour.id)]
    assert found[0].content
    assert nobody == ()


async def test_the_name_stands_nowhere_in_clear_and_goes_with_its_citizen(
    database: Database, conversation_id: int, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    async with database.write() as tx:
        neighbour = await conversations.lock(tx, Address(ChannelName.TELEGRAM, "neighbour"), now)
        await tickets.add(tx, make_ticket("TG1"), neighbour.id, "AAAAAA", now, PLACE)
        digest: Any = (await tx.execute(select(rows.c.matter_digest))).scalar_one()
        assert PLACE not in digest
        found = await tickets.find(tx, reference="TG1", lock=True)
        assert found is not None
        await erasure.restrict(tx, found, now)
        assert (await tx.execute(select(rows.c.matter_digest))).scalar_one() is None
        assert await similar.find(tx, (PLACE,), (), conversation_id, now - timedelta(days=14)) == ()


LENDER = ("捷速", "速贷")


async def test_where_no_place_is_named_words_lead_from_one_to_another(
    database: Database, conversation_id: int, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    async with database.write() as tx:
        neighbour = await conversations.lock(tx, Address(ChannelName.TELEGRAM, "neighbour"), now)
        for reference, of, marks, at in (
            ("TG1", neighbour.id, (*LENDER, "利息"), now - timedelta(days=1)),
            ("TG2", neighbour.id, ("利息",), now),
            ("TG3", neighbour.id, ("暖气",), now),
            ("TG4", neighbour.id, LENDER, now - timedelta(days=20)),
            ("WX1", conversation_id, LENDER, now),
        ):
            ticket_id = await tickets.add(tx, make_ticket(reference), of, "AAAAAA", at)
            await similar.mark(tx, ticket_id, marks)
        since = now - timedelta(days=14)
        found = await similar.find(tx, (), ("捷速", "利息"), conversation_id, since)
        nobody = await similar.find(tx, ("别处",), (), conversation_id, since)
    assert [echo.reference for echo in found] == ["TG2", "TG1"]
    assert nobody == ()


async def test_found_by_name_and_by_words_it_comes_once(
    database: Database, conversation_id: int, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    async with database.write() as tx:
        neighbour = await conversations.lock(tx, Address(ChannelName.TELEGRAM, "neighbour"), now)
        await similar.mark(
            tx, await tickets.add(tx, make_ticket("TG1"), neighbour.id, "AAAAAA", now, PLACE), LENDER
        )
        found = await similar.find(tx, (PLACE,), LENDER, conversation_id, now - timedelta(days=14))
    assert [echo.reference for echo in found] == ["TG1"]


async def test_words_stand_nowhere_in_clear_and_go_with_their_citizen_or_their_time(
    database: Database, conversation_id: int, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    async with database.write() as tx:
        neighbour = await conversations.lock(tx, Address(ChannelName.TELEGRAM, "neighbour"), now)
        for reference, at in (("TG0", now - timedelta(days=15)), ("TG1", now), ("TG2", now)):
            ticket_id = await tickets.add(tx, make_ticket(reference), neighbour.id, "AAAAAA", at)
            await similar.mark(tx, ticket_id, LENDER)
        digests = (await tx.scalars(select(ticket_marks.c.digest))).all()
        assert not any(word in digest for word in LENDER for digest in digests)
        found = await tickets.find(tx, reference="TG1", lock=True)
        assert found is not None
        await erasure.restrict(tx, found, now)
        assert len((await tx.scalars(select(ticket_marks.c.digest))).all()) == 4
        assert await similar.purge(tx, now - timedelta(days=14)) == 2
        assert len((await tx.scalars(select(ticket_marks.c.digest))).all()) == 2


async def test_a_ticket_that_cannot_be_read_teaches_nothing(
    database: Database, conversation_id: int, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    async with database.write() as tx:
        await tickets.add(tx, make_ticket("TG1", content="水管裂了"), conversation_id, "AAAAAA", now)
        await tickets.add(tx, make_ticket("TG2"), conversation_id, "AAAAAA", now)
        await tx.execute(update(rows).where(rows.c.reference == "TG2").values(ticket_sealed=b"?"))
        assert await similar.latest(tx, 10) == ["水管裂了"]
