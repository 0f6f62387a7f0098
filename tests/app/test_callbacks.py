"""The backend's callbacks: twice, late, in any order, to nobody; each does its work once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.model.messages import Event
from intake.model.status import Applied, Status, StatusUpdate, is_news, standing
from storage.db.tables import replays as replays_table
from storage.db.tables import status_updates
from storage.messages import conversations
from storage.tickets import tickets

Make = Callable[..., StatusUpdate]
LIFE = ("accepted", "dispatched", "signed", "contacted", "extended", "replied", "completed")


def life(make: Make, reference: str) -> list[StatusUpdate]:
    """A ticket's seven events, a minute apart."""
    made = [make(type_, reference) for type_ in LIFE]
    return [replace(one, at=one.at + timedelta(minutes=n - 10)) for n, one in enumerate(made)]


async def told(shell: Any) -> list[str]:
    await shell.drain()
    return [one.reply.text for one in shell.app.sent if one.purpose == "progress"]


async def surveys(shell: Any) -> int:
    await shell.drain()
    return sum(one.purpose == "survey" for one in shell.app.sent)


async def test_news_is_told_once_however_often_it_comes(shell: Any, citizen: Any, update: Make) -> None:
    reference = await citizen.files_a_ticket()
    event = update("accepted", reference)
    assert await shell.apply(event, "m1") is Applied.DONE
    assert await shell.apply(event, "m1") is Applied.REPEAT
    assert await shell.apply(event, "m2") is Applied.REPEAT
    assert len(await told(shell)) == 1


async def test_two_identical_callbacks_at_once_on_two_processes(
    shell: Any, second: Any, citizen: Any, update: Make
) -> None:
    reference = await citizen.files_a_ticket()
    event = update("accepted", reference)
    answers = await asyncio.gather(*(one.apply(event, "m1") for one in (shell, second) * 3))
    assert sorted(answers) == [Applied.DONE, *[Applied.REPEAT] * 5]
    assert len(await told(shell)) == 1


async def test_one_event_under_six_ids_at_once(shell: Any, second: Any, citizen: Any, update: Make) -> None:
    reference = await citizen.files_a_ticket()
    event = update("accepted", reference)
    answers = await asyncio.gather(*((shell, second)[n % 2].apply(event, f"m{n}") for n in range(6)))
    assert answers.count(Applied.DONE) == 1
    assert await shell.count(status_updates) == 1


async def test_an_id_used_for_something_else_does_nothing(shell: Any, citizen: Any, update: Make) -> None:
    reference = await citizen.files_a_ticket()
    await shell.apply(update("accepted", reference), "m1")
    assert await shell.apply(update("withdrawn", reference), "m1") is Applied.REPEAT
    assert (await shell.ticket(reference)).view.status == Status.ACCEPTED


async def test_a_callback_for_nobody_is_forgotten_so_that_it_may_come_again(
    shell: Any, citizen: Any, update: Make
) -> None:
    early = update("accepted", hotline_ref="H1")
    assert await shell.apply(early, "m1") is Applied.UNKNOWN_TICKET
    assert await shell.count(replays_table) == 0
    reference = await citizen.files_a_ticket()
    await shell.drain()
    assert (await shell.ticket(reference)).hotline_ref == "H1"
    assert await shell.apply(early, "m1") is Applied.DONE


async def test_a_callback_faster_than_the_answer_to_its_own_filing(
    shell: Any, citizen: Any, update: Make
) -> None:
    reference = await citizen.files_a_ticket()
    assert await shell.apply(update("accepted", reference, hotline_ref="H77")) is Applied.DONE
    assert (await shell.ticket(reference)).hotline_ref == "H77"
    assert await shell.apply(update("dispatched", hotline_ref="H77")) is Applied.DONE


async def test_a_late_one_is_a_note_and_nobody_is_told(shell: Any, citizen: Any, update: Make) -> None:
    reference = await citizen.files_a_ticket()
    await shell.apply(update("signed", reference))
    late = update("accepted", reference, at=shell.clock() - timedelta(hours=1))
    assert await shell.apply(late) is Applied.NOTE
    assert (await shell.ticket(reference)).view.status == Status.SIGNED
    assert len(await told(shell)) == 1


async def test_an_unknown_type_is_kept_as_a_note(shell: Any, citizen: Any, update: Make) -> None:
    reference = await citizen.files_a_ticket()
    assert await shell.apply(update("promoted", reference)) is Applied.NOTE
    assert await shell.count(status_updates) == 1
    assert await told(shell) == []


async def test_a_date_far_ahead_does_not_make_notes_of_all_that_follows(
    shell: Any, citizen: Any, update: Make
) -> None:
    reference = await citizen.files_a_ticket()
    ahead = update("accepted", reference, at=shell.clock() + timedelta(days=365))
    assert await shell.apply(ahead) is Applied.DONE
    shell.clock.tick(60)
    assert await shell.apply(update("dispatched", reference)) is Applied.DONE
    assert (await shell.ticket(reference)).view.status == Status.DISPATCHED


async def test_a_backend_whose_clock_is_minutes_ahead_keeps_its_own_order(
    shell: Any, citizen: Any, update: Make
) -> None:
    reference = await citizen.files_a_ticket()
    signed = update("signed", reference, at=shell.clock() + timedelta(minutes=4, seconds=2))
    dispatched = update("dispatched", reference, at=shell.clock() + timedelta(minutes=4))
    await shell.apply(signed)
    assert await shell.apply(dispatched) is Applied.NOTE
    assert (await shell.ticket(reference)).view.status == Status.SIGNED


# --- disorder


@pytest.mark.parametrize("types", [LIFE, (*LIFE[:6], "rework", "not_accepted"), ("merged", *LIFE)])
def test_every_order_of_arrival_ends_in_the_same_standing(types: tuple[str, ...], now: Any) -> None:
    events = [
        StatusUpdate(f"e{n}", type_, now + timedelta(minutes=n), unit=f"u{n}")
        for n, type_ in enumerate(types[:7])
    ]
    assert len({standing(order) for order in permutations(events)}) == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(7)), twice=st.integers(0, 6))
def test_in_the_database_too(order: list[int], twice: int, run_in_order: Callable[[list[int]], Any]) -> None:
    standing_now, heard = run_in_order([*order, order[twice]])
    assert standing_now.status == Status.COMPLETED
    assert standing_now.lead_unit == "ecology"
    assert len(set(heard)) == len(heard), "no state is told twice"


@pytest.fixture
def run_in_order(sqlite_url: str, keyring: Any, open_shell: Any, update: Make) -> Callable[[list[int]], Any]:
    """Each example files a ticket of its own; the loop is ours, for hypothesis runs no coroutines."""
    from itertools import count  # noqa: PLC0415

    from storage.db.database import Database  # noqa: PLC0415

    citizens = count(1)

    async def play(order: list[int]) -> tuple[Any, list[str]]:
        database = Database.open(sqlite_url, keyring)
        shell = open_shell(database)
        try:
            citizen = shell.citizen(f"oCitizen{next(citizens):020}")
            reference = await citizen.files_a_ticket()
            events = life(update, reference)
            events[1] = replace(events[1], lead_unit="ecology")
            for number in order:
                await shell.apply(events[number], f"{reference}:{number}:{len(shell.app.sent)}")
            heard = await told(shell)
            return (await shell.ticket(reference)).view, heard
        finally:
            await database.close()

    return lambda order: asyncio.run(play(order))


def test_an_event_the_table_refused_overtakes_nothing(now: Any) -> None:
    refused = StatusUpdate("e1", "rework", now + timedelta(minutes=5))
    assert not is_news([], refused)
    assert is_news([refused], StatusUpdate("e2", "dispatched", now))


# --- surveys


async def completed(shell: Any, citizen: Any, update: Make) -> str:
    reference: str = await citizen.files_a_ticket()
    await shell.apply(update("completed", reference))
    return reference


async def test_a_survey_asked_for_twice_is_one(shell: Any, citizen: Any, update: Make) -> None:
    reference = await completed(shell, citizen, update)
    assert await shell.apply(update("survey_requested", reference)) is Applied.DONE
    await shell.apply(update("survey_requested", reference))
    assert await surveys(shell) == 1


async def test_asked_for_twice_at_once_it_is_one(shell: Any, second: Any, citizen: Any, update: Make) -> None:
    reference = await completed(shell, citizen, update)
    events = [update("survey_requested", reference) for _ in range(4)]
    await asyncio.gather(*((shell, second)[n % 2].apply(one) for n, one in enumerate(events)))
    assert await surveys(shell) == 1


async def test_the_next_round_has_a_survey_of_its_own(shell: Any, citizen: Any, update: Make) -> None:
    reference = await completed(shell, citizen, update)
    await shell.apply(update("survey_requested", reference, round=1))
    for number, type_ in enumerate(("rework", "completed", "survey_requested")):
        shell.clock.tick(60 * (number + 1))
        await shell.apply(update(type_, reference, round=2))
    assert await surveys(shell) == 2


async def test_a_survey_does_not_break_into_a_form(shell: Any, citizen: Any, update: Make) -> None:
    reference = await completed(shell, citizen, update)
    await citizen.says("另外，新华路9号楼道的灯也坏了")
    async with shell.database.read() as tx:
        before = await conversations.find(tx, citizen.address)
    await shell.apply(update("survey_requested", reference))
    async with shell.database.read() as tx:
        after = await conversations.find(tx, citizen.address)
    assert before is not None
    assert after is not None
    assert (after.conversation.asking, after.conversation.draft) == (
        before.conversation.asking,
        before.conversation.draft,
    )
    assert len(after.conversation.surveys) == 1
    assert await surveys(shell) == 1


async def test_who_wants_no_surveys_gets_none(shell: Any, citizen: Any, update: Make) -> None:
    reference = await completed(shell, citizen, update)
    async with shell.database.write() as tx:
        stored = await conversations.lock(tx, citizen.address, shell.clock())
        wish = replace(stored.conversation, do_not_survey=True)
        await conversations.save(tx, stored.id, wish, shell.clock())
    assert await shell.apply(update("survey_requested", reference)) is Applied.DONE
    assert await surveys(shell) == 0


async def test_who_left_is_phoned_by_the_centre(shell: Any, citizen: Any, update: Make) -> None:
    reference = await completed(shell, citizen, update)
    await citizen.says(event=Event.LEFT)
    assert await shell.apply(update("survey_requested", reference)) is Applied.NO_CHANNEL
    assert await shell.apply(update("rework", reference)) is Applied.DONE, "the case goes on"
    assert await surveys(shell) == 0


async def test_who_blocked_us_is_phoned_too_but_gets_the_news_on_coming_back(
    shell: Any, citizen: Any, update: Make
) -> None:
    reference = await citizen.files_a_ticket()
    async with shell.database.write() as tx:
        stored = await conversations.lock(tx, citizen.address, shell.clock())
        await conversations.set_reachable(tx, stored.id, False)
    assert await shell.apply(update("accepted", reference)) is Applied.DONE
    assert await shell.apply(update("survey_requested", reference)) is Applied.NO_CHANNEL
    assert await told(shell) == []
    assert any("已受理" in reply.text for reply in await citizen.says("帮助"))


async def test_a_survey_of_a_phone_call_has_no_chat(shell: Any, update: Make) -> None:
    phone_born = update("survey_requested", survey={"phone": "13912345678", "title": "t"})
    assert await shell.apply(phone_born) is Applied.NO_CHANNEL


# --- a person at the desk writes


async def name_of(shell: Any, citizen: Any) -> str:
    async with shell.database.read() as tx:
        stored = await conversations.find(tx, citizen.address)
    assert stored is not None
    return f"WX-{stored.id}"


async def test_a_person_writes_to_the_citizen_once(shell: Any, citizen: Any, update: Make) -> None:
    await citizen.says("人工")
    said = update("message", conversation=await name_of(shell, citizen), public_text="您好，我是客服小李")
    assert await shell.apply(said, "m1") is Applied.DONE
    assert await shell.apply(said, "m2") is Applied.REPEAT
    await shell.drain()
    assert sum("客服小李" in text for text in shell.app.texts) == 1


@pytest.mark.parametrize(
    "name", ["", "WX-", "WX-999", "TG-1", "1", "WX-1-1", "WX-٣", "WX-99999999999999999999"]
)
async def test_a_word_to_nobody(shell: Any, citizen: Any, update: Make, name: str) -> None:
    await citizen.says("人工")
    said = update("message", conversation=name, public_text="您好")
    assert await shell.apply(said) is Applied.UNKNOWN_TICKET
    await shell.drain()
    assert shell.app.texts == []


async def test_a_word_without_words_is_a_note(shell: Any, citizen: Any, update: Make) -> None:
    await citizen.says("人工")
    said = update("message", conversation=await name_of(shell, citizen), public_text=" ")
    assert await shell.apply(said) is Applied.NOTE


async def test_a_turn_and_a_callback_at_once_both_count(
    shell: Any, second: Any, citizen: Any, update: Make
) -> None:
    reference = await citizen.files_a_ticket()
    await asyncio.gather(
        citizen.says("催办"),
        second.apply(update("accepted", reference)),
        citizen.says("帮助"),
        second.apply(update("dispatched", reference, at=shell.clock() + timedelta(seconds=1))),
    )
    async with shell.database.read() as tx:
        found = await tickets.find(tx, reference=reference)
    assert found is not None
    assert found.view.status == Status.DISPATCHED
