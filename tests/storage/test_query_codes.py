"""Number and code open a ticket; guessing closes the number."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from intake.model.conversation import Lookup
from intake.model.ticket import Ticket, TicketView
from storage.db.database import Database
from storage.tickets import query_codes, tickets

REFERENCE, CODE = "WX260426093015004", "7K3M9Q"
WRONG = (Lookup.WRONG, None)
LOCKED = (Lookup.LOCKED, None)


@pytest.fixture(autouse=True)
async def filed(
    database: Database, conversation_id: int, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    async with database.write() as tx:
        await tickets.add(tx, make_ticket(REFERENCE), conversation_id, CODE, now)
        await tickets.add(tx, make_ticket("WX260427101515004"), conversation_id, "BBBBBB", now)


async def test_five_wrong_codes_close_the_number_even_to_the_right_one(
    database: Database, now: datetime
) -> None:
    for _ in range(5):
        assert await _ask(database, REFERENCE, "AAAAAA", now) == WRONG
    assert await _ask(database, REFERENCE, CODE, now) == LOCKED
    assert await _ask(database, REFERENCE, CODE, now + timedelta(minutes=14, seconds=59)) == LOCKED


async def test_after_a_quarter_of_an_hour_the_number_is_open_again(database: Database, now: datetime) -> None:
    for _ in range(5):
        await _ask(database, REFERENCE, "AAAAAA", now)
    later = now + timedelta(minutes=15)
    assert await _ask(database, REFERENCE, "AAAAAA", later) == WRONG
    assert (await _ask(database, REFERENCE, CODE, later))[0] is Lookup.FOUND


async def test_a_right_code_does_not_wipe_out_wrong_ones(database: Database, now: datetime) -> None:
    for _ in range(4):
        await _ask(database, "5004", "AAAAAA", now)
    assert (await _ask(database, "5004", "BBBBBB", now))[0] is Lookup.FOUND
    assert await _ask(database, "5004", "AAAAAA", now) == WRONG
    assert await _ask(database, "5004", CODE, now) == LOCKED


async def test_guesses_made_at_once_are_all_counted(database: Database, now: datetime) -> None:
    answers = await asyncio.gather(*(_ask(database, REFERENCE, f"AAAAA{n}", now) for n in range(9)))
    assert answers.count(WRONG) == 5
    assert answers.count(LOCKED) == 4


async def test_another_number_is_not_closed_with_it(database: Database, now: datetime) -> None:
    for _ in range(5):
        await _ask(database, "WX999999999999999", "AAAAAA", now)
    assert (await _ask(database, REFERENCE, CODE, now))[0] is Lookup.FOUND


async def test_a_number_that_does_not_exist_is_answered_and_closed_like_any_other(
    database: Database, now: datetime
) -> None:
    answers = [await _ask(database, "WX000000000000000", CODE, now) for _ in range(6)]
    assert answers == [WRONG] * 5 + [LOCKED]


@pytest.mark.parametrize(
    "number", [REFERENCE, "wx260426093015004", "5004", "15004", "93015004", " 9301 5004 "]
)
async def test_the_whole_number_or_its_tail_will_do(database: Database, now: datetime, number: str) -> None:
    outcome, view = await _ask(database, number, "7k3m9q", now)
    assert outcome is Lookup.FOUND
    assert view is not None
    assert view.reference == REFERENCE


async def test_where_a_tail_fits_several_the_code_decides(database: Database, now: datetime) -> None:
    _, view = await _ask(database, "5004", "BBBBBB", now)
    assert view is not None
    assert view.reference == "WX260427101515004"


@pytest.mark.parametrize(
    "number", ["", "004", "093015004", "260426093015004", "%004", "____", "５００４", "x" * 999]
)
async def test_what_is_neither_is_wrong(database: Database, now: datetime, number: str) -> None:
    assert await _ask(database, number, CODE, now) == WRONG


async def _ask(database: Database, number: str, code: str, now: datetime) -> tuple[Lookup, TicketView | None]:
    async with database.write() as tx:
        return await tickets.look_up(tx, number, code, now)


async def test_purging_opens_no_number_before_its_time(database: Database, now: datetime) -> None:
    for _ in range(5):
        await _ask(database, REFERENCE, "AAAAAA", now)
    async with database.write() as tx:
        assert await query_codes.purge(tx, now + timedelta(minutes=14)) == 0
    assert await _ask(database, REFERENCE, CODE, now + timedelta(minutes=14)) == LOCKED
    async with database.write() as tx:
        assert await query_codes.purge(tx, now + timedelta(minutes=15)) == 1
