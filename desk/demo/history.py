"""The steps a made-up ticket has gone through, in order: who did what when, and with which words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desk.demo.story import DemoAnswer, Round, Story
from desk.demo.texts import texts
from desk.workflow.states import Role, State

_MINUTE = timedelta(minutes=1)
_CITIZEN, _SYSTEM = (Role.CITIZEN, "citizen", None), (Role.SYSTEM, "system", None)
_CENTRE = (Role.CENTRE, "demo", None)

Who = tuple[Role, str, str | None]


@dataclass(frozen=True, slots=True)
class Happened:
    """One step, its state after it, and its words (see `desk.actions.tickets`)."""

    at: datetime
    who: Who
    action: str
    to: State
    round: int
    words: dict[str, Any]


def history(story: Story) -> Iterator[Happened]:
    """All steps, first to last."""
    yield Happened(story.submitted_at, _CITIZEN, "submit", State.SUBMITTED, 1, {})
    if story.accepted_at is None:
        return
    yield Happened(story.accepted_at, _CENTRE, "accept", State.ACCEPTED, 1, {"tells": ["accepted"]})
    if story.direct:
        yield from _direct(story.accepted_at + _MINUTE)
    elif story.dispatched_at is not None:
        yield from _handled(story, story.dispatched_at)


def _direct(at: datetime) -> Iterator[Happened]:
    said = {"public_text": texts()["replies"]["direct"], "tells": ["direct_answered"]}
    yield Happened(at, _CENTRE, "direct_answer", State.DIRECT_ANSWERED, 1, said)
    yield from _survey(at, 1)
    yield Happened(at + 2 * _MINUTE, _CITIZEN, "survey_result", State.CLOSED, 1, _quiet(1))


def _handled(story: Story, dispatched_at: datetime) -> Iterator[Happened]:
    unit: Who = (Role.UNIT, "demo", story.unit)
    arranged = {"lead_unit": story.unit, "co_units": list(story.co_units), "tells": ["dispatched"]}
    words = {name: value for name, value in arranged.items() if value}
    yield Happened(dispatched_at, _CENTRE, "dispatch", State.DISPATCHED, 1, words)
    for number in range(story.urged):
        asked = {"text": texts()["replies"]["urge"]}
        yield Happened(dispatched_at + (number + 1) * _MINUTE, _CITIZEN, "urge", State.DISPATCHED, 1, asked)
    if story.signed_at is not None:
        yield Happened(story.signed_at, unit, "sign", State.SIGNED, 1, {"tells": ["signed"]})
    if story.contacted_at is not None:
        yield Happened(story.contacted_at, unit, "contact", State.PROCESSING, 1, {"tells": ["contacted"]})
        made = {"text": texts()["replies"]["progress"]}
        yield Happened(story.contacted_at + _MINUTE, unit, "progress", State.PROCESSING, 1, made)
    for number, one in enumerate(story.rounds, start=1):
        yield from _round(story, one, number, unit)


def _round(story: Story, one: Round, number: int, unit: Who) -> Iterator[Happened]:
    replies = texts()["replies"]
    answer = {"public_text": replies["public"], "internal_text": replies["internal"]}
    if one.completed_at is None:
        if story.answering and story.contacted_at is not None:
            yield Happened(
                story.contacted_at + 2 * _MINUTE, unit, "answer", State.REPLY_REVIEW, number, answer
            )
        return
    done = one.completed_at
    yield Happened(done - _MINUTE, unit, "answer", State.REPLY_REVIEW, number, answer)
    passed = {"public_text": replies["public"], "tells": ["completed"]}
    yield Happened(done, _CENTRE, "complete", State.COMPLETED, number, passed)
    yield from _survey(done, number)
    if one.said is not None:
        again = number < len(story.rounds)
        yield _said(done + 3 * _MINUTE, one.said, number, again=again)
    elif one.quiet_at is not None:
        yield Happened(one.quiet_at, _CITIZEN, "survey_result", State.CLOSED, number, _quiet(number))


def _quiet(number: int) -> dict[str, Any]:
    return {"result": {"answered": False, "round": number}, "tells": ["closed"]}


def _survey(at: datetime, number: int) -> Iterator[Happened]:
    told = {"tells": ["survey_requested"]}
    yield Happened(at + timedelta(seconds=1), _SYSTEM, "survey_start", State.CALLBACK, number, told)


def _said(at: datetime, said: DemoAnswer, number: int, *, again: bool) -> Happened:
    result = {
        "answered": True,
        "round": number,
        "contacted": said.contacted,
        "solved": said.solved,
        "satisfied": said.satisfied,
        "via": said.via,
        "rework_wanted": again,
    }
    state, callbacks = (State.REWORK, ["rework"]) if again else (State.CLOSED, ["closed"])
    words = {"result": result, "tells": callbacks}
    return Happened(at, _CITIZEN, "survey_result", state, number + again, words)
