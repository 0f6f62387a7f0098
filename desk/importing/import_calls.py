"""Bringing a call in: filed and led through the desk's own steps, at the moments the file gives.

So it counts like any other, its history is whole, and the desk's rules hold for it. Nobody at the
front door is told of it: it never came from there. What is there already is left as it is.
"""

from datetime import datetime, timedelta

from desk.actions import tickets
from desk.importing.calls import ImportedCall
from desk.tickets import store
from desk.workflow.context import DeskContext
from desk.workflow.states import SYSTEM, Actor, Result, Role, State, Step
from hotline.contract import TicketDocument
from intake.city import CityProfile
from storage.db.sealed import Tx

IMPORTER = "import"
_MOMENT = timedelta(milliseconds=10)


async def bring(tx: Tx, office: DeskContext, call: ImportedCall) -> bool:
    """File the call and take its steps; False if it is there already. Raises KeyReused or Refused."""
    filed = await tickets.file(tx, office, document(call, office.city), now=call.submitted_at)
    if filed.new:
        for step in steps(call):
            await tickets.act(tx, office, filed.hotline_ref, step, version=None)
    return filed.new


async def bring_to_rate(tx: Tx, office: DeskContext, call: ImportedCall) -> str | None:
    """As `bring`, up to the rating, which is still to come; the desk's number for it.

    None where it is there and waits for no rating. Raises KeyReused or Refused.
    """
    filed = await tickets.file(tx, office, document(call, office.city), now=call.submitted_at)
    if filed.new:
        for step in steps(call):
            if step.action != "survey_result":
                await tickets.act(tx, office, filed.hotline_ref, step, version=None)
    ticket = await store.load(tx, filed.hotline_ref, lock=True)
    waits = ticket is not None and ticket.life.state is State.CALLBACK
    return filed.hotline_ref if waits else None


async def to_phone(tx: Tx, office: DeskContext, hotline_ref: str, now: datetime) -> None:
    """No chat leads to this citizen: somebody at the centre rings."""
    await tickets.act(tx, office, hotline_ref, Step("no_channel", SYSTEM, now), version=None)


def document(call: ImportedCall, city: CityProfile) -> TicketDocument:
    """The call as a ticket document."""
    return TicketDocument.model_validate(
        {
            "reference": call.reference,
            "idempotency_key": f"{IMPORTER}-{call.reference}",
            "channel": call.channel,
            "submitted_at": call.submitted_at,
            "appeal_type": call.appeal_type,
            "category": {"code": call.category, "path": city.path(call.category)},
            "urgency": {"level": "normal"},
            "title": call.title,
            "content": call.content,
            "place": {"text": call.place, "area_code": call.area} if call.place or call.area else None,
            "person": {
                "kind": "individual" if call.name or call.phone else "anonymous",
                "name": call.name,
                "phone": call.phone,
                "anonymous": not (call.name or call.phone),
                "confidential": call.confidential,
            },
            "reply_wanted": True,
            "is_public": False,
            "suggested": {"lead_unit": call.unit},
            "language": "zh",
        }
    )


def steps(call: ImportedCall) -> list[Step]:
    """What was done to it, in order."""
    centre = Actor(Role.CENTRE, IMPORTER)
    if call.dispatched_at is None:
        return _at_once(call, centre) if call.completed_at else []
    found = [
        Step("accept", centre, call.submitted_at),
        Step("dispatch", centre, call.dispatched_at, lead_unit=call.unit, due_at=call.due_at),
    ]
    signed = call.signed_at or call.completed_at
    if signed is not None:
        found.append(Step("sign", centre, signed))
    if call.completed_at is not None:
        at = call.completed_at
        found += [
            Step("start", centre, at, text=call.reply),
            Step("answer", centre, at, public_text=call.reply, internal_text=call.reply),
            Step("complete", centre, at),
            Step("survey_result", centre, at + 5 * _MOMENT, result=_result(call, at)),
        ]
    return found


def _at_once(call: ImportedCall, centre: Actor) -> list[Step]:
    at = call.completed_at or call.submitted_at
    return [
        Step("accept", centre, call.submitted_at),
        Step("direct_answer", centre, at, public_text=call.reply),
        Step("survey_result", centre, at + 5 * _MOMENT, result=_result(call, at)),
    ]


def _result(call: ImportedCall, at: datetime) -> Result:
    """What the centre heard when it called back."""
    if call.satisfied is None and call.solved is None:
        return Result(answered=False)
    return Result(
        answered=True,
        contacted=call.contacted,
        solved=call.solved,
        satisfied=call.satisfied,
        answered_at=at,
        via="TEL",
    )
