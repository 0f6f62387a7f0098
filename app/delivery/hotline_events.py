"""What the backend hears about one ticket: an event, queued in the caller's transaction, once."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from app.base import jobs
from app.base.jobs import HOTLINE, ticket_lane
from intake.model.conversation import TellHotline
from storage.db.database import Tx
from storage.outbox.jobs import SendEvent
from storage.surveys import surveys
from storage.surveys.surveys import StoredSurvey
from storage.tickets import tickets

REFUSED, UNREACHABLE = "refused", "unreachable"
"""Why nobody answered, among the result's reasons: the centre phones only whom no chat reached."""


async def tell(
    tx: Tx, effect: TellHotline, event_id: str, now: datetime, conversation_id: int | None = None
) -> None:
    """Queue an event about one ticket, once per `event_id`; `conversation_id`: who said it."""
    found = await tickets.find(tx, reference=effect.reference)
    if effect.survey is not None and "outcome" not in effect.survey:
        await surveys.answered(tx, effect.reference, int(str(effect.survey["round"])), now)
    if found is not None and effect.type == "urge":
        await tickets.mark_urged(tx, found.id, now)
    await queue(tx, effect, found.id if found else None, event_id, now, conversation_id)


async def queue(
    tx: Tx,
    effect: TellHotline,
    ticket_id: int | None,
    event_id: str,
    now: datetime,
    conversation_id: int | None = None,
) -> None:
    """The event as it waits to be sent, behind what its ticket sends already."""
    event = SendEvent(
        event_id=event_id,
        type=effect.type,
        at=now,
        text=effect.text,
        attachments=effect.attachments,
        survey=effect.survey,
        reference=effect.reference,
        hotline_ref=effect.hotline_ref,
    )
    await jobs.queue(
        tx,
        event,
        destination=HOTLINE,
        lane=ticket_lane(effect.reference),
        now=now,
        ticket_id=ticket_id,
        conversation_id=conversation_id,
        once=event_id,
    )


async def tell_ended(tx: Tx, found: StoredSurvey, state: str, now: datetime) -> None:
    """The backend hears that nobody answered, and why where that is for the centre to know."""
    why = [state] if state in (REFUSED, UNREACHABLE) else []
    outcome: dict[str, object] = {"outcome": "no_answer", "round": found.round, "reason_codes": why}
    effect = TellHotline(found.subject, "survey_result", survey=outcome, hotline_ref=found.survey.hotline_ref)
    await tell(tx, effect, str(uuid5(NAMESPACE_URL, f"survey ended:{found.id}")), now)
