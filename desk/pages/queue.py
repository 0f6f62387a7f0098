"""`/desk`: the tickets a person may see, by state, the most urgent and the newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.app import Desk
from desk.pages.frame import framed
from desk.pages.gate import Gate
from desk.pages.look import Look
from desk.pages.moments import Clock, is_settled, light
from desk.states import FINAL, OPEN, Role, State
from desk.store import DeskTicket
from intake.city import CityProfile

LONGEST = 200
_TODO = {
    Role.CENTRE: frozenset({State.SUBMITTED, State.ACCEPTED, State.RETURN_REVIEW, State.REPLY_REVIEW}),
    Role.UNIT: frozenset({State.DISPATCHED, State.SIGNED, State.PROCESSING, State.REWORK}),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter: its name in the address, its phrase and how many tickets it shows."""

    name: str
    label: str
    count: int
    chosen: bool

    @property
    def href(self) -> str:
        return f"/desk?state={self.name}"


@dataclass(frozen=True, slots=True)
class Line:
    """One ticket in the list, all in words."""

    hotline_ref: str
    reference: str
    title: str
    appeal: str
    category: str
    unit: str
    state: str
    urgency: str
    confidential: bool
    light: str
    due: str
    left: str
    age: str
    submitted_at: str


@dataclass(frozen=True, slots=True)
class Queue:
    chips: tuple[Chip, ...]
    lines: tuple[Line, ...]
    cut: bool


def queue_routes(router: APIRouter, desk: Desk, gate: Gate, look: Look) -> None:
    """Add the list to the router."""

    @router.get("")
    async def queue(request: Request, state: str = "open") -> Response:
        visit = await gate.visit(request)
        views = _views(visit.actor.role)
        chosen = state if state in views else "open"
        tickets = await desk.queue(visit.actor, states=views[chosen], limit=LONGEST)
        clock = Clock(desk.clock(), ZoneInfo(desk.city.timezone), look.words)
        shown = Queue(
            chips=_chips(views, chosen, await desk.counts(visit.actor)),
            lines=tuple(_line(ticket, clock, desk.city) for ticket in tickets),
            cut=len(tickets) == LONGEST,
        )
        return look.page(request, "queue.html", queue=shown, frame=await framed(desk, look.words, visit))


def _views(role: Role) -> dict[str, frozenset[State]]:
    """The filters by name: groups first, then each state of an open ticket, then what has ended."""
    todo = {"todo": _TODO[role]} if role in _TODO else {}
    single = {state.value: frozenset({state}) for state in State if state in OPEN}
    return {"open": OPEN, **todo, **single, "ended": FINAL}


def _chips(
    views: Mapping[str, frozenset[State]], chosen: str, counts: Mapping[State, int]
) -> tuple[Chip, ...]:
    found = []
    for name, states in views.items():
        count = sum(counts.get(state, 0) for state in states)
        group = name in ("open", "todo", "ended")
        if count or group or name == chosen:
            found.append(Chip(name, f"queue.{name}" if group else f"state.{name}", count, name == chosen))
    return tuple(found)


def _line(ticket: DeskTicket, clock: Clock, city: CityProfile) -> Line:
    document, life = ticket.document, ticket.life
    due = life.due_at or clock.end_of(document.expected_by)
    return Line(
        hotline_ref=ticket.hotline_ref,
        reference=ticket.reference,
        title=document.title,
        appeal=clock.words.say(f"appeal.{document.appeal_type}"),
        category=document.category.path or city.path(document.category.code),
        unit=city.unit_name(life.lead_unit),
        state=life.state,
        urgency=life.urgency,
        confidential=document.person.confidential,
        light=light(life, due, clock.now),
        due=clock.show(due) if due else "",
        left=clock.left(due) if due and not is_settled(life) else "",
        age=clock.age(document.submitted_at),
        submitted_at=document.submitted_at.isoformat(),
    )
