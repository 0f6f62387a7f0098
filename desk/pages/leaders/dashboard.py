"""`/desk/overview`, `/desk/bulletin`, `/desk/lists`: what leaders read. Units have no such pages."""

import asyncio
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response

from desk.app import Desk
from desk.pages.base.frame import framed
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import Barred, SessionGuard, Visit
from desk.pages.base.times import Clock
from desk.pages.leaders.hotspots import burning
from desk.reports.compose import compose
from desk.reports.document import CellKind, Chart, Headline, Shape, growth, rate
from desk.reports.figures import Collected, collect
from desk.reports.formats import data
from desk.reports.formats.formats import FORMS, written
from desk.reports.formats.svg_charts import plot
from desk.reports.wording import Names, bulletin_words
from desk.statistics import dashboard as counted
from desk.statistics.dashboard import Overdue, Overview
from desk.statistics.period import BadPeriod, Period, month_of, read_period
from desk.statistics.queries import together
from desk.statistics.rates import Counts, rates
from desk.statistics.rates import growth as grown
from desk.workflow.states import Role

LONGEST = 500
_CHOSEN = 12
_LISTS = ("overdue", "reworked", "topics")


class Overviews:
    """The leaders' pages."""

    def __init__(self, desk: Desk, gate: SessionGuard, look: PageRenderer) -> None:
        self._desk = desk
        self._gate = gate
        self._look = look
        self._names = Names(desk.city, bulletin_words())

    async def show(self, request: Request) -> Response:
        """The dashboard."""
        visit = await self._leader(request)
        now = self._desk.clock()
        found, month, frame = await asyncio.gather(  # side by side, since each is a while with the database
            self._counted(now), self._this_month(now), framed(self._desk, self._look.words, visit)
        )
        rated = rates(month, self._desk.city.rates.formula)
        return self._look.page(
            request,
            "overview.html",
            frame=frame,
            headlines=self._headlines(found),
            rated=[(self._names.rate(name), rate(rated[name].value)) for name in self._three()],
            lights=[(name, found.lights.get(name, 0)) for name in ("red", "yellow", "green", "none")],
            charts=[plot(chart) for chart in self._charts(found)],
            hot=[burning(one, self._names, self._look.words) for one in found.hot],
        )

    async def _counted(self, now: datetime) -> Overview:
        async with self._desk.database.read() as tx:
            return await counted.overview(tx, self._desk.city, now)

    async def _this_month(self, now: datetime) -> Counts:
        async with self._desk.database.read() as tx:
            return await together(tx, self._month(now), now, self._desk.city.rates.evaluation)

    async def bulletin(self, request: Request, period: str = "", form: str = "") -> Response:
        """The bulletin of a period as a page, or as a file in another form."""
        visit = await self._leader(request)
        now = self._desk.clock()
        starts_on = self._desk.city.rates.month_starts_on
        try:
            chosen = read_period(period, starts_on) if period else self._month(now).before
        except BadPeriod:
            raise Barred(404, "error.not_found") from None
        async with self._desk.database.read() as tx:
            found = await collect(tx, self._desk.city, chosen, now)
        if form:
            return _file(form, found)
        return self._look.page(
            request,
            "bulletin.html",
            frame=await framed(self._desk, self._look.words, visit),
            document=compose(found),
            plot=plot,
            Kind=CellKind,
            period=str(chosen),
            periods=[(str(one), self._names.period(one)) for one in self._periods(now)],
            forms=[name for name in FORMS if name not in ("text", "json")],
        )

    async def lists(self, request: Request, which: str, form: str = "") -> Response:
        """Overdue tickets, tickets handled once more, candidates for the topic of the month."""
        visit = await self._leader(request)
        if which not in _LISTS:
            raise Barred(404, "error.not_found")
        rows = await self._rows(which)
        if form == "csv":
            return Response(
                data.table(rows), media_type=FORMS["csv"].media_type, headers=_attached(f"{which}.csv")
            )
        frame = await framed(self._desk, self._look.words, visit)
        return self._look.page(request, "lists.html", frame=frame, which=which, names=_LISTS, rows=rows)

    async def _rows(self, which: str) -> list[dict[str, str]]:
        now, words = self._desk.clock(), self._look.words
        clock = Clock(now, ZoneInfo(self._desk.city.timezone), words)
        async with self._desk.database.read() as tx:
            if which == "topics":
                found = await counted.topics(tx, self._desk.city, now)
                return [self._topic(*one) for one in found[:_CHOSEN]]
            listed = (
                await counted.overdue(tx, now, LONGEST)
                if which == "overdue"
                else await counted.reworked(tx, LONGEST)
            )
        return [self._line(one, clock) for one in listed]

    def _topic(self, code: str, this: int, last: int) -> dict[str, str]:
        say = self._look.words.say
        return {
            say("list.category"): self._names.category(code),
            say("list.this"): str(this),
            say("list.last"): str(last),
            say("list.change"): str(growth(grown(this, last))),
        }

    def _line(self, one: Overdue, clock: Clock) -> dict[str, str]:
        say = self._look.words.say
        return {
            say("list.number"): one.hotline_ref,
            say("list.unit"): self._names.unit(one.unit),
            say("list.category"): self._names.category(one.category),
            say("list.area"): self._names.area(one.area),
            say("list.state"): say(f"state.{one.state}"),
            say("list.due"): clock.show(one.due_at) if one.due_at else "",
            say("list.left"): clock.left(one.due_at) if one.due_at else "",
            say("list.round"): str(one.round),
        }

    def _headlines(self, found: Overview) -> list[Headline]:
        say = self._look.words.say
        return [
            Headline(say(f"overview.{name}"), str(number), say("overview.yesterday", n=found.yesterday[name]))
            for name, number in found.today.items()
        ]

    def _charts(self, found: Overview) -> list[Chart]:
        say = self._look.words.say
        days = tuple(str(day.day) for day, _, _ in found.days)
        areas = tuple(map(self._names.area, found.areas))
        first = dict(list(found.matters.items())[:10])
        return [
            Chart(say("overview.came"), Shape.COLUMNS, days, tuple(Decimal(n) for _, n, _ in found.days), ""),
            Chart(say("overview.done"), Shape.COLUMNS, days, tuple(Decimal(n) for _, _, n in found.days), ""),
            Chart(say("overview.areas"), Shape.BARS, areas, tuple(map(Decimal, found.areas.values())), ""),
            Chart(
                say("overview.matters"),
                Shape.BARS,
                tuple(map(self._names.category, first)),
                tuple(map(Decimal, first.values())),
                "",
            ),
        ]

    def _three(self) -> tuple[str, ...]:
        return self._desk.city.rates.formula.three

    def _month(self, now: datetime) -> Period:
        local = now.astimezone(ZoneInfo(self._desk.city.timezone)).date()
        return month_of(local, self._desk.city.rates.month_starts_on)

    def _periods(self, now: datetime) -> list[Period]:
        """The months to choose from, this one first, then its quarter and years."""
        months = [self._month(now)]
        while len(months) < _CHOSEN:
            months.append(months[-1].before)
        starts_on, year = months[0].month_starts_on, months[0].year
        whole = [read_period(f"{year - n}", starts_on) for n in range(3)]
        quarters = [read_period(f"{year - n}Q{q}", starts_on) for n in range(2) for q in (4, 3, 2, 1)]
        begun = [one for one in quarters if one.first <= months[0].last]
        return [*months, *begun, *whole]

    async def _leader(self, request: Request) -> Visit:
        visit = await self._gate.visit(request)
        if visit.actor.role is Role.UNIT:
            raise Barred(404, "error.not_found")
        return visit


def _file(form: str, found: Collected) -> Response:
    if form not in FORMS:
        raise Barred(404, "error.not_found")
    name = f"{found.city.key}-{found.now.period}.{form}"
    content = written(form, found, compose(found))
    return Response(content, media_type=FORMS[form].media_type, headers=_attached(name))


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
