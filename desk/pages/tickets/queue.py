"""`/desk`: the tickets a person may see, by state, the most urgent and the newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from desk.app import Desk
from desk.pages.base.frame import framed
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import Barred, RowId, SessionGuard
from desk.pages.base.times import Clock, is_settled, light
from desk.pages.leaders.hotspots import Burning, burning
from desk.pages.tickets.queue_filters import QueueFilters, read_filters, tidy
from desk.reports.wording import Names, bulletin_words
from desk.search import saved_views
from desk.search.saved_views import Saved
from desk.statistics.hotspots import hot
from desk.tickets.store import DeskTicket
from desk.workflow.states import FINAL, OPEN, Actor, Role, State
from intake.city import CityProfile
from intake.understand.persons.masking import names, shortened

LONGEST = 50
"""Tickets to a page."""

HOTTEST = 5
"""Hot matters shown above the list."""

MOST_PAGES = 40
"""Whoever has looked at so many narrows down: what is skipped costs time, too."""

_TODO = {
    Role.CENTRE: frozenset({State.SUBMITTED, State.ACCEPTED, State.RETURN_REVIEW, State.REPLY_REVIEW}),
    Role.UNIT: frozenset({State.DISPATCHED, State.SIGNED, State.PROCESSING, State.REWORK}),
    Role.CALLBACK: frozenset({State.CALLBACK}),
}
_DECIDES = frozenset({Role.CENTRE, Role.LEADER})
_GROUPS = ("open", "todo", "requests", "ended")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter: its name in the address, its phrase and how many tickets it shows.

    None: not counted. Who narrows down what is open does not wait for a count of all that ever ended.
    """

    name: str
    label: str
    count: int | None
    chosen: bool
    href: str


@dataclass(frozen=True, slots=True)
class QueueLine:
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
    supervise_level: int
    problem: bool
    version: int
    bulk: bool
    watch: str
    light: str
    due: str
    left: str
    age: str
    submitted_at: str


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The page. `bulk`: there are tickets here that can be dispatched together.

    `before` and `after` are the addresses of the pages beside this one, "" for none.
    """

    chips: tuple[Chip, ...]
    lines: tuple[QueueLine, ...]
    filters: QueueFilters
    address: str
    kept: tuple[Saved, ...]
    number: int
    before: str
    after: str
    cut: bool
    bulk: bool


def queue_routes(router: APIRouter, desk: Desk, gate: SessionGuard, look: PageRenderer) -> None:
    """Add the list to the router."""
    names = Names(desk.city, bulletin_words())

    async def burning_now() -> tuple[Burning, ...]:
        async with desk.database.read() as tx:
            found = await hot(tx, desk.city, desk.clock())
        return tuple(burning(one, names, look.words) for one in found[:HOTTEST])

    @router.get("")
    async def queue(request: Request, state: str = "", page: str = "") -> Response:
        visit = await gate.visit(request)
        views = _views(visit.actor.role)
        chosen = state if state in views else _first(visit.actor.role)
        filters = read_filters(request.query_params, desk.city)
        sieve = filters.sieve(views[chosen], visit.actor, requests=chosen == "requests")
        number = _number(page)
        found = await desk.queue(visit.actor, sieve, limit=LONGEST + 1, skip=(number - 1) * LONGEST)
        tickets, more = found[:LONGEST], len(found) > LONGEST
        clock = Clock(desk.clock(), ZoneInfo(desk.city.timezone), look.words)
        lines = tuple(_line(ticket, clock, desk.city, visit.actor) for ticket in tickets)
        shown = QueuePage(
            chips=await _chips(desk, visit.actor, views, chosen, filters),
            lines=lines,
            filters=filters,
            address=filters.address(chosen),
            kept=await _kept(desk, visit.actor),
            number=number,
            before=_page(filters, chosen, number - 1) if number > 1 else "",
            after=_page(filters, chosen, number + 1) if more and number < MOST_PAGES else "",
            cut=more and number == MOST_PAGES,
            bulk=any(line.bulk for line in lines),
        )
        return look.page(
            request,
            "queue.html",
            queue=shown,
            hot=() if visit.actor.role is Role.UNIT else await burning_now(),
            chosen=chosen,
            units=tuple(desk.city.units.values()),
            frame=await framed(desk, look.words, visit),
        )


def view_routes(router: APIRouter, desk: Desk, gate: SessionGuard) -> None:
    """Keep what the list shows under a name, and forget it."""

    @router.post("/views")
    async def keep(request: Request) -> Response:
        visit, form = await gate.post(request)
        title, query = (
            form.text("title")[:32],
            tidy(form.text("query"), desk.city, tuple(_views(visit.actor.role))),
        )
        if not title or not title.isprintable():
            raise Barred(409, "view.bad")
        async with desk.database.write() as tx:
            if not await saved_views.keep(tx, visit.actor, title, query, desk.clock()):
                raise Barred(409, "view.too_many")
        return RedirectResponse(f"/desk?{query}", status_code=303)

    @router.post("/views/{view_id}/drop")
    async def drop(request: Request, view_id: RowId) -> Response:
        visit, _ = await gate.post(request)
        async with desk.database.write() as tx:
            await saved_views.drop(tx, visit.actor, view_id)
        return RedirectResponse("/desk", status_code=303)


async def _kept(desk: Desk, actor: Actor) -> tuple[Saved, ...]:
    async with desk.database.read() as tx:
        return await saved_views.of(tx, actor)


def _number(page: str) -> int:
    """Which page was asked for; whatever is no number is the first."""
    return min(max(int(page), 1), MOST_PAGES) if page.isascii() and page.isdecimal() and len(page) < 4 else 1


def _page(filters: QueueFilters, state: str, number: int) -> str:
    return f"/desk?{filters.address(state)}" + (f"&page={number}" if number > 1 else "")


def _first(role: Role) -> str:
    """What opens without a choice."""
    return "todo" if role is Role.CALLBACK else "open"


def _views(role: Role) -> dict[str, frozenset[State]]:
    """The filters by name: groups first, then each state of an open ticket, then what has ended."""
    todo = {"todo": _TODO[role]} if role in _TODO else {}
    requests = {"requests": frozenset(State)} if role in _DECIDES else {}
    single = {state.value: frozenset({state}) for state in State if state in OPEN}
    return {"open": OPEN, **todo, **requests, **single, "ended": FINAL}


async def _chips(
    desk: Desk, actor: Actor, views: Mapping[str, frozenset[State]], chosen: str, filters: QueueFilters
) -> tuple[Chip, ...]:
    all_states = filters == QueueFilters(unit=filters.unit)
    counts = await desk.counts(actor, filters.sieve(None if all_states else OPEN, actor))
    asked = (
        sum((await desk.counts(actor, filters.sieve(None, actor, requests=True))).values())
        if "requests" in views
        else 0
    )
    found = []
    for name, states in views.items():
        count: int | None = sum(counts.get(state, 0) for state in states)
        if name == "requests":
            count = asked
        elif name == "ended" and not all_states:
            count = None
        label = f"queue.{name}" if name in _GROUPS else f"state.{name}"
        if count or name in _GROUPS or name == chosen:
            found.append(Chip(name, label, count, name == chosen, f"/desk?{filters.address(name)}"))
    return tuple(found)


def _line(ticket: DeskTicket, clock: Clock, city: CityProfile, actor: Actor) -> QueueLine:
    document, life, watch = ticket.document, ticket.life, ticket.watch
    return QueueLine(
        hotline_ref=ticket.hotline_ref,
        reference=ticket.reference,
        title=shortened(document.title, *names(document.content)),
        appeal=clock.words.say(f"appeal.{document.appeal_type}"),
        category=document.category.path or city.path(document.category.code),
        unit=city.unit_name(life.lead_unit),
        state=life.state,
        urgency=life.urgency,
        confidential=document.person.confidential,
        supervise_level=life.supervise_level,
        problem=life.problem,
        version=ticket.version,
        bulk=actor.role is Role.CENTRE and life.state is State.ACCEPTED,
        watch=watch.kind if watch else "",
        light=light(ticket, clock.now),
        due=clock.show(watch.due) if watch else clock.show(life.due_at) if life.due_at else "",
        left=clock.left(watch.due) if watch and not is_settled(life) else "",
        age=clock.age(document.submitted_at),
        submitted_at=document.submitted_at.isoformat(),
    )
