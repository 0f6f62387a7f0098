"""What the front door tells after a ticket is filed, and what concerns no ticket.

Everything is kept. What the ticket cannot follow any more (a withdrawal of a completed
ticket, a survey answered too late) becomes a note in its history.
"""

from datetime import datetime
from enum import StrEnum

from desk.actions import seen_calls, tickets
from desk.api import alerts, erasure, handoffs
from desk.search import search
from desk.tickets import merging
from desk.workflow.context import DeskContext
from desk.workflow.states import CITIZEN, Refused, Result, Step
from hotline.contract import EVENT_TYPES, GENERAL_EVENT_TYPES, HotlineEvent, SurveyResult
from storage.db.sealed import Tx


class EventOutcome(StrEnum):
    DONE = "done"
    REPEAT = "repeat"
    NOTE = "note"


class BadEvent(Exception):
    """The event lacks what its type needs, or its type is none of ours; the sentence names no content."""


async def on_ticket(
    tx: Tx, office: DeskContext, hotline_ref: str, event: HotlineEvent, *, key: str | None, now: datetime
) -> EventOutcome:
    """Act on an event about a ticket, once. Raises UnknownTicket, BadEvent or KeyReused."""
    if event.type not in EVENT_TYPES:
        raise BadEvent("this type of event does not concern a ticket")
    step = Step(
        event.type,
        CITIZEN,
        now,
        text=event.text,
        attachments=tuple(part.model_dump(mode="json") for part in event.attachments or ()),
        result=_result(event),
    )
    if event.type in merging.SPOKEN:
        await merging.lock_head(tx, hotline_ref)
    ticket = await tickets.opened(tx, hotline_ref, step)
    if not await seen_calls.first_time(tx, hotline_ref, event, key, now):
        return EventOutcome.REPEAT
    if event.type == "erase":
        await erasure.citizen(tx, office, ticket, step, key=event.event_id)
        await search.drop_removed(tx)
        return EventOutcome.DONE
    try:
        await tickets.act(tx, office, hotline_ref, step, version=None, key=event.event_id)
    except Refused as refusal:
        await tickets.note(tx, office, ticket, step, refusal, key=event.event_id)
        return EventOutcome.NOTE
    return EventOutcome.DONE


async def on_none(tx: Tx, event: HotlineEvent, *, key: str | None, now: datetime) -> EventOutcome:
    """Act on a hand-off, an alert, or the wish that both be forgotten, once. Raises BadEvent or KeyReused."""
    if event.type not in GENERAL_EVENT_TYPES:
        raise BadEvent("this type of event concerns a ticket, or is unknown")
    if event.type in ("handoff", "erase") and not event.conversation:
        raise BadEvent(f"{event.type} names its conversation")
    if not await seen_calls.first_time(tx, "", event, key, now):
        return EventOutcome.REPEAT
    if event.type == "handoff":
        await handoffs.hear(tx, event, now)
    elif event.type == "erase" and event.conversation:
        await erasure.conversation(tx, event.conversation)
    else:
        await alerts.ring(tx, event, now)
    return EventOutcome.DONE


def _result(event: HotlineEvent) -> Result | None:
    if event.type != "survey_result":
        return None
    if event.survey is None:
        raise BadEvent("a survey_result carries its survey")
    return read_result(event.survey)


def read_result(survey: SurveyResult) -> Result:
    """The wire's survey result as the desk knows it."""
    return Result(
        answered=survey.outcome is None,
        round=survey.round,
        contacted=survey.contacted,
        solved=survey.solved,
        satisfied=survey.satisfied,
        score=survey.score,
        reason_codes=survey.reason_codes,
        comment=survey.comment,
        rework_wanted=bool(survey.rework_wanted),
        answered_at=survey.answered_at,
        via=survey.via,
    )
