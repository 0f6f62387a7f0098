"""What the front door tells afterwards: once, late, out of place, or about no ticket at all."""

from typing import Any

import pytest
from sqlalchemy import select

from desk.api.handoffs import NoHandoff
from desk.app import Desk
from desk.db.tables import surveys
from desk.workflow.states import Actor, Role, State

CENTRE = Actor(Role.CENTRE, "wang")


async def state(desk: Desk, hotline_ref: str) -> State:
    return (await desk.ticket(hotline_ref, CENTRE)).life.state


async def actions(desk: Desk, hotline_ref: str) -> list[str]:
    return [event.action for event in await desk.events(await desk.ticket(hotline_ref, CENTRE))]


async def answered_directly(desk: Desk, hotline_ref: str) -> None:
    await desk.act(hotline_ref, "direct_answer", CENTRE, 1, public_text="It will be warm by noon.")


async def test_an_event_for_an_unknown_ticket_is_404_and_may_come_again(
    caller: Any, hotline_ref: str
) -> None:
    assert (await caller.tell("230426", "urge", "e1")).status_code == 404
    assert (await caller.tell("%00", "urge", "e1")).status_code == 404
    assert (await caller.tell(hotline_ref, "urge", "e1")).json()["result"] == "done"


@pytest.mark.parametrize("type_", ["handoff", "explode", "submit", "accept", "note"])
async def test_a_citizen_cannot_take_the_centres_steps(caller: Any, hotline_ref: str, type_: str) -> None:
    assert (await caller.tell(hotline_ref, type_, text="please")).status_code == 422


async def test_a_survey_result_without_its_survey_is_refused(caller: Any, hotline_ref: str) -> None:
    assert (await caller.tell(hotline_ref, "survey_result")).status_code == 422


async def test_a_replayed_event_is_acted_on_once(desk: Desk, caller: Any, hotline_ref: str) -> None:
    first = await caller.tell(hotline_ref, "urge", "e1", text="still cold")
    again = await caller.tell(hotline_ref, "urge", "e1", text="still cold")
    assert [first.json()["result"], again.json()["result"]] == ["done", "repeat"]
    assert (await desk.ticket(hotline_ref, CENTRE)).life.urge_count == 1


async def test_the_same_event_id_with_other_words_or_for_another_ticket_is_refused(
    desk: Desk, caller: Any, hotline_ref: str, document: dict[str, Any]
) -> None:
    other = await caller.file(document | {"idempotency_key": "k2", "reference": "WX2"})
    await caller.tell(hotline_ref, "urge", "e1", text="still cold")
    assert (await caller.tell(hotline_ref, "withdraw", "e1")).status_code == 422
    assert (await caller.tell(other, "urge", "e1", text="still cold")).status_code == 422
    assert await actions(desk, other) == ["submit"]


async def test_one_idempotency_key_is_one_event(desk: Desk, caller: Any, hotline_ref: str) -> None:
    event = {"event_id": "e1", "type": "urge", "at": "2023-04-26T09:31:00+08:00"}
    path = f"/tickets/{hotline_ref}/events"
    assert (await caller.post(path, event, "k")).status_code == 200
    assert (await caller.post(path, event | {"event_id": "e2"}, "k")).status_code == 422
    assert await actions(desk, hotline_ref) == ["submit", "urge"]


async def test_a_withdrawal_that_comes_too_late_is_kept_as_a_note(
    desk: Desk, caller: Any, hotline_ref: str
) -> None:
    await answered_directly(desk, hotline_ref)
    answer = await caller.tell(hotline_ref, "withdraw", text="never mind")
    assert (answer.status_code, answer.json()["result"]) == (200, "note")
    assert await state(desk, hotline_ref) is State.CALLBACK
    last = (await desk.events(await desk.ticket(hotline_ref, CENTRE)))[-1]
    assert (last.action, last.detail["refused"], last.detail["text"]) == (
        "withdraw",
        "wrong_state",
        "never mind",
    )


async def test_a_survey_answered_after_the_ticket_was_closed_is_kept_but_moves_nothing(
    desk: Desk, caller: Any, hotline_ref: str
) -> None:
    await answered_directly(desk, hotline_ref)
    await caller.tell(hotline_ref, "survey_result", survey={"outcome": "no_answer"})
    assert await state(desk, hotline_ref) is State.CLOSED
    late = {"solved": "no", "satisfied": "dissatisfied", "rework_wanted": True, "round": 1, "comment": "cold"}
    assert (await caller.tell(hotline_ref, "survey_result", survey=late)).json()["result"] == "note"
    ticket = await desk.ticket(hotline_ref, CENTRE)
    assert (ticket.life.state, ticket.life.round, ticket.life.evaluation) == (State.CLOSED, 1, "no_answer")
    async with desk.database.read() as tx:
        rows = (await tx.execute(select(surveys).order_by(surveys.c.id))).all()
    assert [(row.late, row.answered, row.solved) for row in rows] == [
        (False, False, None),
        (True, True, "no"),
    ]


async def test_a_survey_result_before_anybody_asked_is_a_note(
    desk: Desk, caller: Any, hotline_ref: str
) -> None:
    survey = {"solved": "yes", "satisfied": "satisfied", "round": 1}
    assert (await caller.tell(hotline_ref, "survey_result", survey=survey)).json()["result"] == "note"
    assert await state(desk, hotline_ref) is State.SUBMITTED


async def test_a_citizen_withdraws_and_hears_that_it_is_done(
    desk: Desk, caller: Any, hotline_ref: str, front_door: Any
) -> None:
    await caller.tell(hotline_ref, "withdraw")
    await desk.messenger.send_due()
    assert await state(desk, hotline_ref) is State.WITHDRAWN
    assert front_door.types == ["withdrawn"]


async def test_a_supplement_answers_what_the_centre_asked(
    desk: Desk, caller: Any, hotline_ref: str, front_door: Any, clock: Any
) -> None:
    await desk.act(hotline_ref, "request_info", CENTRE, 1, public_text="Which building is it?")
    await desk.messenger.send_due()
    assert (front_door.heard[0]["type"], front_door.heard[0]["public_text"]) == (
        "need_info",
        "Which building is it?",
    )
    assert (await caller.get(f"/tickets/{hotline_ref}")).json()["status"] == "need_info"
    clock.on(minutes=1)
    await caller.tell(hotline_ref, "supplement", text="Building 12")
    assert await state(desk, hotline_ref) is State.SUBMITTED
    last = (await desk.events(await desk.ticket(hotline_ref, CENTRE)))[-1]
    assert (last.role, last.detail["text"]) == (Role.CITIZEN, "Building 12")


async def test_a_supplement_nobody_asked_for_is_kept_and_the_ticket_stays(
    desk: Desk, caller: Any, hotline_ref: str
) -> None:
    ticket = await desk.act(hotline_ref, "accept", CENTRE, 1)
    await caller.tell(hotline_ref, "supplement", text="The lift is broken, too")
    assert await state(desk, hotline_ref) is State.ACCEPTED
    assert (await desk.ticket(hotline_ref, CENTRE)).version > ticket.version


async def test_an_erased_citizen_is_gone_and_the_matter_and_its_history_stay(
    desk: Desk, caller: Any, hotline_ref: str, document: dict[str, Any]
) -> None:
    await caller.tell(hotline_ref, "erase")
    ticket = await desk.ticket(hotline_ref, CENTRE)
    person = ticket.document.person
    assert (person.name, person.phone, person.kind) == (None, None, "anonymous")
    assert ticket.document.content == document["content"]
    again = await caller.post("/tickets", document, document["idempotency_key"])
    assert again.json()["hotline_ref"] == hotline_ref


async def test_an_alert_rings_until_one_person_takes_it(desk: Desk, caller: Any) -> None:
    event = {
        "event_id": "a1",
        "type": "alert",
        "at": "2023-04-26T09:31:00+08:00",
        "kind": "gas",
        "text": "it smells of gas",
        "channel": "WX",
        "reach": "13900000000",
    }
    assert (await caller.post("/events", event, "a1")).json()["result"] == "done"
    assert (await caller.post("/events", event, "a1")).json()["result"] == "repeat"
    (alert,) = await desk.alerts()
    assert (alert.kind, alert.text, alert.reach) == ("gas", "it smells of gas", "13900000000")
    assert await desk.take_alert(alert.id, CENTRE)
    assert not await desk.take_alert(alert.id, Actor(Role.CENTRE, "zhang"))
    assert await desk.alerts() == ()


async def test_a_ticket_event_without_a_ticket_is_refused(caller: Any) -> None:
    at = "2023-04-26T09:31:00+08:00"
    for event in (
        {"event_id": "x", "type": "urge", "at": at},
        {"event_id": "x", "type": "handoff", "at": at},
        {"event_id": "x", "type": "alert", "at": "0001-01-01T00:00:00+08:00"},
    ):
        assert (await caller.post("/events", event, "x")).status_code == 422


async def test_a_person_at_the_desk_talks_with_a_citizen(desk: Desk, caller: Any, front_door: Any) -> None:
    event = {
        "event_id": "h1",
        "type": "handoff",
        "at": "2023-04-26T09:31:00+08:00",
        "conversation": "c-17",
        "transcript": [{"side": "citizen", "text": "hello"}, {"side": "bot", "text": "What happened?"}],
        "text": "a person, please",
        "phone": None,
    }
    await caller.post("/events", event, "h1")
    assert (await desk.waiting()).handoffs == 1
    await desk.say("c-17", "This is Wang. What can I do?", CENTRE)
    await desk.messenger.send_due()
    (callback,) = front_door.heard
    assert (callback["type"], callback["conversation"]) == ("message", "c-17")
    assert callback["public_text"] == "This is Wang. What can I do?"

    await caller.post("/events", event | {"event_id": "h2", "transcript": None, "text": "it is cold"}, "h2")
    (talk,) = await desk.handoffs()
    assert [message.side for message in await desk.said(talk.id)] == [
        "citizen",
        "bot",
        "citizen",
        "person",
        "citizen",
    ]
    assert (await desk.waiting()).handoffs == 0
    await desk.close_handoff("c-17")
    with pytest.raises(NoHandoff):
        await desk.say("c-17", "Are you still there?", CENTRE)


async def test_a_citizen_who_asks_again_opens_the_conversation_again(desk: Desk, caller: Any) -> None:
    event = {"type": "handoff", "at": "2023-04-26T09:31:00+08:00", "conversation": "c-17", "text": "hello"}
    await caller.post("/events", event | {"event_id": "h1"}, "h1")
    await desk.close_handoff("c-17")
    await caller.post("/events", event | {"event_id": "h2", "phone": "13900000000"}, "h2")
    (talk,) = await desk.handoffs()
    assert (talk.phone, talk.taken_by) == ("13900000000", None)
