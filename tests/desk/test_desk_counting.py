"""What a ticket counts for, told by whole lives at the desk; and the ledger of who has how many."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select

from desk.actions import derived
from desk.app import Desk
from desk.db.derived_tables import facts
from desk.db.derived_tables import standings as ledger
from desk.statistics import queries, state_counts
from desk.statistics.facts import evaluation
from desk.statistics.period import read_period
from desk.statistics.rates import Counts
from desk.workflow.states import Actor, Role, State

CENTRE = Actor(Role.CENTRE, "wang")
HOUSING = Actor(Role.UNIT, "li", "housing")
STREET = Actor(Role.UNIT, "zhao", "street")
APRIL = read_period("2023-04")
LATER = datetime(2023, 6, 1, tzinfo=UTC)


async def counted(desk: Desk, as_of: datetime = LATER, evaluation: str = "last_round") -> Counts:
    async with desk.database.read() as tx:
        tally = await queries.by_unit(tx, APRIL, as_of, evaluation)
    return tally.all(assessed=False)


async def test_nothing_counts_for_nothing(desk: Desk) -> None:
    assert await counted(desk) == Counts()
    async with desk.database.read() as tx:
        assert (await queries.intake(tx, APRIL)).valid == 0
        assert await queries.slowest_tenth(tx, APRIL) is None


async def test_a_ticket_withdrawn_or_merged_is_no_ticket_but_was_an_appeal(
    desk: Desk, caller: Any, document: dict[str, Any], life: Any, walk: Any
) -> None:
    await life("accept")
    await life("dispatch", lead_unit="housing")
    await caller.tell(life.hotline_ref, "withdraw")
    other = walk(await caller.file(document | {"idempotency_key": "k2", "reference": "WX2"}))
    master = await caller.file(document | {"idempotency_key": "k3", "reference": "WX3"})
    await other("merge", master_ref=master)
    assert await counted(desk) == Counts()
    async with desk.database.read() as tx:
        assert (await queries.intake(tx, APRIL)).valid == 3


async def test_an_appeal_withdrawn_before_acceptance_is_not_valid(desk: Desk, caller: Any, life: Any) -> None:
    await caller.tell(life.hotline_ref, "withdraw")
    async with desk.database.read() as tx:
        found = await queries.intake(tx, APRIL)
    assert (found.submitted, found.recalled, found.valid) == (1, 1, 0)


async def test_overdue_is_judged_as_of_a_moment(desk: Desk, life: Any, clock: Any) -> None:
    await life("accept")
    await life("dispatch", lead_unit="housing")
    before = await counted(desk, clock())
    assert (before.tickets, before.judged_signing, before.judged_handling, before.open_late) == (1, 0, 0, 0)
    after = await counted(desk)
    assert (after.judged_signing, after.signed_in_time) == (1, 0)
    assert (after.judged_handling, after.open_late, after.done_in_time) == (1, 1, 0)


async def test_a_straight_life_counts_for_its_lead_unit(
    desk: Desk, caller: Any, life: Any, clock: Any
) -> None:
    await life("accept")
    await life("dispatch", lead_unit="housing", co_units=("street",))
    clock.on(hours=1)
    await life("sign", HOUSING)
    await life("contact", HOUSING)
    clock.on(hours=30)
    await life("answer", HOUSING, public_text="Repaired.", internal_text="A valve.")
    await life("complete")
    await caller.tell(
        life.hotline_ref,
        "survey_result",
        survey={"contacted": True, "solved": "yes", "satisfied": "basically", "via": "WX", "round": 1},
    )
    async with desk.database.read() as tx:
        tally = await queries.by_unit(tx, APRIL, LATER, "last_round")
    assert set(tally.full) == {"housing"}
    assert tally.full["housing"] == Counts(
        tickets=1,
        judged_signing=1,
        signed_in_time=1,
        completed=1,
        judged_handling=1,
        done_in_time=1,
        attempted=1,
        called_back=1,
        answered=1,
        contacted=1,
        basically=1,
        solved=1,
        # from half past nine on Wednesday to half past four on Thursday: 2:30 + 4:00 and 3:00 + 2:30
        minutes=720,
    )
    assert tally.assessed == tally.full


async def test_a_rework_keeps_that_the_first_round_was_late_and_both_rounds_answers(
    desk: Desk, caller: Any, life: Any, clock: Any
) -> None:
    await life("accept")
    await life("dispatch", lead_unit="housing")
    await life("sign", HOUSING)
    clock.on(days=20)
    await life("contact", HOUSING)
    await life("answer", HOUSING, public_text="No.", internal_text="No.")
    await life("complete")
    unhappy = {"solved": "no", "satisfied": "dissatisfied", "rework_wanted": True, "via": "WX", "round": 1}
    await caller.tell(life.hotline_ref, "survey_result", survey=unhappy)
    reopened = await counted(desk, clock())
    assert (reopened.completed, reopened.open_late, reopened.dissatisfied) == (0, 1, 1)
    assert (reopened.attempted, reopened.called_back) == (1, 0)  # never more called than completed
    await life("answer", HOUSING, public_text="Yes.", internal_text="Yes.")
    await life("complete")
    happy = {"contacted": True, "solved": "yes", "satisfied": "satisfied", "via": "WX", "round": 2}
    await caller.tell(life.hotline_ref, "survey_result", survey=happy)
    last, first = await counted(desk), await counted(desk, evaluation="first_round")
    assert (last.completed, last.done_late, last.done_in_time, last.reworked) == (1, 1, 0, 1)
    assert (last.satisfied, last.dissatisfied, last.solved) == (1, 0, 1)
    assert (first.satisfied, first.dissatisfied, first.unsolved) == (0, 1, 1)


async def test_an_excluded_ticket_counts_in_one_calibre_only(desk: Desk, life: Any) -> None:
    await life.answered()
    await life("exclude_request", HOUSING, reason_code="out_of_duty", text="Not ours.")
    async with desk.database.read() as tx:
        asked = await queries.by_unit(tx, APRIL, LATER, "last_round")
    assert asked.full == asked.assessed
    await life("exclude_approve", Actor(Role.LEADER, "sun"))
    async with desk.database.read() as tx:
        tally = await queries.by_unit(tx, APRIL, LATER, "last_round")
        assert await queries.exclusions(tx, APRIL) == {"out_of_duty": 1}
    assert (tally.full["housing"].tickets, tally.assessed) == (1, {})


async def test_a_returned_ticket_belongs_to_the_unit_that_has_it_now(desk: Desk, life: Any) -> None:
    await life("accept")
    await life("dispatch", lead_unit="street")
    await life("return_request", STREET, reason="Not ours", text="The housing unit's pipes.")
    await life("redispatch", lead_unit="housing")
    async with desk.database.read() as tx:
        tally = await queries.by_unit(tx, APRIL, LATER, "last_round")
    assert {unit: (c.tickets, c.returned, c.moved) for unit, c in tally.full.items()} == {
        "housing": (1, 1, 1)
    }


async def test_what_is_answered_at_once_never_becomes_a_ticket(desk: Desk, life: Any) -> None:
    await life("accept")
    await life("direct_answer", public_text="At the counter.")
    assert await counted(desk) == Counts()
    async with desk.database.read() as tx:
        found = await queries.intake(tx, APRIL)
    assert (found.accepted, found.direct, found.forwarded, found.ended) == (1, 1, 0, 0)


async def test_a_day_is_the_citys(desk: Desk, caller: Any, document: dict[str, Any], clock: Any) -> None:
    clock.now = datetime(2023, 4, 30, 16, 30, tzinfo=UTC)  # half past midnight on the first of May
    await caller.file(document | {"submitted_at": "2023-04-30T16:29:00+00:00"})
    async with desk.database.read() as tx:
        assert await queries.by_day(tx, "submitted", APRIL.first, date(2023, 5, 31)) == {date(2023, 5, 1): 1}
        assert (await queries.intake(tx, APRIL)).submitted == 0


async def test_what_came_is_grouped_by_everything_a_leader_asks_for(desk: Desk, life: Any) -> None:
    async with desk.database.read() as tx:
        assert await queries.came_by(tx, APRIL, "channel") == {"WX": 1}
        assert await queries.came_by(tx, APRIL, "area_code") == {"620201": 1}
        assert await queries.came_by_category(tx, APRIL, 2) == {"03": 1}


def said(**more: Any) -> dict[str, Any]:
    row = {"round": 1, "answered": True, "late": False, "via": "WX", "received_at": LATER}
    return row | {"contacted": None, "solved": None, "satisfied": "satisfied"} | more


def test_no_answer_and_what_came_too_late_are_no_evaluation() -> None:
    assert not evaluation([])["answered"]
    assert not evaluation([said(answered=False), said(late=True)])["answered"]


def test_a_telephone_call_goes_before_the_chat_however_late_that_came() -> None:
    called = said(via="TEL", satisfied="dissatisfied", received_at=datetime(2023, 5, 1, tzinfo=UTC))
    assert evaluation([called, said()])["last_satisfied"] == "dissatisfied"
    assert evaluation([said(), called])["last_satisfied"] == "dissatisfied"


def test_of_two_answers_in_a_chat_the_later_one_counts() -> None:
    earlier = said(satisfied="dissatisfied", received_at=datetime(2023, 5, 1, tzinfo=UTC))
    assert evaluation([said(), earlier])["last_satisfied"] == "satisfied"


def test_silence_after_a_rework_does_not_wash_the_first_answer_away() -> None:
    found = evaluation([said(satisfied="dissatisfied"), said(round=2, answered=False)])
    assert (found["answered"], found["last_satisfied"]) == (True, "dissatisfied")


async def test_the_ledger_agrees_with_the_tickets_before_and_after_it_is_folded(
    desk: Desk, caller: Any, document: dict[str, Any], life: Any
) -> None:
    await life.answered()
    for number in range(3):
        await caller.file(document | {"idempotency_key": f"k{number}", "reference": f"WX{number}"})
    expected = {State.CALLBACK: 1, State.SUBMITTED: 3}
    assert await desk.counts(CENTRE) == expected
    async with desk.database.write() as tx:
        await state_counts.fold(tx)
        lines = (await tx.execute(select(func.count()).select_from(ledger))).scalar_one()
    assert lines == 4  # two states of the city, one of each unit: not one line per step
    assert await desk.counts(CENTRE) == expected
    assert await desk.counts(HOUSING) == await desk.counts(STREET) == {State.CALLBACK: 1}
    assert await desk.counts(Actor(Role.UNIT, "sun", "heating")) == {}


async def test_a_unit_that_is_nobody_sees_nothing(desk: Desk, life: Any) -> None:
    assert await desk.counts(Actor(Role.UNIT, "lost")) == {}


async def test_folding_beside_a_step_loses_neither(desk: Desk, life: Any) -> None:
    async with desk.database.write() as tx:
        await tx.execute(insert(ledger).values(unit="", state="closed", number=1))
        await tx.execute(insert(ledger).values(unit="", state="closed", number=-1))
        await state_counts.fold(tx)
    await life("accept")
    assert await desk.counts(CENTRE) == {State.ACCEPTED: 1}


async def test_nine_of_ten_are_completed_within_this_time_and_what_is_excluded_does_not_count(
    desk: Desk, life: Any
) -> None:
    await life.answered()
    async with desk.database.write() as tx:
        one = dict((await tx.execute(select(facts))).mappings().one())
        await tx.execute(delete(facts))
        done = [one | {"ticket_id": number, "minutes": 60 * number} for number in range(1, 11)]
        slow = one | {"ticket_id": 11, "minutes": 6000, "excluded": True}
        still = one | {"ticket_id": 12, "minutes": None}
        await tx.execute(insert(facts), [*done, slow, still])
        assert await queries.slowest_tenth(tx, APRIL) == 540


async def test_tickets_from_before_the_facts_are_caught_up_with(desk: Desk, life: Any) -> None:
    await life.answered()
    async with desk.database.write() as tx:
        await tx.execute(delete(facts))
        assert await derived.catch_up(tx, desk.city) == 1
        assert await derived.catch_up(tx, desk.city) == 0
    assert (await counted(desk)).completed == 1
