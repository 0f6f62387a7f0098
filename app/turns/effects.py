"""What a turn asks for, carried out in its own transaction: rows and outbox entries, no network."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from app.base import jobs
from app.base.jobs import HOTLINE, ticket_lane
from app.base.references import conversation_name
from app.delivery import repeated_alerts
from app.delivery.hotline_events import tell
from app.delivery.queue_replies import lane
from app.privacy import erasure
from app.surveys.phone_links import about_surveys
from intake.model.channels import traits_of
from intake.model.conversation import (
    AnswerRated,
    AskForPerson,
    BindPhone,
    CorrectTicket,
    Effect,
    EraseCitizen,
    FileTicket,
    ForgetCitizen,
    RaiseAlert,
    RefuseSurveys,
    TellHotline,
    UnbindPhone,
)
from intake.model.messages import Inbound
from storage.db.database import Tx
from storage.messages import conversations
from storage.messages.conversations import StoredConversation
from storage.outbox.jobs import SendAlert, SendHandoff, SubmitTicket
from storage.tickets import similar, tickets


async def carry_out(
    tx: Tx,
    effects: Iterable[Effect],
    stored: StoredConversation,
    inbound: Inbound,
    now: datetime,
    marks: Iterable[str] = (),
) -> None:
    """Rows and entries for each effect. Raises ReferenceTaken; then do it again with another one.

    What was queued before it is not queued a second time. A ticket that is filed is found by `marks`.
    """
    for number, effect in enumerate(effects):
        event_id = str(uuid5(NAMESPACE_URL, f"{inbound.address.channel.value}:{inbound.id}:{number}"))
        match effect:
            case FileTicket():
                await _file(tx, effect, stored.id, marks, now)
            case TellHotline():
                await tell(tx, effect, event_id, now, stored.id)
            case BindPhone() | UnbindPhone() | RefuseSurveys():
                await about_surveys(tx, effect, stored.id, now)
            case RaiseAlert() | AskForPerson():
                await _call_staff(tx, effect, event_id, stored, now)
            case CorrectTicket():
                await _correct(tx, effect)
            case EraseCitizen():
                await erasure.erase(tx, stored, "citizen", now)
            case ForgetCitizen() | AnswerRated():
                pass  # the first is done last, by forget(); the second is only counted, after the commit


def forgets(effects: Iterable[Effect]) -> bool:
    """Whether the citizen is to be forgotten with this turn."""
    return any(isinstance(effect, ForgetCitizen | EraseCitizen) for effect in effects)


def sets_going(effects: Iterable[Effect]) -> bool:
    """Whether something may come of it elsewhere, and come back as news."""
    return any(not isinstance(effect, AnswerRated | ForgetCitizen | EraseCitizen) for effect in effects)


async def forget(tx: Tx, stored: StoredConversation, effects: Iterable[Effect], now: datetime) -> None:
    """The citizen left, or was erased: cut the bond, after everything else of the turn is stored."""
    if any(isinstance(effect, ForgetCitizen) for effect in effects):
        await erasure.forget(tx, stored, now)
    if any(isinstance(effect, EraseCitizen) for effect in effects):
        await conversations.forget(tx, stored.id, now)


async def _file(
    tx: Tx, effect: FileTicket, conversation_id: int, marks: Iterable[str], now: datetime
) -> None:
    reference = effect.ticket.reference
    ticket_id = await tickets.add(tx, effect.ticket, conversation_id, effect.query_code, now, effect.matter)
    await (similar.mark_sealed if effect.ticket.sealed else similar.mark)(tx, ticket_id, marks)
    await jobs.queue(
        tx,
        SubmitTicket(reference),
        destination=HOTLINE,
        lane=ticket_lane(reference),
        now=now,
        ticket_id=ticket_id,
        conversation_id=conversation_id,
    )


async def _correct(tx: Tx, effect: CorrectTicket) -> None:
    found = await tickets.find(tx, reference=effect.reference, lock=True)
    if found is not None and found.ticket.phone is not None:
        await tickets.replace_copy(tx, found.id, replace(found.ticket, phone=effect.phone))


async def _call_staff(
    tx: Tx, effect: RaiseAlert | AskForPerson, event_id: str, stored: StoredConversation, now: datetime
) -> None:
    call = _call(effect, event_id, stored, now)
    if isinstance(call, SendAlert) and isinstance(effect, RaiseAlert) and effect.again:
        await repeated_alerts.queue(tx, stored.id, call, now)
        return
    await jobs.queue(
        tx,
        call,
        destination=HOTLINE,
        lane=lane(stored.id),
        now=now,
        conversation_id=stored.id,
        once=event_id,
        urgent=True,
    )


def _call(
    effect: RaiseAlert | AskForPerson, event_id: str, stored: StoredConversation, now: datetime
) -> SendAlert | SendHandoff:
    draft, channel = stored.conversation.draft, traits_of(stored.address.channel).code
    phone, name = (draft.phone if draft else None), conversation_name(stored)
    if isinstance(effect, RaiseAlert):
        return SendAlert(event_id, now, effect.kind, effect.text, channel, phone, name)
    return SendHandoff(event_id, now, effect.text, channel, name, effect.phone or phone)
