"""The ways a ticket can go wrong: returns, requests for time, merging, supervision, exclusion."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desk.app import Desk
from desk.tickets import merging, notices
from desk.tickets.store import DeskTicket
from desk.workflow.lifecycle import take
from desk.workflow.states import (
    CITIZEN,
    SYSTEM,
    WITH_UNIT,
    Actor,
    Lifecycle,
    Refused,
    Result,
    Role,
    State,
    Step,
)

AT = datetime(2023, 4, 26, 1, 30, tzinfo=UTC)
CENTRE = Actor(Role.CENTRE, "wang")
SECOND = Actor(Role.CENTRE, "zhang")
LEADER = Actor(Role.LEADER, "sun")
HOUSING = Actor(Role.UNIT, "li", "housing")
STREET = Actor(Role.UNIT, "zhao", "street")
HEATING = Actor(Role.UNIT, "qian", "heating")

LED = Lifecycle(
    lead_unit="housing",
    first_unit="housing",
    co_units=("street",),
    appeal_type="TS",
    due_at=AT + timedelta(days=5),
    return_due=AT + timedelta(days=2),
    dispatch_count=1,
)
UNHAPPY = Result(answered=True, solved="no", satisfied="dissatisfied", rework_wanted=True)


def refused(life: Lifecycle, step: Step) -> str:
    with pytest.raises(Refused) as refusal:
        take(life, step)
    return refusal.value.code


class Case:
    """One ticket and the people around it, each with the version just seen."""

    def __init__(self, desk: Desk, hotline_ref: str, clock: Any, front_door: Any) -> None:
        self.desk, self.ref, self.clock, self.front_door = desk, hotline_ref, clock, front_door

    async def step(self, action: str, actor: Actor = CENTRE, **fields: Any) -> DeskTicket:
        ticket = await self.desk.ticket(self.ref, CENTRE)
        return await self.desk.act(self.ref, action, actor, ticket.version, **fields)

    async def refused(self, action: str, actor: Actor = CENTRE, **fields: Any) -> str:
        with pytest.raises(Refused) as refusal:
            await self.step(action, actor, **fields)
        return refusal.value.code

    async def life(self) -> Lifecycle:
        return (await self.desk.ticket(self.ref, CENTRE)).life

    async def dispatched(self, **fields: Any) -> Lifecycle:
        await self.step("accept")
        return (await self.step("dispatch", lead_unit="housing", **fields)).life

    async def at_work(self, **fields: Any) -> Lifecycle:
        await self.dispatched(**fields)
        await self.step("sign", HOUSING)
        return (await self.step("contact", HOUSING)).life

    async def told(self) -> list[dict[str, Any]]:
        while await self.desk.messenger.send_due():
            pass
        heard: list[dict[str, Any]] = self.front_door.heard
        return heard

    async def rung(self, actor: Actor) -> list[str]:
        async with self.desk.database.read() as tx:
            return [notice.kind for notice in await notices.latest(tx, actor)]


@pytest.fixture
def case(desk: Desk, hotline_ref: str, clock: Any, front_door: Any) -> Case:
    return Case(desk, hotline_ref, clock, front_door)


# --- returns ---


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"designated": True}, "designated"),
        ({"return_denied": True}, "return_denied"),
        ({"return_due": AT}, "return_too_late"),
        ({"return_due": None}, "return_too_late"),
    ],
)
def test_a_return_is_asked_for_in_time_once_and_not_by_a_designated_unit(
    changed: dict[str, Any], code: str
) -> None:
    life = replace(LED, state=State.SIGNED, **changed)
    step = Step("return_request", HOUSING, AT, reason="Not ours", text="Article 3")
    assert refused(life, step) == code


def test_a_return_needs_its_reason_and_its_basis_and_comes_from_the_lead() -> None:
    life = replace(LED, state=State.DISPATCHED)
    assert refused(life, Step("return_request", HOUSING, AT, reason="Not ours")) == "needs_text"
    assert refused(life, Step("return_request", STREET, AT, reason="x", text="y")) == "not_your_ticket"


async def test_a_granted_return_goes_to_another_unit_and_no_quarrel_is_heard(
    case: Case,
) -> None:
    first = await case.dispatched(co_units=("street",))
    case.clock.on(hours=5)
    await case.step("return_request", HOUSING, reason="The heating company's", text="Article 3")
    assert await case.rung(CENTRE) == ["return_request"]
    assert await case.refused("redispatch", lead_unit="housing") == "same_lead"
    case.clock.on(hours=5)
    again = (await case.step("redispatch", lead_unit="heating", co_units=("housing",))).life
    assert (again.state, again.first_unit, again.lead_unit) == (State.DISPATCHED, "housing", "heating")
    assert (again.dispatch_count, again.return_count, again.designated) == (2, 1, False)
    assert first.due_at is not None
    assert again.due_at is not None
    assert again.due_at >= first.due_at
    assert again.original_due_at == first.due_at
    told = await case.told()
    assert [callback["type"] for callback in told] == ["accepted", "dispatched", "reassigned"]
    assert (told[-1]["lead_unit"], told[-1]["co_units"]) == ("heating", ["housing"])
    assert "company" not in str(told)
    assert await case.rung(HEATING) == ["redispatch"]


async def test_the_third_dispatch_designates(case: Case) -> None:
    await case.dispatched()
    for unit, actor in (("heating", HOUSING), ("street", HEATING)):
        await case.step("return_request", actor, reason="Not ours", text="Article 3")
        life = (await case.step("redispatch", lead_unit=unit)).life
    assert (life.dispatch_count, life.designated) == (3, True)
    assert await case.refused("return_request", STREET, reason="Nor ours", text="None") == "designated"


async def test_a_refused_return_gives_the_time_back_and_may_not_be_asked_again(case: Case) -> None:
    before = await case.dispatched()
    case.clock.on(hours=1)
    await case.step("return_request", HOUSING, reason="Not ours", text="Article 3")
    assert (await case.desk.ticket(case.ref, CENTRE)).watch is None
    case.clock.on(days=1)  # one working day under review
    life = (await case.step("return_reject", text="It is")).life
    assert (life.state, life.paused_at) == (State.SIGNED, None)
    assert before.due_at is not None
    assert life.due_at is not None
    assert life.due_at > before.due_at + timedelta(hours=12)
    assert await case.refused("return_request", HOUSING, reason="No", text="No") == "return_denied"
    assert [callback["type"] for callback in await case.told()][-1] == "signed"


async def test_the_centre_reassigns_what_it_sent_wrongly(case: Case) -> None:
    await case.at_work()
    life = (await case.step("reassign", lead_unit="heating", text="Our mistake")).life
    assert (life.state, life.first_unit, life.return_count) == (State.DISPATCHED, "housing", 0)
    assert "Our mistake" not in str(await case.told())


# --- asking for time ---


async def test_an_extension_is_granted_once_within_bounds_and_told_with_its_reason(case: Case) -> None:
    life = await case.at_work()
    assert life.due_at is not None
    ask = {"reason": "A part must be ordered"}
    assert await case.refused("extend_request", HOUSING, due_at=life.due_at, **ask) == "not_later"
    far = life.due_at + timedelta(days=20)
    assert await case.refused("extend_request", HOUSING, due_at=far, **ask) == "too_far"
    until = life.due_at + timedelta(days=7)
    await case.step("extend_request", HOUSING, due_at=until, **ask)
    assert (await case.life()).due_at == life.due_at
    assert await case.refused("extend_request", HOUSING, due_at=until, **ask) == "already_asked"
    after = (await case.step("extend_approve", reason="A part must be ordered")).life
    assert (after.due_at, after.original_due_at, after.pending) == (until, life.due_at, None)
    last = (await case.told())[-1]
    assert (last["type"], last["reason"]) == ("extended", "A part must be ordered")
    assert datetime.fromisoformat(last["due_at"]) == until
    assert await case.refused("extend_request", HOUSING, due_at=until, **ask) == "extended_once"


async def test_a_refused_extension_moves_nothing_and_is_not_told(case: Case) -> None:
    life = await case.at_work()
    assert life.due_at is not None
    await case.step("extend_request", HOUSING, due_at=life.due_at + timedelta(days=1), reason="Busy")
    heard = len(await case.told())
    after = (await case.step("extend_deny", text="No reason")).life
    assert (after.due_at, after.pending, after.extended) == (life.due_at, None, False)
    assert len(await case.told()) == heard
    assert "extend_deny" in await case.rung(HOUSING)


async def test_an_extension_comes_before_the_deadline_and_never_for_a_critical_ticket(
    case: Case, caller: Any, document: dict[str, Any]
) -> None:
    life = await case.at_work()
    assert life.due_at is not None
    case.clock.now = life.due_at
    late = {"due_at": life.due_at + timedelta(days=1), "reason": "Busy"}
    assert await case.refused("extend_request", HOUSING, **late) == "overdue"
    case.ref = await caller.file(
        document | {"idempotency_key": "k2", "reference": "WX2", "urgency": {"level": "critical"}}
    )
    await case.at_work()
    soon = {"due_at": case.clock() + timedelta(hours=30), "reason": "Busy"}
    assert await case.refused("extend_request", HOUSING, **soon) == "not_extendable"
    ticket = await case.desk.ticket(case.ref, CENTRE)
    assert "extend_request" not in [row.action for row in case.desk.possible(ticket, HOUSING)]


async def test_a_commitment_is_told_with_its_plan_and_date(case: Case) -> None:
    await case.at_work()
    until = case.clock() + timedelta(days=200)
    plan = {"public_text": "The pipes are renewed in summer.", "reason": "Winter"}
    too_far = case.clock() + timedelta(days=271)
    assert await case.refused("commit_request", HOUSING, due_at=too_far, **plan) == "too_far"
    await case.step("commit_request", HOUSING, due_at=until, **plan)
    life = (await case.step("commit_approve", public_text=plan["public_text"])).life
    assert (life.due_at, life.committed) == (until, True)
    last = (await case.told())[-1]
    assert (last["type"], last["public_text"]) == ("committed", plan["public_text"])


# --- several units, several tickets ---


async def test_helpers_are_called_hand_in_their_part_and_the_lead_answers(case: Case) -> None:
    await case.at_work()
    assert await case.refused("contribute", HOUSING, text="x") == "not_a_helper"
    assert await case.refused("assist", HOUSING, co_units=("housing",), text="x") == "no_new_helper"
    assert await case.refused("assist", HOUSING, co_units=(), text="x") == "needs_co_units"
    life = (await case.step("assist", HOUSING, co_units=("heating",), text="Check the pipe")).life
    assert life.co_units == ("heating",)
    assert await case.rung(HEATING) == ["assist"]
    await case.step("contribute", HEATING, text="The pipe is tight")
    assert "contribute" in await case.rung(HOUSING)
    answer = {"public_text": "Done", "internal_text": "Done"}
    assert await case.refused("answer", HEATING, **answer) == "not_your_ticket"


async def test_a_repeat_is_merged_counted_and_hears_its_masters_answer(
    case: Case, caller: Any, document: dict[str, Any]
) -> None:
    child = await caller.file(document | {"idempotency_key": "k2", "reference": "WX2"})
    master, case.ref = case.ref, child
    for wrong, code in ((child, "no_master"), ("none", "no_master")):
        assert await case.refused("merge", master_ref=wrong) == code
    await case.step("merge", master_ref=master)
    told = (await case.told())[-1]
    assert (told["type"], told["reference"], told["master_ref"]) == ("merged", "WX2", master)

    case.ref = master
    assert (await case.life()).repeat_count == 1
    await case.at_work()
    await case.step("answer", HOUSING, public_text="It is warm.", internal_text="valve")
    await case.step("complete")
    async with case.desk.database.read() as tx:
        assert await merging.merged_into(tx, master) == (child,)
    answers = [c for c in await case.told() if c["type"] == "completed"]
    assert {(c["reference"], c["public_text"], c["unit"]) for c in answers} == {
        ("WX2", "It is warm.", "housing"),
        (document["reference"], "It is warm.", "housing"),
    }
    assert (await case.desk.ticket(child, CENTRE)).life.state is State.MERGED


async def test_nothing_is_merged_into_what_is_answered(
    case: Case, caller: Any, document: dict[str, Any]
) -> None:
    child = await caller.file(document | {"idempotency_key": "k2", "reference": "WX2"})
    await case.step("direct_answer", public_text="Soon")
    master, case.ref = case.ref, child
    assert await case.refused("merge", master_ref=master) == "master_is_over"


# --- the other ends ---


async def test_an_emergency_is_sent_to_those_who_come_at_once(case: Case) -> None:
    life = (await case.step("emergency", reason="Gas leaks", redirect_channel="119")).life
    assert life.state is State.EMERGENCY_REDIRECTED
    last = (await case.told())[-1]
    assert (last["type"], last["reason"], last["redirect_channel"]) == ("not_accepted", "Gas leaks", "119")


async def test_three_calls_nobody_answers_close_without_an_evaluation(case: Case) -> None:
    caller = Actor(Role.CALLBACK, "zhou")
    await case.step("direct_answer", public_text="Soon")
    for _ in range(2):
        assert (await case.step("call", caller)).life.state is State.CALLBACK
        assert await case.refused("call", caller) == "same_half_day"
        case.clock.now += timedelta(hours=24)
    life = (await case.step("call", caller)).life
    assert (life.state, life.evaluation, life.call_count) == (State.CLOSED, "no_answer", 3)


async def test_whom_no_chat_reaches_is_to_be_phoned(case: Case) -> None:
    await case.step("direct_answer", public_text="Soon")
    unreachable = Result(answered=False, round=1, reason_codes=("unreachable",))
    life = (await case.step("survey_result", CITIZEN, result=unreachable)).life
    assert (life.state, life.phone_since is not None, life.evaluation) == (State.CALLBACK, True, None)
    assert "survey_result" in await case.rung(CENTRE)
    by_phone = Result(answered=True, solved="yes", satisfied="satisfied", via="TEL")
    life = (await case.step("survey_result", Actor(Role.CALLBACK, "zhou"), result=by_phone)).life
    assert (life.state, life.phone_since, life.rated_via) == (State.CLOSED, None, "TEL")


async def test_a_front_door_without_a_chat_for_them_makes_it_a_telephone_task(case: Case) -> None:
    await case.step("direct_answer", public_text="Soon")
    case.front_door.answer, case.front_door.problem = 404, "https://jiesu.example/problems/no-channel"
    await case.told()
    assert (await case.life()).phone_since is not None
    assert "no_channel" in await case.rung(CENTRE)


async def test_the_telephone_goes_before_the_chat(case: Case) -> None:
    await case.step("direct_answer", public_text="Soon")
    chat = Result(answered=True, round=1, solved="yes", satisfied="satisfied", via="WX")
    assert (await case.step("survey_result", result=chat)).life.evaluation == "happy"
    by_phone = Result(answered=True, solved="no", satisfied="dissatisfied", via="TEL")
    life = (await case.step("survey_result", Actor(Role.CALLBACK, "zhou"), result=by_phone)).life
    assert (life.state, life.evaluation) == (State.CLOSED, "unhappy")
    assert await case.refused("survey_result", CITIZEN, result=chat) == "rated_by_phone"


async def test_a_changed_answer_counts_until_the_window_is_over(case: Case) -> None:
    await case.at_work()
    await case.step("answer", HOUSING, public_text="Done", internal_text="-")
    await case.step("complete")
    happy = Result(answered=True, round=1, solved="yes", satisfied="satisfied", via="WX")
    await case.step("survey_result", CITIZEN, result=happy)
    sad = replace(happy, solved="no", satisfied="dissatisfied", rework_wanted=True)
    case.clock.now += timedelta(days=3)
    life = (await case.step("survey_result", CITIZEN, result=sad)).life
    assert (life.state, life.round) == (State.REWORK, 2)
    assert [one["type"] for one in await case.told()][-1] == "rework"


async def test_a_second_unhappy_round_is_supervised_even_without_a_third(case: Case) -> None:
    await case.at_work()
    sad = Result(answered=True, solved="no", satisfied="dissatisfied", rework_wanted=True, via="WX")
    await case.step("answer", HOUSING, public_text="Done", internal_text="-")
    await case.step("complete")
    await case.step("survey_result", CITIZEN, result=replace(sad, round=1))
    await case.step("answer", HOUSING, public_text="Done again", internal_text="-")
    await case.step("complete")
    last = replace(sad, round=2, rework_wanted=False)
    life = (await case.step("survey_result", CITIZEN, result=last)).life
    assert (life.state, life.supervise_level) == (State.CLOSED, 2)


async def test_an_unhappy_rating_is_a_note_to_the_unit(case: Case) -> None:
    await case.at_work()
    await case.step("answer", HOUSING, public_text="Done", internal_text="-")
    await case.step("complete")
    sad = Result(answered=True, round=1, solved="no", satisfied="dissatisfied", via="WX")
    assert (await case.step("survey_result", CITIZEN, result=sad)).life.state is State.CLOSED
    assert "survey_result" in await case.rung(HOUSING)


async def test_who_calls_takes_down_the_answer(case: Case) -> None:
    result = Result(answered=True, solved="yes", satisfied="satisfied", via="TEL")
    await case.step("direct_answer", public_text="Soon")
    life = (await case.step("survey_result", Actor(Role.CALLBACK, "zhou"), result=result)).life
    assert (life.state, life.evaluation) == (State.CLOSED, "happy")


async def test_an_unhappy_end_that_is_lawful_is_closed_with_a_reason(case: Case) -> None:
    await case.at_work()
    assert await case.refused("uphold", reason="x", text="y") == "wrong_state"
    await case.step("answer", HOUSING, public_text="By law no", internal_text="§ 5")
    await case.step("complete")
    await case.step("survey_result", result=UNHAPPY)
    life = (await case.step("uphold", reason="The law has it so.", text="Checked")).life
    assert (life.state, life.lawful, life.evaluation) == (State.CLOSED, True, "unhappy")
    last = (await case.told())[-1]
    assert (last["type"], last["reason"]) == ("closed", "The law has it so.")
    assert "Checked" not in str(last)


async def test_a_closed_ticket_is_opened_again_with_new_facts(case: Case) -> None:
    await case.at_work()
    await case.step("answer", HOUSING, public_text="Done", internal_text="x")
    await case.step("complete")
    await case.step("survey_result", result=replace(UNHAPPY, rework_wanted=False))
    closed = await case.life()
    assert closed.closed_at is not None
    life = (await case.step("reopen", reason="It leaks again")).life
    assert (life.state, life.round, life.reopen_count, life.closed_at) == (State.REWORK, 2, 1, None)
    assert life.first_completed_at == closed.completed_at
    last = (await case.told())[-1]
    assert (last["type"], last["reason"], last["round"]) == ("rework", "It leaks again", 2)


async def test_a_direct_answer_that_did_not_do_is_given_to_a_unit(case: Case) -> None:
    await case.step("direct_answer", public_text="Soon")
    await case.step("survey_result", result=UNHAPPY)
    assert await case.refused("contact") == "no_lead"
    life = (await case.step("dispatch", lead_unit="heating")).life
    assert (life.state, life.first_unit, life.round) == (State.DISPATCHED, "heating", 2)
    assert (await case.told())[-1]["type"] == "reassigned"


# --- rework, supervision ---


@pytest.mark.parametrize(
    ("round_", "level", "problem", "callbacks"),
    [
        (1, 0, False, ("rework",)),
        (2, 2, False, ("rework", "supervised")),
        (3, 3, True, ("rework", "supervised")),
        (7, 3, True, ("rework", "supervised")),
    ],
)
def test_each_unhappy_round_is_watched_more_closely(
    round_: int, level: int, problem: bool, callbacks: tuple[str, ...]
) -> None:
    life = replace(LED, state=State.CALLBACK, round=round_)
    taken = take(life, Step("survey_result", CITIZEN, AT, result=UNHAPPY))
    assert (taken.life.supervise_level, taken.life.problem, taken.row.callbacks) == (
        level,
        problem,
        callbacks,
    )
    high = take(replace(life, supervise_level=4), Step("survey_result", CITIZEN, AT, result=UNHAPPY))
    assert high.life.supervise_level == 4


def test_supervision_only_rises_and_its_top_is_the_leaders() -> None:
    life = replace(LED, state=State.PROCESSING, supervise_level=2)
    for level in (0, 1, 2, 5):
        step = Step("supervise", LEADER, AT, level=level, text="Hurry")
        assert refused(life, step) == "level_not_higher"
    assert refused(life, Step("supervise", CENTRE, AT, level=4, text="Hurry")) == "leaders_level"
    assert take(life, Step("supervise", LEADER, AT, level=4, text="Hurry")).life.supervise_level == 4
    assert refused(life, Step("supervise", HOUSING, AT, level=3, text="x")) == "wrong_role"


@pytest.mark.parametrize(("level", "told"), [(1, False), (2, True)])
async def test_the_citizen_hears_of_a_supervision_but_not_of_a_reminder(
    case: Case, level: int, told: bool
) -> None:
    await case.at_work()
    await case.step("supervise", level=level, text="Within three days")
    heard = await case.told()
    assert ("supervised" in [callback["type"] for callback in heard]) is told
    assert "Within three days" not in str(heard)
    assert "supervise" in await case.rung(HOUSING)


# --- exclusion ---


async def test_an_exclusion_takes_two_people(case: Case) -> None:
    await case.at_work()
    assert await case.refused("exclude_request", text="x") == "needs_reason_code"
    await case.step("exclude_request", reason_code="procedure", text="In court")
    assert await case.refused("exclude_approve") == "second_person"
    life = (await case.step("exclude_approve", SECOND)).life
    assert (life.exclusion, life.exclusion_code, life.state) == ("approved", "procedure", State.PROCESSING)
    assert await case.refused("exclude_request", reason_code="lawful", text="x") == "already_asked"


async def test_a_refused_exclusion_may_be_asked_for_again(case: Case) -> None:
    await case.at_work()
    await case.step("exclude_request", HOUSING, reason_code="malicious", text="Again and again")
    life = (await case.step("exclude_deny", LEADER, text="Three times is not malice")).life
    assert (life.exclusion, life.exclusion_code) == (None, None)
    await case.step("exclude_request", HOUSING, reason_code="malicious", text="A fourth time")


def test_only_the_system_chases_and_only_what_a_unit_has() -> None:
    assert refused(replace(LED, state=State.PROCESSING), Step("chase", CENTRE, AT)) == "wrong_role"
    for state in WITH_UNIT:
        assert take(replace(LED, state=state), Step("chase", SYSTEM, AT)).life.supervise_level == 1
