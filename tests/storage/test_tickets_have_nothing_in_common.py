"""Two tickets of one citizen share nothing that whoever has the rows, and not the key, could compare."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from intake.model.messages import Address, ChannelName
from intake.model.ticket import AppealType, Ticket
from storage.db.database import Database
from storage.db.sealed import keyring
from storage.db.tables import ticket_marks
from storage.db.tables import tickets as rows
from storage.messages import conversations
from storage.tickets import phone_digests, similar, tickets

PHONE, PLACE, WORDS = "13893712345", "锦绣花", ("捷速", "速贷")
SEALED: tuple[dict[str, Any], ...] = ({"appeal_type": AppealType.REPORT}, {"confidential": True})


async def filed(
    database: Database, conversation_id: int, now: datetime, *given: Ticket
) -> list[dict[str, Any]]:
    """Each with the same place, words and phone; how their rows look."""
    async with database.write() as tx:
        for ticket in given:
            ticket_id = await tickets.add(tx, ticket, conversation_id, "AAAAAA", now, PLACE)
            mark = similar.mark_sealed if ticket.sealed else similar.mark
            await mark(tx, ticket_id, WORDS)
        found = await tx.execute(select(rows).order_by(rows.c.id))
        return [dict(row._mapping) for row in found]


@pytest.mark.parametrize("sealed", SEALED)
async def test_a_sealed_one_joins_no_other_of_the_same_phone_place_and_words(
    database: Database,
    conversation_id: int,
    make_ticket: Callable[..., Ticket],
    now: datetime,
    sealed: dict[str, Any],
) -> None:
    given = (make_ticket("WX1"), make_ticket("WX2", **sealed), make_ticket("WX3", **sealed))
    stood = await filed(database, conversation_id, now, *given)
    for column in ("phone_digest", "matter_digest"):
        assert len({row[column] for row in stood}) == 3, column
    async with database.read() as tx:
        marks = (await tx.execute(select(ticket_marks))).all()
    assert len({row.digest for row in marks}) == len(marks) == 3 * len(WORDS)
    assert {len(row.digest) for row in marks} == {64}, "none looks as if it were another kind"


@pytest.mark.parametrize("sealed", SEALED)
async def test_others_are_not_led_to_it_and_who_knows_the_phone_is(
    database: Database,
    conversation_id: int,
    make_ticket: Callable[..., Ticket],
    now: datetime,
    sealed: dict[str, Any],
) -> None:
    await filed(database, conversation_id, now, make_ticket("WX1"), make_ticket("WX2", **sealed))
    async with database.write() as tx:
        asker = await conversations.lock(tx, Address(ChannelName.TELEGRAM, "neighbour"), now)
        found = await similar.find(tx, (PLACE,), WORDS, asker.id, now - timedelta(days=14))
        theirs = await tickets.of_phone(tx, f"+86 {PHONE}")
    assert [one.reference for one in found] == ["WX1"]
    assert [one.ticket.reference for one in theirs] == ["WX2", "WX1"]


async def test_what_the_release_before_wrote_is_found_and_bound(
    database: Database, conversation_id: int, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    given = (make_ticket("WX1"), make_ticket("WX2", confidential=True))
    await filed(database, conversation_id, now, *given)
    async with database.write() as tx:
        before = keyring(tx).digest("phone", PHONE)
        await tx.execute(update(rows).values(phone_digest=before, matter_digest="1" * 64))
        assert len(await tickets.of_phone(tx, PHONE)) == 2
        await phone_digests.bind_next(tx, 0, 10)
        after = (await tx.execute(select(rows.c.phone_digest, rows.c.matter_digest))).all()
        assert len(await tickets.of_phone(tx, PHONE)) == 2
        assert await phone_digests.bind_next(tx, 0, 10) == (0, 0)
    assert len({row.phone_digest for row in after} | {before}) == 3
    assert [row.matter_digest for row in after].count("1" * 64) == 1


async def test_one_that_no_key_opens_holds_up_no_other(
    database: Database, conversation_id: int, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    await filed(database, conversation_id, now, make_ticket("WX1"), make_ticket("WX2"))
    async with database.write() as tx:
        before = keyring(tx).digest("phone", PHONE)
        await tx.execute(update(rows).values(phone_digest=before))
        await tx.execute(update(rows).where(rows.c.reference == "WX1").values(ticket_sealed=b"spoilt"))
        assert (await phone_digests.bind_next(tx, 0, 10))[0] == 2
        kept = {row.reference: row.phone_digest for row in await tx.execute(select(rows))}
    assert kept["WX1"] == before != kept["WX2"]
