"""What a turn asks for, carried out in its own transaction: rows and outbox entries, no network."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from app import erasing, tracing
from app.identifiers import conversation_name
from app.lanes import HOTLINE, ticket_lane
from app.replies import lane
from intake.conversation import (
    Answered,
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
from intake.messages import Inbound
from storage import bindings, conversations, outbox, surveys, tickets
from storage.conversations import StoredConversation
from storage.database import Tx


async def carry_out(
    tx: Tx, effects: Iterable[Effect], stored: StoredConversation, inbound: Inbound, now: datetime
) -> None:
    """Rows and entries for each effect. Raises ReferenceTaken; then do it again with another one.

    What was queued before it is not queued a second time.
    """
    for number, effect in enumerate(effects):
        event_id = str(uuid5(NAMESPACE_URL, f"{inbound.address.channel.value}:{inbound.id}:{number}"))
        match effect:
            case FileTicket():
                await _file(tx, effect, stored.id, now)
            case TellHotline():
                await tell(tx, effect, event_id, now)
            case BindPhone() | UnbindPhone() | RefuseSurveys():
                await _about_surveys(tx, effect, stored.id, now)
            case RaiseAlert() | AskForPerson():
                await _call_staff(tx, effect, event_id, stored, now)
            case CorrectTicket():
                await _correct(tx, effect)
            case EraseCitizen():
                await erasing.erase(tx, stored, "citizen", now)
            case ForgetCitizen() | Answered():
                pass  # the first is done last, by forget(); the second is only counted, after the commit


def forgets(effects: Iterable[Effect]) -> bool:
    """Whether the citizen is to be forgotten with this turn."""
    return any(isinstance(effect, ForgetCitizen | EraseCitizen) for effect in effects)


async def forget(tx: Tx, stored: StoredConversation, effects: Iterable[Effect], now: datetime) -> None:
    """The citizen left, or was erased: cut the bond, after everything else of the turn is stored."""
    if any(isinstance(effect, ForgetCitizen) for effect in effects):
        await erasing.forget(tx, stored, now)
    if any(isinstance(effect, EraseCitizen) for effect in effects):
        await conversations.forget(tx, stored.id, now)


async def fetch(
    tx: Tx, conversation_id: int, inbound: Inbound, files: tuple[str, ...], now: datetime
) -> None:
    """Have the files of this message downloaded: the platforms keep them for days only."""
    for attachment_id, media in zip(files, inbound.media, strict=True):
        await outbox.queue(
            tx,
            destination=inbound.address.channel.value,
            kind="fetch",
            lane=f"file:{attachment_id}",
            body=_traced(
                attachment=attachment_id,
                kind=media.kind.value,
                media_id=media.media_id,
                language=inbound.language,
            ),
            now=now,
            conversation_id=conversation_id,
            urgent=True,
        )


def _traced(**body: Any) -> dict[str, Any]:
    return body | {tracing.KEY: tracing.current()}


async def _file(tx: Tx, effect: FileTicket, conversation_id: int, now: datetime) -> None:
    reference = effect.ticket.reference
    ticket_id = await tickets.add(tx, effect.ticket, conversation_id, effect.query_code, now, effect.matter)
    await outbox.queue(
        tx,
        destination=HOTLINE,
        kind="submit",
        lane=ticket_lane(reference),
        body=_traced(reference=reference),
        now=now,
        ticket_id=ticket_id,
        conversation_id=conversation_id,
    )


async def _correct(tx: Tx, effect: CorrectTicket) -> None:
    found = await tickets.find(tx, reference=effect.reference, lock=True)
    if found is not None and found.ticket.phone is not None:
        await tickets.replace_copy(tx, found.id, replace(found.ticket, phone=effect.phone))


async def _about_surveys(
    tx: Tx, effect: BindPhone | UnbindPhone | RefuseSurveys, conversation_id: int, now: datetime
) -> None:
    """Where surveys may reach this citizen, and whether."""
    if isinstance(effect, BindPhone):
        await bindings.bind(tx, conversation_id, effect.phone, effect.how, now)
    elif isinstance(effect, UnbindPhone):
        await bindings.unbind(tx, conversation_id)
    else:
        await _refuse(tx, conversation_id, now)


async def _refuse(tx: Tx, conversation_id: int, now: datetime) -> None:
    """Each survey under way ends, and the backend hears that this citizen is not to be asked."""
    for found in await surveys.open_of(tx, conversation_id):
        await surveys.end(tx, found.id, "refused", now)
        outcome: dict[str, object] = {
            "outcome": "no_answer",
            "round": found.round,
            "reason_codes": ["refused"],
        }
        ended = TellHotline(
            found.subject, "survey_result", survey=outcome, hotline_ref=found.survey.hotline_ref
        )
        await tell(tx, ended, str(uuid5(NAMESPACE_URL, f"survey ended:{found.id}")), now)


async def tell(tx: Tx, effect: TellHotline, event_id: str, now: datetime) -> None:
    """Queue an event about one ticket for the backend, once per `event_id`."""
    found = await tickets.find(tx, reference=effect.reference)
    if effect.survey is not None and "outcome" not in effect.survey:
        await surveys.answered(tx, effect.reference, int(str(effect.survey["round"])), now)
    if found is not None and effect.type == "urge":
        await tickets.mark_urged(tx, found.id, now)
    body = _traced(
        event_id=event_id,
        type=effect.type,
        at=now.isoformat(),
        text=effect.text,
        attachments=list(effect.attachments),
        survey=effect.survey,
        reference=effect.reference,
        hotline_ref=effect.hotline_ref,
    )
    await outbox.queue(
        tx,
        destination=HOTLINE,
        kind="event",
        lane=ticket_lane(effect.reference),
        body=body,
        now=now,
        ticket_id=found.id if found else None,
        once=event_id,
    )


async def _call_staff(
    tx: Tx, effect: RaiseAlert | AskForPerson, event_id: str, stored: StoredConversation, now: datetime
) -> None:
    draft = stored.conversation.draft
    body = _traced(
        event_id=event_id,
        at=now.isoformat(),
        kind=effect.kind if isinstance(effect, RaiseAlert) else None,
        text=effect.text,
        phone=_phone(effect) or (draft.phone if draft else None),
        channel=stored.address.channel.code,
        conversation=conversation_name(stored),
    )
    await outbox.queue(
        tx,
        destination=HOTLINE,
        kind="alert" if isinstance(effect, RaiseAlert) else "handoff",
        lane=lane(stored.id),
        body=body,
        now=now,
        conversation_id=stored.id,
        once=event_id,
        urgent=True,
    )


def _phone(effect: RaiseAlert | AskForPerson) -> str | None:
    return effect.phone if isinstance(effect, AskForPerson) else None
