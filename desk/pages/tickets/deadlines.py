"""A ticket's deadlines in a row, met or missed, and what somebody asks for: nothing late is hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.pages.base.times import Clock
from desk.tickets.store import DeskEvent, DeskTicket
from desk.workflow.states import Lifecycle, State


@dataclass(frozen=True, slots=True)
class Limit:
    """One deadline. `kind` as in `desk.workflow.clocks.DeadlineWatch`; `met` is "" while it is open."""

    kind: str
    due: str
    met: str
    late: bool


def limits(life: Lifecycle, clock: Clock) -> tuple[Limit, ...]:
    """The deadlines so far; of the unit's, those of the last dispatch and round."""
    ended = life.closed_at
    rows = (
        ("accept", life.accept_due, life.accepted_at or ended),
        ("dispatch", life.dispatch_due if life.dispatch_count <= 1 else None, life.dispatched_at or ended),
        ("sign", life.sign_due, life.signed_at or ended),
        ("contact", life.contact_due, life.contacted_at or life.completed_at or ended),
        ("progress", life.progress_due, life.progressed_at or life.completed_at or ended),
        ("handle", life.due_at, life.completed_at or ended),
    )
    return tuple(_limit(kind, due, met, clock) for kind, due, met in rows if due is not None)


def asked(ticket: DeskTicket, events: Sequence[DeskEvent], clock: Clock) -> tuple[tuple[str, str], ...]:
    """What waits for somebody's decision: phrase key and text."""
    life = ticket.life
    found: list[tuple[str, str]] = []
    if life.state is State.RETURN_REVIEW:
        found += _from_event("return_request", events, ("reason", "text"))
    if life.pending and life.pending_due:
        until = clock.show(life.pending_due)
        words = "\n".join(text for text in (until, life.pending_reason, life.pending_plan) if text)
        found.append(
            ("ticket.asked_extension" if life.pending == "extension" else "ticket.asked_commitment", words)
        )
    if life.exclusion == "requested":
        code = clock.words.key("exclusion", life.exclusion_code or "", "page.unknown")
        reasons = (
            clock.words.say(code),
            *(text for _, text in _from_event("exclude_request", events, ("text",))),
        )
        found.append(("ticket.asked_exclusion", "\n".join((*reasons, life.exclusion_by or ""))))
    return tuple(found)


def _from_event(action: str, events: Sequence[DeskEvent], names: tuple[str, ...]) -> list[tuple[str, str]]:
    last = next((event for event in reversed(events) if event.action == action), None)
    if last is None:
        return []
    text = "\n".join(last.detail[name] for name in names if last.detail.get(name))
    return [("ticket.asked_return", text)] if text else []


def _limit(kind: str, due: datetime, met: datetime | None, clock: Clock) -> Limit:
    late = (met or clock.now) > due
    return Limit(kind, clock.show(due), clock.show(met) if met else "", late)
