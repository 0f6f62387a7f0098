"""One matter, several tickets: a merged ticket counts on its master, and shares its end.

The rule: whatever ends a ticket reaches all that were merged into it, through any number of merges. An end
with an answer is told to them; an end without one (withdrawn, given up) says nothing on their matter, so
they stand alone again. What their citizens say is kept once, on their own ticket, and read on the master.
"""

from dataclasses import replace

from sqlalchemy import select

from desk.db.tables import tickets
from desk.tickets import confidentiality, store, ticket_events
from desk.tickets.store import DeskEvent, DeskTicket
from desk.workflow.states import OPEN, SYSTEM, Lifecycle, Refused, State, Step
from desk.workflow.transitions import Transition
from storage.db.sealed import Tx

SPOKEN = frozenset({"supplement", "urge"})
"""What a merged ticket's citizen may say to the matter."""

SET_FREE = "set_free"
_FOLLOWS = {
    State.DIRECT_ANSWERED: "master_done",
    State.COMPLETED: "master_done",
    State.REWORK: "master_reworked",
    State.CLOSED: "master_closed",
    State.NOT_ACCEPTED: "master_refused",
    State.EMERGENCY_REDIRECTED: "master_refused",
    State.WITHDRAWN: SET_FREE,
    State.CLOSED_INCOMPLETE: SET_FREE,
}
"""What follows for those below when their master comes to stand here."""

_ANSWERED = frozenset({State.DIRECT_ANSWERED, State.COMPLETED, State.CALLBACK})
_WORDS = ("text", "attachments")


async def locked(tx: Tx, hotline_ref: str, master_ref: str) -> DeskTicket:
    """The master, with both rows locked, always in the same order. Raises Refused."""
    for ref in sorted({hotline_ref, master_ref}):
        await store.load(tx, ref, lock=True)
    master = await store.load(tx, master_ref)
    if master is None or master_ref == hotline_ref:
        raise Refused("no_master", "there is no such ticket to merge into")
    if master.life.state not in OPEN - _ANSWERED:
        raise Refused("master_is_over", "the ticket to merge into is answered or closed")
    return master


def follows(life: Lifecycle, row: Transition, step: Step) -> Step | None:
    """The step that a master's takes those below along with; None where they stay as they are."""
    action = _FOLLOWS.get(row.target) if row.target else None
    if (
        action is None or life.master_ref is not None
    ):  # withdrawn from below another: the matter goes on there
        return None
    return Step(
        action,
        SYSTEM,
        step.at,
        reason=step.reason,
        redirect_channel=step.redirect_channel,
        public_text=life.public_text if action == "master_done" else step.public_text,
        lead_unit=life.lead_unit,
        due_at=life.due_at,
    )


async def followers(tx: Tx, master_ref: str, action: str) -> tuple[str, ...]:
    """Whom the step reaches: all below. Who is set free keeps what was merged into it."""
    return await _below(tx, master_ref, through_merged=action != SET_FREE)


async def merged_into(tx: Tx, master_ref: str) -> tuple[str, ...]:
    """The tickets merged into this one, or into one of those; nearest first."""
    return await _below(tx, master_ref, through_merged=True)


async def _below(tx: Tx, master_ref: str, *, through_merged: bool) -> tuple[str, ...]:
    found: list[str] = []
    seen, level = {master_ref}, [master_ref]
    while level:
        query = select(tickets.c.hotline_ref, tickets.c.state).where(tickets.c.master_ref.in_(level))
        rows = [row for row in await tx.execute(query.order_by(tickets.c.id)) if row.hotline_ref not in seen]
        found += [row.hotline_ref for row in rows if row.state == State.MERGED]
        level = [row.hotline_ref for row in rows if through_merged or row.state != State.MERGED]
        seen |= {row.hotline_ref for row in rows}
    return tuple(found)


async def head(tx: Tx, hotline_ref: str) -> str | None:
    """The ticket at the top of the merges this one is part of; None if it is not merged."""
    seen, at = {hotline_ref}, hotline_ref
    while (
        (ticket := await store.load(tx, at)) and ticket.life.state is State.MERGED and ticket.life.master_ref
    ):
        at = ticket.life.master_ref
        if at in seen:
            break
        seen.add(at)
    return at if at != hotline_ref else None


async def lock_head(tx: Tx, hotline_ref: str) -> None:
    """Hold the top before what is below it: as its own end does, which comes from there."""
    if above := await head(tx, hotline_ref):
        await store.load(tx, above, lock=True)


def passed_up(ticket: DeskTicket, step: Step) -> Step:
    """The citizen's step as their master takes it: where the words are, not the words."""
    return replace(step, text=None, attachments=(), said_on=ticket.hotline_ref, said_seq=ticket.event_count)


async def with_words(tx: Tx, events: tuple[DeskEvent, ...]) -> tuple[DeskEvent, ...]:
    """A history with what was said on the tickets below, each read through its own seal."""
    return tuple([await _with_words(tx, event) for event in events])


async def _with_words(tx: Tx, event: DeskEvent) -> DeskEvent:
    ticket = await store.load(tx, event.detail["said_on"]) if event.detail.get("said_on") else None
    if ticket is None:
        return event
    spoken = await ticket_events.history(tx, ticket.id)
    if confidentiality.closed(ticket).sealed:
        spoken = confidentiality.events_as_seen(spoken, ticket.document)
    said = next((one for one in spoken if one.seq == event.detail.get("said_seq")), None)
    words = {name: said.detail[name] for name in _WORDS if said.detail.get(name)} if said else {}
    return replace(event, detail=event.detail | words)
