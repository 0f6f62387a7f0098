"""`/desk/alerts` and `/desk/talks/{conversation}`: safety signals, and citizens who asked for a person.

Only the centre sees them; to everybody else there is no such page.
"""

from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from desk.api import alerts
from desk.api.alerts import Alert
from desk.api.handoffs import NoHandoff
from desk.app import Desk
from desk.pages.base.frame import framed
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import Barred, RowId, SessionGuard, Visit
from desk.pages.base.times import Clock
from desk.pages.centre.alert_view import TalkView, alert_view, talk_view
from desk.workflow.states import Role


class Alerts:
    """The pages of what must not wait."""

    def __init__(self, desk: Desk, gate: SessionGuard, look: PageRenderer) -> None:
        self._desk = desk
        self._gate = gate
        self._look = look

    async def show(self, request: Request) -> Response:
        """Alerts and open conversations."""
        visit = _of_centre(await self._gate.visit(request))
        clock = self._clock()
        return self._look.page(
            request,
            "alerts.html",
            frame=await framed(self._desk, self._look.words, visit),
            alerts=[alert_view(alert, clock) for alert in await self._alerts()],
            talks=await self._talks(),
        )

    async def take(self, request: Request, alert_id: RowId) -> Response:
        """Take an alert; if somebody was quicker, the page shows who."""
        visit, _ = await self._gate.post(request)
        await self._desk.take_alert(alert_id, _of_centre(visit).actor)
        return RedirectResponse("/desk/alerts", status_code=303)

    async def talk(self, request: Request, conversation: str) -> Response:
        """One conversation."""
        visit = _of_centre(await self._gate.visit(request))
        return await self._talk_page(request, conversation, visit)

    async def write(self, request: Request, conversation: str) -> Response:
        """Write to the citizen."""
        visit, form = await self._gate.post(request)
        text = form.text("text")
        if not text:
            return await self._talk_page(request, conversation, _of_centre(visit), 422, "alert.needs_text")
        try:
            await self._desk.say(conversation, text, _of_centre(visit).actor)
        except NoHandoff:
            raise Barred(404, "error.no_talk") from None
        return RedirectResponse(f"/desk/talks/{quote(conversation, safe='')}", status_code=303)

    async def close(self, request: Request, conversation: str) -> Response:
        """End the conversation at the desk."""
        visit, _ = await self._gate.post(request)
        _of_centre(visit)
        try:
            await self._desk.close_handoff(conversation)
        except NoHandoff:
            raise Barred(404, "error.no_talk") from None
        return RedirectResponse("/desk/alerts", status_code=303)

    async def _talk_page(
        self, request: Request, conversation: str, visit: Visit, status: int = 200, problem: str = ""
    ) -> Response:
        talk = next((one for one in await self._talks() if one.conversation == conversation), None)
        if talk is None:
            raise Barred(404, "error.no_talk")
        frame = await framed(self._desk, self._look.words, visit)
        return self._look.page(request, "talk.html", status=status, frame=frame, talk=talk, problem=problem)

    async def _alerts(self) -> tuple[Alert, ...]:
        """What rings, newest first, and below it what was taken lately: its taker still needs to read it."""
        async with self._desk.database.read() as tx:
            recent = await alerts.latest(tx)
        taken = tuple(alert for alert in recent if alert.taken_at is not None)
        return (*reversed(await self._desk.alerts()), *taken[:12])

    async def _talks(self) -> list[TalkView]:
        clock = self._clock()
        open_talks = await self._desk.handoffs()
        return [talk_view(talk, await self._desk.said(talk.id), clock) for talk in open_talks]

    def _clock(self) -> Clock:
        return Clock(self._desk.clock(), ZoneInfo(self._desk.city.timezone), self._look.words)


def _of_centre(visit: Visit) -> Visit:
    if visit.actor.role is not Role.CENTRE:
        raise Barred(404, "error.not_found")
    return visit
