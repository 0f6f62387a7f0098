"""Number and code open a ticket; guessing closes it to who guesses, and never to whose it is."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from intake.model.conversation import Lookup
from intake.model.messages import Address, ChannelName
from intake.model.ticket import Ticket, TicketView
from storage.db.database import Database
from storage.messages import conversations
from storage.tickets import query_codes, tickets
from storage.tickets.query_codes import CodeAsker
from tests.storage.conftest import PHONE

REFERENCE, CODE = "WX260426093015004", "7K3M9Q"
WRONG = (Lookup.WRONG, None)
LOCKED = (Lookup.LOCKED, None)
GUESSER, STRANGER = CodeAsker("telegram:guesser"), CodeAsker("telegram:stranger")


@pytest.fixture(autouse=True)
async def filed(
    database: Database, conversation_id: int, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    async with database.write() as tx:
        await tickets.add(tx, make_ticket(REFERENCE), conversation_id, CODE, now)
        await tickets.add(tx, make_ticket("WX260427101515004", phone=None), conversation_id, "BBBBBB", now)


async def test_five_wrong_codes_close_the_look_up_to_their_asker_even_to_the_right_one(
    database: Database, now: datetime
) -> None:
    for _ in range(5):
        assert await _ask(database, REFERENCE, "AAAAAA", now) == WRONG
    assert await _ask(database, REFERENCE, CODE, now) == LOCKED
    assert await _ask(database, REFERENCE, CODE, now + timedelta(minutes=14, seconds=59)) == LOCKED


@pytest.mark.parametrize("tails", [("5004", "15004", "515004", "1515004", "01515004", "WX260427101515004")])
async def test_naming_more_or_less_of_the_number_gives_no_further_tries(
    database: Database, now: datetime, tails: tuple[str, ...]
) -> None:
    answers = [await _ask(database, tail, f"AAAAA{n}", now) for n in range(5) for tail in tails]
    assert answers == [WRONG] * 5 + [LOCKED] * (len(answers) - 5)


async def test_five_wrong_codes_spread_over_many_tickets_are_five(database: Database, now: datetime) -> None:
    answers = [await _ask(database, f"WX26050101010{n:04d}", "AAAAAA", now) for n in range(5)]
    assert answers == [WRONG] * 5
    assert await _ask(database, REFERENCE, CODE, now) == LOCKED


async def test_who_guesses_closes_nothing_to_anybody_else(database: Database, now: datetime) -> None:
    for _ in range(200):
        await _ask(database, REFERENCE, "AAAAAA", now)
    assert (await _ask(database, REFERENCE, CODE, now, STRANGER))[0] is Lookup.FOUND


async def test_many_accounts_have_thirty_tries_at_one_ticket_whatever_they_call_it(
    database: Database, now: datetime
) -> None:
    answers = [
        await _ask(database, tail, f"AAAA{n:02d}", now, CodeAsker(f"wechat:made up {n}"))
        for n in range(12)
        for tail in (REFERENCE, "3015004", "93015004")
    ]
    assert answers == [WRONG] * 30 + [LOCKED] * 6
    assert await _ask(database, REFERENCE, CODE, now, STRANGER) == LOCKED
    later = now + timedelta(minutes=15)
    assert (await _ask(database, REFERENCE, CODE, later, STRANGER))[0] is Lookup.FOUND


async def test_a_closed_ticket_does_not_close_the_one_that_ends_alike(
    database: Database, now: datetime
) -> None:
    await _close(database, REFERENCE, now)
    assert (await _ask(database, "5004", "BBBBBB", now, STRANGER))[0] is Lookup.FOUND
    assert await _ask(database, "5004", CODE, now, STRANGER) == LOCKED


@pytest.mark.parametrize("code", [CODE, "FORGOT"])
async def test_who_filed_it_is_never_locked_out(
    database: Database, conversation_id: int, now: datetime, code: str
) -> None:
    owner = CodeAsker("wechat:owner", conversation_id)
    await _close(database, REFERENCE, now)
    for _ in range(9):
        outcome, view = await _ask(database, REFERENCE, code, now, owner)
        assert (outcome, view and view.reference) == (Lookup.FOUND, REFERENCE)


async def test_whose_phone_is_on_it_and_bound_is_never_locked_out(database: Database, now: datetime) -> None:
    bound = CodeAsker("telegram:owner", 999, ("13912345678", f"+86 {PHONE}"))
    await _close(database, REFERENCE, now)
    assert (await _ask(database, REFERENCE, "FORGOT", now, bound))[0] is Lookup.FOUND
    assert (
        await _ask(database, REFERENCE, CODE, now, CodeAsker("telegram:other", 998, ("13912345678",)))
        == LOCKED
    )


async def test_an_own_ticket_that_ends_alike_gives_no_tries_at_another(
    database: Database, make_ticket: Callable[..., Ticket], now: datetime
) -> None:
    async with database.write() as tx:
        mine = (await conversations.lock(tx, Address(ChannelName.TELEGRAM, "7"), now)).id
        await tickets.add(tx, make_ticket("TG260428080805004", phone=None), mine, "CCCCCC", now)
    guesser = CodeAsker("telegram:7", mine)
    seen = [await _ask(database, "5004", f"AAAAA{n}", now, guesser) for n in range(5)]
    assert {view.reference for _, view in seen if view} == {"TG260428080805004"}
    _, view = await _ask(database, "5004", CODE, now, guesser)
    assert view is not None
    assert view.reference == "TG260428080805004"


async def test_after_a_quarter_of_an_hour_the_look_up_is_open_again(
    database: Database, now: datetime
) -> None:
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


async def test_a_number_that_does_not_exist_is_answered_and_closed_like_any_other(
    database: Database, now: datetime
) -> None:
    askers = [CodeAsker(f"wechat:made up {n}") for n in range(31)]
    answers = [await _ask(database, "WX000000000000000", CODE, now, one) for one in askers]
    assert answers == [WRONG] * 30 + [LOCKED]


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


async def _ask(
    database: Database, number: str, code: str, now: datetime, asker: CodeAsker = GUESSER
) -> tuple[Lookup, TicketView | None]:
    async with database.write() as tx:
        return await tickets.look_up(tx, number, code, now, asker)


async def _close(database: Database, number: str, now: datetime) -> None:
    for n in range(30):
        await _ask(database, number, "AAAAAA", now, CodeAsker(f"wechat:made up {n}"))


async def test_purging_opens_no_number_before_its_time(database: Database, now: datetime) -> None:
    for _ in range(5):
        await _ask(database, REFERENCE, "AAAAAA", now)
    async with database.write() as tx:
        assert await query_codes.purge(tx, now + timedelta(minutes=14)) == 0
    assert await _ask(database, REFERENCE, CODE, now + timedelta(minutes=14)) == LOCKED
    async with database.write() as tx:
        assert await query_codes.purge(tx, now + timedelta(minutes=15)) == 2
