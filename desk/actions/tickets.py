"""What is done to tickets: filing one, and taking a step on one.

Both run inside the caller's transaction: the ticket's new standing, the event in its
history and the callbacks to the front door are one commit or none.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from desk import outbox
from desk.actions import conflicts, derived
from desk.tickets import (
    callback_messages,
    confidentiality,
    hash_chain,
    merging,
    notices,
    store,
    ticket_events,
    timers,
)
from desk.tickets import public_requests as requests
from desk.tickets.store import DeskTicket
from desk.workflow import clocks
from desk.workflow.context import DeskContext
from desk.workflow.lifecycle import Transition, find, take
from desk.workflow.states import CITIZEN, SYSTEM, Lifecycle, Refused, Result, State, Step
from hotline.contract import TicketDocument
from intake.city.survey_hours import half_day
from storage.db.sealed import Tx

ELSEWHERE = ("import-", "demo-", requests.PREFIX)
"""Keys of tickets that never came from the front door begin so: it is not told of them."""

_TICK = timedelta(milliseconds=1)
_WITHOUT_URLS: dict[str, Any] = {"attachments": {"__all__": {"url"}}}


class UnknownTicket(Exception):
    """There is no such ticket, or it is not this person's to know of."""


class Stale(Exception):
    """Somebody else was quicker: look at the ticket again, then decide. Nothing was changed."""

    def __init__(self, current: int) -> None:
        super().__init__("the ticket has changed in the meantime")
        self.current = current


class KeyReused(Exception):
    """The same Idempotency-Key came with another document: never try again."""


@dataclass(frozen=True, slots=True)
class Filed:
    """`new` is False when the ticket was already there."""

    hotline_ref: str
    received_at: datetime
    new: bool


async def file(tx: Tx, office: DeskContext, document: TicketDocument, *, now: datetime) -> Filed:
    """File a ticket under its `idempotency_key`; the same again gives the same. Raises KeyReused."""
    hotline_ref = await _free_ref(tx, office, now)
    if not await store.add(tx, _first_values(document, hotline_ref, now, office), document):
        return await _filed_before(tx, document)
    ticket = await store.load(tx, hotline_ref, lock=True)
    assert ticket is not None, "just inserted"  # noqa: S101
    step = Step("submit", CITIZEN, now)
    await timers.follow(tx, ticket.id, clocks.timers(ticket.life, office.city))
    await _record(tx, office, ticket, ticket, step, key=document.idempotency_key)
    await derived.count(tx, office.city, None, ticket)
    await requests.enter(tx, ticket)
    return Filed(hotline_ref, now, new=True)


async def find_filed(tx: Tx, idempotency_key: str) -> Filed | None:
    """What was filed under this key."""
    ticket = await store.by_key(tx, idempotency_key)
    return Filed(ticket.hotline_ref, ticket.created_at, new=False) if ticket else None


async def act(
    tx: Tx, office: DeskContext, hotline_ref: str, step: Step, *, version: int | None, key: str | None = None
) -> DeskTicket:
    """Take a step, and whatever follows from it by itself; returns the ticket after them.

    `version` is the one the person saw; None for what the citizen tells, which holds
    whatever came between. Raises UnknownTicket, Stale or Refused.
    """
    if step.action == "merge" and step.master_ref:
        await merging.locked(tx, hotline_ref, step.master_ref)
    ticket = await opened(tx, hotline_ref, step)
    if version is not None and version != ticket.version:
        raise Stale(ticket.version)
    taken, row = await _take(tx, office, ticket, step, key)
    await _others(tx, office, taken, row, step)
    while row.then:
        taken, row = await _take(tx, office, taken, Step(row.then, SYSTEM, step.at), None)
    return confidentiality.closed(taken)


async def _others(tx: Tx, office: DeskContext, ticket: DeskTicket, row: Transition, step: Step) -> None:
    """What a step on one ticket does to others of the same matter."""
    if row.action == "merge" and ticket.life.master_ref:
        await _follow_up(tx, office, ticket.life.master_ref, Step("absorb", SYSTEM, step.at))
    elif row.action in merging.SPOKEN and ticket.life.state is State.MERGED:
        await _pass_up(tx, office, ticket, step)
    elif ticket.life.repeat_count and (following := merging.follows(ticket.life, row, step)):
        for hotline_ref in await merging.followers(tx, ticket.hotline_ref, following.action):
            await _follow_up(tx, office, hotline_ref, following)


async def _pass_up(tx: Tx, office: DeskContext, ticket: DeskTicket, step: Step) -> None:
    """What a merged ticket's citizen says is said to the master, whatever became of it."""
    above = await merging.head(tx, ticket.hotline_ref)
    if above is None:
        return
    said = merging.passed_up(ticket, step)
    master = await opened(tx, above, said)
    try:
        await _take(tx, office, master, said, None)
    except Refused as refusal:
        await note(tx, office, master, said, refusal, key=None)


async def _follow_up(tx: Tx, office: DeskContext, hotline_ref: str, step: Step) -> None:
    await _take(tx, office, await opened(tx, hotline_ref, step), step, None)


async def opened(tx: Tx, hotline_ref: str, step: Step) -> DeskTicket:
    """The ticket, locked for this step. Raises UnknownTicket."""
    ticket = await store.load(tx, hotline_ref, lock=True)
    if ticket is None or not store.may_see(ticket, step.actor):
        raise UnknownTicket(hotline_ref)
    return ticket


async def note(
    tx: Tx, office: DeskContext, ticket: DeskTicket, step: Step, refusal: Refused, *, key: str | None
) -> DeskTicket:
    """Keep in the history what could not be done, and why (`refused`); the ticket stays as it is."""
    step = replace(step, at=_after(ticket, step.at))
    saved = await store.save(tx, ticket, ticket.life, step.at, office.city)
    if step.result is not None:
        await store.add_survey(tx, ticket.id, step.result, ticket.life.round, step.at, late=True)
    saved = await _record(tx, office, ticket, saved, step, key=key, refused=refusal.code)
    kept = await _kept_from_accused(tx, office, ticket, saved, step)
    if kept.life != saved.life:
        await derived.count(tx, office.city, ticket, kept)
    return kept


async def _kept_from_accused(
    tx: Tx, office: DeskContext, before: DeskTicket, saved: DeskTicket, step: Step
) -> DeskTicket:
    """The ticket after a step, out of sight of whom its words accuse by now; the centre is rung.

    What is said of a merged ticket goes for the one it was merged into, too.
    """
    kept = await conflicts.bar(tx, saved, office.city)
    if conflicts.notifies(before, kept):
        await notices.ring(tx, kept.id, conflicts.KIND, (notices.CENTRE,), step.at)
    if before.life.master_ref and (master := await store.load(tx, before.life.master_ref, lock=True)):
        held = await _kept_from_accused(tx, office, master, master, step)
        if held.life != master.life:
            await derived.count(tx, office.city, master, held)
    return kept


async def _take(
    tx: Tx, office: DeskContext, ticket: DeskTicket, step: Step, key: str | None
) -> tuple[DeskTicket, Transition]:
    _known_units(office, step)
    confidentiality.check(ticket.document, step)
    await conflicts.check(tx, ticket, step, office.city)
    now, step = step.at, replace(step, at=_after(ticket, step.at))
    row = find(ticket.life, step)
    step = _prepared(ticket.life, step, row, office)
    taken = take(ticket.life, step)
    life = clocks.reset_clocks(row.clock_change, taken.life, step, office.city)
    saved = await store.save(tx, ticket, life, step.at, office.city)
    saved = await _record(tx, office, ticket, saved, step, key=key, callbacks=row.callbacks)
    saved = await _kept_from_accused(tx, office, ticket, saved, step)
    await timers.follow(tx, ticket.id, clocks.timers(life, office.city))
    await notices.ring(tx, ticket.id, row.action, _rung(row, step, saved.life), step.at)
    if step.result is not None:
        await store.add_survey(tx, ticket.id, step.result, ticket.life.round, step.at, late=False)
    await derived.count(tx, office.city, ticket, saved)
    await _tell(tx, saved, step, row.callbacks, now)
    return saved, row


def _prepared(life: Lifecycle, step: Step, row: Transition, office: DeskContext) -> Step:
    """The step with what the city's rules fix: its deadline, and how far one may be asked for."""
    if row.clock == "asked":
        return replace(step, due_at=life.pending_due)
    if row.clock and step.due_at is None:
        step = replace(step, due_at=clocks.due_at(row.clock, life, step.at, office.city))
    if row.clock == "handle":
        step = replace(step, designated=life.dispatch_count + 1 >= office.city.clocks.designate_at)
    limit = clocks.limits(life, step.at, office.city).get(step.action)
    return replace(step, limit=limit, half_day=half_day(step.at, office.city))


def _rung(row: Transition, step: Step, life: Lifecycle) -> tuple[str, ...]:
    """Who hears of the step: nobody of their own."""
    own = f"unit:{step.actor.unit}" if step.actor.unit else str(step.actor.role)
    return tuple(one for one in notices.audiences(row.notifies, life) if one != own)


async def _record(
    tx: Tx,
    office: DeskContext,
    before: DeskTicket,
    after: DeskTicket,
    step: Step,
    *,
    key: str | None,
    refused: str | None = None,
    callbacks: tuple[str, ...] = (),
) -> DeskTicket:
    salt = office.digits(16)  # so that an erased text cannot be guessed from its digest
    outcome = {"refused": refused, "tells": list(callbacks)}
    detail = _detail(step) | {"salt": salt} | {name: value for name, value in outcome.items() if value}
    link = hash_chain.ChainLink(
        hotline_ref=after.hotline_ref,
        seq=after.event_count + 1,
        at=step.at,
        role=step.actor.role,
        name=step.actor.name,
        unit=step.actor.unit,
        action=step.action,
        from_state=before.life.state if step.action != "submit" else None,
        to_state=after.life.state,
        round=after.life.round,
        key=key,
        detail_digest=hash_chain.digest(detail),
    )
    return await ticket_events.append(tx, after, link, detail)


async def _tell(tx: Tx, ticket: DeskTicket, step: Step, callbacks: tuple[str, ...], now: datetime) -> None:
    if ticket.document.idempotency_key.startswith(ELSEWHERE):
        return
    for type_ in callbacks:
        callback = callback_messages.callback(
            type_,
            event_id=f"{ticket.hotline_ref}-{ticket.event_count}-{type_}",
            hotline_ref=ticket.hotline_ref,
            reference=ticket.reference,
            title=ticket.document.title,
            life=ticket.life,
            step=step,
        )
        await outbox.queue(tx, callback, lane=ticket.hotline_ref, now=now)


async def _free_ref(tx: Tx, office: DeskContext, now: datetime) -> str:
    while True:
        hotline_ref = office.new_ref(now)
        if await store.load(tx, hotline_ref) is None:
            return hotline_ref


async def _filed_before(tx: Tx, document: TicketDocument) -> Filed:
    ticket = await store.by_key(tx, document.idempotency_key)
    assert ticket is not None, "its key is taken"  # noqa: S101
    if ticket.erased_at is None and _compared(ticket.document) != _compared(document):
        raise KeyReused("this Idempotency-Key belongs to another ticket")
    return Filed(ticket.hotline_ref, ticket.created_at, new=False)


def _compared(document: TicketDocument) -> dict[str, Any]:
    """The document as an Idempotency-Key compares it: signed attachment addresses change with every try."""
    return document.model_dump(mode="json", exclude=_WITHOUT_URLS)


def _first_values(
    document: TicketDocument, hotline_ref: str, now: datetime, office: DeskContext
) -> dict[str, Any]:
    life = Lifecycle(appeal_type=document.appeal_type, urgency=document.urgency.level)
    life = clocks.filed(life, now, office.city)
    return store.plain(life, clocks.watched(life, office.city)) | {
        "idempotency_key": document.idempotency_key,
        "hotline_ref": hotline_ref,
        "reference": document.reference,
        "channel": document.channel,
        "appeal_type": document.appeal_type,
        "urgency": document.urgency.level,
        "category_code": document.category.code,
        "area_code": document.place.area_code if document.place else None,
        "confidential": document.person.confidential,
        "version": 1,
        "submitted_at": document.submitted_at,
        "created_at": now,
        "updated_at": now,
        "event_count": 0,
        "last_hash": hash_chain.START,
    }


def _known_units(office: DeskContext, step: Step) -> None:
    named = {unit for unit in (step.lead_unit, *step.co_units) if unit}
    if not named <= office.city.units.keys():
        raise Refused("unknown_unit", "the city profile has no such unit")


def _after(ticket: DeskTicket, now: datetime) -> datetime:
    """Later than everything before it: the front door orders what it hears by time."""
    return max(now, ticket.updated_at + _TICK)


def _detail(step: Step) -> dict[str, Any]:
    told = {
        "reason": step.reason,
        "reason_code": step.reason_code,
        "level": step.level,
        "designated": step.designated,
        "master_ref": step.master_ref,
        "said_on": step.said_on,
        "said_seq": step.said_seq,
        "redirect_channel": step.redirect_channel,
        "lead_unit": step.lead_unit,
        "co_units": list(step.co_units),
        "due_at": step.due_at and step.due_at.isoformat(),
        "public_text": step.public_text,
        "internal_text": step.internal_text,
        "text": step.text,
        "attachments": list(step.attachments),
        "result": step.result and _result(step.result),
        "covers": dict(step.covers),
    }
    return {name: value for name, value in told.items() if value}


def _result(result: Result) -> dict[str, Any]:
    given = asdict(result) | {"answered_at": result.answered_at and result.answered_at.isoformat()}
    return {name: value for name, value in given.items() if value is not None}
