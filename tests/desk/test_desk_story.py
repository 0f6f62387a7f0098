"""The straight path and the way round again, as the citizen's side hears of them."""

from datetime import datetime
from typing import Any

import pytest

from desk.app import Desk
from desk.workflow.states import Actor, Role, State

CENTRE = Actor(Role.CENTRE, "wang")
HOUSING = Actor(Role.UNIT, "li", "housing")


class Story:
    """Steps on one ticket, each with the version just seen."""

    def __init__(self, desk: Desk, hotline_ref: str, clock: Any, front_door: Any) -> None:
        self.desk = desk
        self.ref = hotline_ref
        self.clock = clock
        self.front_door = front_door

    async def step(self, action: str, actor: Actor, **fields: Any) -> dict[str, Any]:
        """Take a step; returns the first thing the front door hears of it, or {}."""
        heard = len(self.front_door.heard)
        self.clock.on(hours=1)
        ticket = await self.desk.ticket(self.ref, actor)
        await self.desk.act(self.ref, action, actor, ticket.version, **fields)
        await self.told()
        news: list[dict[str, Any]] = self.front_door.heard[heard:]
        return news[0] if news else {}

    async def told(self) -> None:
        while await self.desk.messenger.send_due():
            pass

    async def state(self) -> State:
        return (await self.desk.ticket(self.ref, CENTRE)).life.state


@pytest.fixture
def story(desk: Desk, hotline_ref: str, clock: Any, front_door: Any) -> Story:
    return Story(desk, hotline_ref, clock, front_door)


async def handled(story: Story, answer: str) -> None:
    """From the unit's contact to the survey."""
    assert (await story.step("contact", HOUSING))["type"] == "contacted"
    assert await story.step("answer", HOUSING, public_text=answer, internal_text="valve changed") == {}
    assert (await story.step("complete", CENTRE))["public_text"] == answer


async def test_a_matter_that_is_not_the_hotlines_is_refused_with_the_right_door(story: Story) -> None:
    why = {"reason_code": "N1", "reason": "The court has decided on it."}
    told = await story.step("not_accept", CENTRE, redirect_channel="12368", **why)
    assert (told["type"], told["reason"], told["redirect_channel"]) == (
        "not_accepted",
        "The court has decided on it.",
        "12368",
    )
    assert await story.state() is State.NOT_ACCEPTED


async def test_a_question_the_centre_can_answer_itself(story: Story) -> None:
    told = await story.step("direct_answer", CENTRE, public_text="Heating ends on 31 March.")
    assert (told["type"], told["public_text"]) == ("direct_answered", "Heating ends on 31 March.")
    assert story.front_door.types == ["direct_answered", "survey_requested"]
    assert await story.state() is State.CALLBACK


async def test_an_answer_the_centre_does_not_release_never_reaches_the_citizen(
    story: Story, caller: Any
) -> None:
    await story.step("accept", CENTRE)
    await story.step("dispatch", CENTRE, lead_unit="housing")
    await story.step("sign", HOUSING)
    await story.step("contact", HOUSING)
    await story.step("answer", HOUSING, public_text="Not our business.", internal_text="none")
    assert await story.step("send_back", CENTRE, reason="It is.") == {}
    document = (await caller.get(f"/tickets/{story.ref}")).json()
    assert (document["status"], document["public_text"]) == ("processing", None)
    assert "Not our business." not in str(story.front_door.heard)


async def test_from_the_first_word_over_an_unhappy_survey_to_a_happy_end(
    story: Story, caller: Any, document: dict[str, Any]
) -> None:
    assert (await story.step("accept", CENTRE))["type"] == "accepted"
    told = await story.step("dispatch", CENTRE, lead_unit="housing", co_units=("street", "heating"))
    assert (told["type"], told["lead_unit"], told["co_units"]) == (
        "dispatched",
        "housing",
        ["street", "heating"],
    )
    first_due = datetime.fromisoformat(told["due_at"])
    assert (await story.step("sign", HOUSING))["unit"] == "housing"
    await handled(story, "The valve is repaired.")
    survey = story.front_door.heard[-1]
    assert (survey["type"], survey["round"]) == ("survey_requested", 1)
    assert (survey["survey"]["title"], survey["survey"]["unit"]) == (document["title"], "housing")
    assert datetime.fromisoformat(survey["survey"]["completed_at"]) == story.clock()

    story.clock.on(days=1)
    unhappy = {
        "contacted": True,
        "solved": "no",
        "satisfied": "dissatisfied",
        "score": 1,
        "reason_codes": ["not_fixed"],
        "comment": "cold again",
        "rework_wanted": True,
        "answered_at": story.clock().isoformat(),
        "via": "WX",
        "round": 1,
    }
    await caller.tell(story.ref, "survey_result", survey=unhappy)
    await story.told()
    rework = story.front_door.heard[-1]
    assert (rework["type"], rework["round"], rework["lead_unit"]) == ("rework", 2, "housing")
    assert datetime.fromisoformat(rework["due_at"]) > first_due
    assert (await caller.get(f"/tickets/{story.ref}")).json()["status"] == "rework"

    await handled(story, "The pipe is new.")
    assert story.front_door.heard[-1]["round"] == 2
    happy = {"solved": "yes", "satisfied": "satisfied", "round": 2}
    await caller.tell(story.ref, "survey_result", survey=happy)
    await story.told()

    ticket = await story.desk.ticket(story.ref, CENTRE)
    assert (ticket.life.state, ticket.life.evaluation) == (State.CLOSED, "happy")
    assert ticket.life.first_unit == "housing"
    assert story.front_door.types == [
        *("accepted", "dispatched", "signed", "contacted", "completed", "survey_requested"),
        *("rework", "contacted", "completed", "survey_requested", "closed"),
    ]
    times = [datetime.fromisoformat(callback["at"]) for callback in story.front_door.heard]
    assert times == sorted(set(times))
    assert all(callback["reference"] == document["reference"] for callback in story.front_door.heard)


async def test_the_status_document_tells_where_it_stands(story: Story, caller: Any) -> None:
    await story.step("accept", CENTRE)
    await story.step("dispatch", CENTRE, lead_unit="housing", co_units=("street",))
    document = (await caller.get(f"/tickets/{story.ref}")).json()
    assert (document["hotline_ref"], document["status"]) == (story.ref, "dispatched")
    assert (document["lead_unit"], document["co_units"], document["round"]) == ("housing", ["street"], 1)
    assert document["due_at"] is not None
