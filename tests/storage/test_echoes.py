"""Other citizens' recent tickets are found by the place they are about, and by nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from intake.messages import Address, ChannelName
from intake.ticket import Ticket
from storage import conversations, echoes, erasing, tickets
from storage.database import Database
from storage.tables import tickets as rows

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
        found = await echoes.find(tx, (PLACE, "别处"), conversation_id, now - timedelta(days=14))
        nobody = await echoes.find(tx, ("别处",), conversation_id, now - timedelta(days=14))
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
        await erasing.restrict(tx, found, now)
        assert (await tx.execute(select(rows.c.matter_digest))).scalar_one() is None
        assert await echoes.find(tx, (PLACE,), conversation_id, now - timedelta(days=14)) == ()
