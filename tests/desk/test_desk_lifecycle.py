"""The table of what may happen to a ticket: what it refuses, and to whom."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.tickets.callback_messages import FIELDS
from desk.workflow.lifecycle import ROWS, possible, take
from desk.workflow.states import CITIZEN, FINAL, Actor, Lifecycle, Refused, Result, Role, State, Step

AT = datetime(2023, 4, 26, 1, 30, tzinfo=UTC)
CENTRE = Actor(Role.CENTRE, "wang")
HOUSING = Actor(Role.UNIT, "li", "housing")
STREET = Actor(Role.UNIT, "zhao", "street")
AUDITOR = Actor(Role.AUDITOR, "qian")

LED = Lifecycle(lead_unit="housing", first_unit="housing", co_units=("street",), appeal_type="TS")
UNHAPPY = Result(answered=True, round=1, solved="no", satisfied="dissatisfied", rework_wanted=True)


def refused(life: Lifecycle, step: Step) -> str:
    with pytest.raises(Refused) as refusal:
        take(life, step)
    return refusal.value.code


@pytest.mark.parametrize(
    ("state", "action"),
    [
        (State.SUBMITTED, "dispatch"),
        (State.SUBMITTED, "answer"),
        (State.ACCEPTED, "accept"),
        (State.ACCEPTED, "not_accept"),
        (State.DISPATCHED, "contact"),
        (State.SIGNED, "answer"),
        (State.PROCESSING, "complete"),
        (State.CLOSED, "urge"),
        (State.WITHDRAWN, "accept"),
        (State.REPLY_REVIEW, "withdraw"),
    ],
)
def test_a_step_out_of_turn_is_refused(state: State, action: str) -> None:
    assert refused(replace(LED, state=state), Step(action, CENTRE, AT)) == "wrong_state"


def test_an_action_nobody_knows_is_refused() -> None:
    assert refused(LED, Step("vanish", CENTRE, AT)) == "unknown_action"


def test_a_refusal_to_accept_needs_its_reason_and_where_to_go_instead() -> None:
    assert (
        refused(Lifecycle(), Step("not_accept", CENTRE, AT, reason="a court's matter"))
        == "needs_redirect_channel"
    )
    bare = Step("not_accept", CENTRE, AT, reason="  ", redirect_channel="the court")
    assert refused(Lifecycle(), bare) == "needs_reason"
    said = replace(bare, reason="a court's matter")
    assert refused(Lifecycle(), said) == "needs_reason"  # a sentence, but of no kind
    assert take(Lifecycle(), replace(said, reason_code="N1")).life.reject_code == "N1"
    urgent = Step("emergency", CENTRE, AT, reason="Gas leaks", redirect_channel="119")
    assert take(Lifecycle(), urgent).life.reject_code == "E1"


def test_an_answer_needs_both_its_texts() -> None:
    processing = replace(LED, state=State.PROCESSING)
    assert refused(processing, Step("answer", HOUSING, AT, public_text="Done")) == "needs_internal_text"


def test_only_the_lead_unit_signs_and_answers() -> None:
    assert refused(replace(LED, state=State.DISPATCHED), Step("sign", STREET, AT)) == "not_your_ticket"


def test_a_unit_does_not_complete_and_an_auditor_does_nothing() -> None:
    assert refused(replace(LED, state=State.REPLY_REVIEW), Step("complete", HOUSING, AT)) == "wrong_role"
    assert [row.action for state in State for row in possible(replace(LED, state=state), AUDITOR, AT)] == []


def test_a_lead_unit_is_not_its_own_helper() -> None:
    accepted = Lifecycle(state=State.ACCEPTED)
    step = Step("dispatch", CENTRE, AT, lead_unit="housing", co_units=("housing",))
    assert refused(accepted, step) == "lead_is_co_unit"


def test_a_deadline_lies_ahead() -> None:
    step = Step("dispatch", CENTRE, AT, lead_unit="housing", due_at=AT - timedelta(seconds=1))
    assert refused(Lifecycle(state=State.ACCEPTED), step) == "due_in_the_past"


def test_a_survey_of_another_round_is_refused() -> None:
    life = replace(LED, state=State.CALLBACK, round=2)
    assert refused(life, Step("survey_result", CITIZEN, AT, result=UNHAPPY)) == "other_round"


def test_praise_is_not_reworked_however_unhappy_its_writer() -> None:
    life = replace(LED, state=State.CALLBACK, appeal_type="BY")
    assert take(life, Step("survey_result", CITIZEN, AT, result=UNHAPPY)).life.state is State.CLOSED


@pytest.mark.parametrize("solved", ["no", "partly"])
def test_who_is_unhappy_and_wants_it_done_again_gets_another_round(solved: str) -> None:
    life = replace(LED, state=State.CALLBACK, reply_public="an answer", completed_at=AT)
    result = replace(UNHAPPY, solved=solved, satisfied="basically")
    after = take(life, Step("survey_result", CITIZEN, AT, result=result, due_at=AT)).life
    assert (after.state, after.round, after.evaluation) == (State.REWORK, 2, "unhappy")
    assert (after.reply_public, after.completed_at) == (None, None)


def test_who_is_unhappy_but_wants_no_more_of_it_is_left_in_peace() -> None:
    life = replace(LED, state=State.CALLBACK)
    step = Step("survey_result", CITIZEN, AT, result=replace(UNHAPPY, rework_wanted=False))
    after = take(life, step).life
    assert (after.state, after.evaluation) == (State.CLOSED, "unhappy")


def test_no_answer_closes_without_an_evaluation() -> None:
    life = replace(LED, state=State.CALLBACK)
    after = take(life, Step("survey_result", CITIZEN, AT, result=Result(answered=False))).life
    assert (after.state, after.evaluation) == (State.CLOSED, "no_answer")


def test_the_first_unit_is_never_overwritten() -> None:
    life = replace(LED, state=State.ACCEPTED)
    after = take(life, Step("dispatch", CENTRE, AT, lead_unit="heating")).life
    assert (after.first_unit, after.lead_unit, after.co_units) == ("housing", "heating", ())


def test_the_citizen_sees_the_answer_only_once_it_is_released() -> None:
    step = Step("answer", HOUSING, AT, public_text="Repaired", internal_text="valve changed")
    answered = take(replace(LED, state=State.PROCESSING), step).life
    assert answered.public_text is None
    assert take(answered, Step("complete", CENTRE, AT)).life.public_text == "Repaired"
    mended = Step("complete", CENTRE, AT, public_text="The heating is repaired.")
    assert take(answered, mended).life.public_text == "The heating is repaired."


def test_each_person_is_offered_what_they_may_do() -> None:
    life = replace(LED, state=State.DISPATCHED)
    assert [row.action for row in possible(life, HOUSING, AT)] == [
        *("sign", "assist", "exclude_request", "note"),
    ]
    assert [row.action for row in possible(life, STREET, AT)] == ["contribute", "note"]
    assert [row.action for row in possible(Lifecycle(), CENTRE, AT)][1:4] == [
        "supplement",
        "accept",
        "not_accept",
    ]


def test_every_row_can_be_carried_out() -> None:
    """Each one's fields exist, its news has words, and what follows from it is possible there."""
    for row in ROWS:
        assert {*row.needs, *row.takes} <= set(Step.__dataclass_fields__)
        assert set(row.callbacks) <= set(FIELDS)
        follow = [other for other in ROWS if other.action == row.then]
        assert bool(follow) == bool(row.then)
        assert all(row.target in other.sources for other in follow)


def test_what_is_over_stays_over_except_where_the_centre_opens_it_again() -> None:
    over = {row.action for row in ROWS if row.sources & FINAL - {State.MERGED}}
    assert over - {"note", "erase", "unseal"} == {
        *("reopen", "exclude_request", "exclude_approve", "exclude_deny", "survey_result"),
    }
    moved = {row.action for row in ROWS if row.sources & FINAL - {State.MERGED} and row.target is not None}
    assert moved == {"reopen", "survey_result"}  # a rating changes until its window closes


def test_a_merged_ticket_follows_its_master_and_its_citizen_may_still_speak() -> None:
    ways = {row.action for row in ROWS if State.MERGED in row.sources}
    assert ways - {"note", "erase", "unseal"} == {
        *("master_done", "master_refused", "master_reworked", "master_closed", "set_free"),
        *("supplement", "urge", "withdraw"),
    }
