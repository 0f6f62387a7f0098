"""`/desk/survey`: who is being asked and how it goes, whom to phone, what was said, and a phone's code.

Campaigns and codes belong to the front door: they are shown where its tables lie in the desk's database.
A code stands on the page that answers its form and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from desk.app import Desk
from desk.history import journal
from desk.pages.base.frame import framed
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import Barred, RowId, SessionGuard, Visit
from desk.pages.base.times import Clock
from desk.reports.document import rate
from desk.reports.wording import Names, bulletin_words
from desk.statistics.period import BadPeriod, Period, month_of, read_period
from desk.statistics.satisfaction import Ratings, ToPhone, phone_list, ratings
from desk.workflow.states import Role
from intake.understand.persons.phone import standard
from storage.surveys import campaigns, phone_links, survey_figures
from storage.surveys.campaigns import Campaign
from storage.surveys.survey_figures import Sendings, SurveyCounts

_COUNTS = ("sent", "delivered", "answered", "refused", "unreachable", "no_answer", "waiting")
_TURNS = {"pause": "paused", "resume": "running", "stop": "stopped"}
_DAYS = 14
_CALLERS = frozenset({Role.CENTRE, Role.CALLBACK})


@dataclass(frozen=True, slots=True)
class CampaignView:
    """One campaign: `begun` of `total` have been asked, which is `percent`."""

    id: int
    name: str
    state: str
    total: int
    begun: int
    percent: int
    answered: int
    turns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FiguresRow:
    """A row of figures: a name, the counts, and answered of delivered with its base."""

    name: str
    counts: tuple[int, ...]
    rate: str
    base: str


@dataclass(frozen=True, slots=True)
class PhoneCallRow:
    """Somebody to phone."""

    hotline_ref: str
    unit: str
    since: str
    tries: int
    called_in: str


class SurveyPages:
    """The page, and its forms."""

    def __init__(
        self,
        desk: Desk,
        gate: SessionGuard,
        look: PageRenderer,
        digits: Callable[[int], str],
        *,
        of_front: bool,
    ) -> None:
        self._desk = desk
        self._gate = gate
        self._look = look
        self._digits = digits
        self._of_front = of_front
        self._names = Names(desk.city, bulletin_words())

    async def show(self, request: Request, period: str = "") -> Response:
        """Everything, for a month."""
        return await self._page(request, await self._visit(request), period)

    async def turn(self, request: Request, campaign_id: RowId, what: str) -> Response:
        """Pause a campaign, go on with it or stop it; the page shows what became of it."""
        visit, _ = await self._gate.post(request)
        if visit.actor.role is not Role.CENTRE or what not in _TURNS or not self._of_front:
            raise Barred(404, "error.not_found")
        async with self._desk.database.write() as tx:
            if await campaigns.turn(tx, campaign_id, _TURNS[what], self._desk.clock()):
                about = f"campaign {campaign_id}"
                await journal.write(tx, visit.actor.name, f"survey_{what}", about, self._desk.clock())
        return RedirectResponse("/desk/survey", status_code=303)

    async def code(self, request: Request) -> Response:
        """Six digits for whoever calls from this number, to be read out."""
        visit, form = await self._gate.post(request)
        if visit.actor.role not in _CALLERS or not self._of_front:
            raise Barred(404, "error.not_found")
        phone = standard(form.text("phone"))
        if phone is None:
            return await self._page(request, visit, "", problem="rating.no_phone", status=422)
        digits = self._digits(6)
        async with self._desk.database.write() as tx:
            await phone_links.issue(tx, phone, digits, self._desk.clock())
            await journal.write(tx, visit.actor.name, "survey_code", "", self._desk.clock())
        return await self._page(request, visit, "", code=digits, tail=phone[-4:])

    async def _page(
        self,
        request: Request,
        visit: Visit,
        period: str,
        *,
        code: str = "",
        tail: str = "",
        problem: str = "",
        status: int = 200,
    ) -> Response:
        chosen = self._period(period)
        first, end = chosen.span(ZoneInfo(self._desk.city.timezone))
        clock = Clock(self._desk.clock(), ZoneInfo(self._desk.city.timezone), self._look.words)
        async with self._desk.database.read() as tx:
            said = await ratings(tx, first, end)
            calls = [self._call(row, clock) for row in await phone_list(tx)]
            running = await campaigns.every(tx, 10) if self._of_front else []
            views = [_campaign(one, await campaigns.progress(tx, one.id)) for one in running]
            sent = await survey_figures.counted(tx, first, end, self._day) if self._of_front else None
        return self._look.page(
            request,
            "survey.html",
            status=status,
            frame=await framed(self._desk, self._look.words, visit),
            period=str(chosen),
            periods=[(str(one), self._names.period(one)) for one in self._periods()],
            campaigns=views,
            may_turn=visit.actor.role is Role.CENTRE,
            may_bind=self._of_front and visit.actor.role in _CALLERS,
            calls=calls,
            counts=_COUNTS,
            sendings=self._tables(sent) if sent else (),
            reminders=self._reminders(sent) if sent else (),
            said=said,
            effective=rate(said.effective),
            ways=self._ways(said),
            reasons=self._reasons(said),
            words=[(self._names.category(code_), number, texts) for code_, number, texts in said.words],
            code=code,
            tail=tail,
            problem=problem,
        )

    def _tables(self, sent: Sendings) -> tuple[tuple[str, list[FiguresRow]], ...]:
        say = self._look.words.say
        channels = [self._line(self._channel(name), one) for name, one in sorted(sent.by_channel.items())]
        units = [self._line(self._names.unit(name), one) for name, one in _most(sent.by_unit)]
        days = [self._line(f"{day:%m-%d}", one) for day, one in list(sent.by_day.items())[-_DAYS:]]
        whole = [self._line(say("rating.all"), sent.all)]
        return (
            (say("rating.by_channel"), channels + whole),
            (say("rating.by_unit"), units),
            (say("rating.by_day"), days),
        )

    def _line(self, name: str, one: SurveyCounts) -> FiguresRow:
        counts = tuple(int(getattr(one, field)) for field in _COUNTS)
        share = Fraction(one.answered, one.delivered) if one.delivered else None
        return FiguresRow(name, counts, str(rate(share)), f"{one.answered}/{one.delivered}")

    def _reminders(self, sent: Sendings) -> list[tuple[str, str, str]]:
        say = self._look.words.say
        return [
            (
                say(f"rating.reminder_{min(one.reminders, 2)}"),
                f"{one.answered}/{one.reached}",
                str(rate(Fraction(one.answered, one.reached) if one.reached else None)),
            )
            for one in sent.by_reminder
        ]

    def _ways(self, said: Ratings) -> list[tuple[str, int]]:
        say, words = self._look.words.say, self._look.words
        came = [(self._names.channel(way), number) for way, number in sorted(said.ways.items())]
        silent = [
            (say(words.key("survey", f"no_answer_{why}", "survey.no_answer")), number)
            for why, number in sorted(said.silent.items())
        ]
        return came + silent

    def _reasons(self, said: Ratings) -> list[tuple[str, int, str, int]]:
        words = self._look.words
        most = max(said.reasons.values(), default=1)
        return [
            (
                words.say(words.key("survey", f"reason_{code}", "survey.reason_other")),
                number,
                str(rate(Fraction(number, said.unhappy) if said.unhappy else None)),
                round(100 * number / most),
            )
            for code, number in said.reasons.items()
        ]

    def _channel(self, code: str) -> str:
        return self._names.channel(code) if code else self._look.words.say("rating.no_chat")

    def _call(self, one: ToPhone, clock: Clock) -> PhoneCallRow:
        day, _, part = (one.called_in or "").partition(" ")
        half = self._look.words.say(f"rating.half_{part}", day=day[5:]) if part else ""
        unit = self._names.unit(one.lead_unit or "")
        return PhoneCallRow(one.hotline_ref, unit, clock.show(one.since), one.tries, half)

    def _day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self._desk.city.timezone)).date()

    def _period(self, text: str) -> Period:
        starts_on = self._desk.city.rates.month_starts_on
        if not text:
            return month_of(self._day(self._desk.clock()), starts_on)
        try:
            return read_period(text, starts_on)
        except BadPeriod:
            raise Barred(404, "error.not_found") from None

    def _periods(self) -> list[Period]:
        months = [self._period("")]
        while len(months) < 12:  # a year of them
            months.append(months[-1].before)
        return months

    async def _visit(self, request: Request) -> Visit:
        visit = await self._gate.visit(request)
        if visit.actor.role is Role.UNIT:
            raise Barred(404, "error.not_found")
        return visit


def _campaign(one: Campaign, states: dict[str, int]) -> CampaignView:
    total = sum(states.values())  # its own count comes when the list is full
    begun = total - states.get("listed", 0) - states.get("stopped", 0)
    turns = {"running": ("pause", "stop"), "paused": ("resume", "stop")}.get(one.state, ())
    return CampaignView(
        id=one.id,
        name=one.name,
        state=one.state,
        total=total,
        begun=begun,
        percent=round(100 * begun / total) if total else 0,
        answered=states.get("answered", 0),
        turns=turns,
    )


def _most(by_unit: dict[str, SurveyCounts]) -> list[tuple[str, SurveyCounts]]:
    return sorted(by_unit.items(), key=lambda one: -one[1].sent)[:20]
