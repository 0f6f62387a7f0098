"""`/desk/alerts` and `/desk/talks/{conversation}`: safety signals, and citizens who asked for a person.

Only the centre sees them; to everybody else there is no such page.
"""

from dataclasses import replace
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from desk.api import alerts, handoffs
from desk.api.handoffs import NoHandoff
from desk.app import Desk
from desk.pages.base.frame import framed
from desk.pages.base.paging import Page, clipped, number_of, page_of, row_of
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import Barred, RowId, SessionGuard, Visit
from desk.pages.base.times import Clock
from desk.pages.centre.alert_view import AlertView, TalkView, alert_view, talk_view, with_messages
from desk.workflow.states import Role

ALERTS, TAKEN, TALKS = 8, 4, 8
"""Of each so many to a page, which is asked for every second and a half."""

SHOWN = 240
"""Characters of what was said; the rest is a click away."""

MESSAGES = 50
"""Of one conversation at once."""


class Alerts:
    """The pages of what must not wait."""

    def __init__(self, desk: Desk, gate: SessionGuard, look: PageRenderer) -> None:
        self._desk = desk
        self._gate = gate
        self._look = look

    async def show(self, request: Request) -> Response:
        """Alerts and open conversations, a page of each; or one alert with all its words."""
        visit = _of_centre(await self._gate.visit(request))
        if chosen := row_of(request, "alert"):
            return await self._one(request, chosen, visit)
        return self._look.page(
            request,
            "alerts.html",
            frame=await framed(self._desk, self._look.words, visit),
            alerts=await self._ringing(request),
            taken=await self._taken(),
            talks=await self._talks(request),
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

    async def _one(self, request: Request, alert_id: int, visit: Visit) -> Response:
        async with self._desk.database.read() as tx:
            found = await alerts.find(tx, alert_id)
        if found is None:
            raise Barred(404, "error.not_found")
        frame = await framed(self._desk, self._look.words, visit)
        return self._look.page(request, "alert.html", frame=frame, alert=alert_view(found, self._clock()))

    async def _talk_page(
        self, request: Request, conversation: str, visit: Visit, status: int = 200, problem: str = ""
    ) -> Response:
        talk = await self._talk(request, conversation)
        if talk is None:
            raise Barred(404, "error.no_talk")
        frame = await framed(self._desk, self._look.words, visit)
        return self._look.page(request, "talk.html", status=status, frame=frame, talk=talk, problem=problem)

    async def _talk(self, request: Request, conversation: str) -> TalkView | None:
        """The end of the conversation, or what was said before a message of it."""
        clock, before = self._clock(), row_of(request, "before")
        async with self._desk.database.read() as tx:
            talk = await handoffs.find(tx, conversation)
            newest = await handoffs.newest(tx, talk.id, MESSAGES + 1, before=before) if talk else ()
        return with_messages(talk_view(talk, clock), newest, clock) if talk else None

    async def _ringing(self, request: Request) -> Page[AlertView]:
        """What rings, newest first."""
        skip = (number_of(request) - 1) * ALERTS
        async with self._desk.database.read() as tx:
            found = await alerts.ringing(tx, ALERTS + 1, skip)
        clock = self._clock()
        return page_of(request, [alert_view(one, clock, SHOWN) for one in found], ALERTS)

    async def _taken(self) -> list[AlertView]:
        """What was taken lately: its taker still needs to read it."""
        async with self._desk.database.read() as tx:
            found = await alerts.taken(tx, TAKEN)
        return [alert_view(alert, self._clock(), SHOWN) for alert in found]

    async def _talks(self, request: Request) -> Page[TalkView]:
        """The open conversations, each with the citizen's latest word."""
        skip, clock = (number_of(request, "talks") - 1) * TALKS, self._clock()
        async with self._desk.database.read() as tx:
            found = await handoffs.waiting(tx, TALKS + 1, skip)
            said = [await handoffs.newest(tx, talk.id, 1, side="citizen") for talk in found]
        last = [clipped(messages[0].text, SHOWN) if messages else "" for messages in said]
        views = [replace(talk_view(talk, clock), last=one) for talk, one in zip(found, last, strict=True)]
        return page_of(request, views, TALKS, "talks")

    def _clock(self) -> Clock:
        return Clock(self._desk.clock(), ZoneInfo(self._desk.city.timezone), self._look.words)


def _of_centre(visit: Visit) -> Visit:
    if visit.actor.role is not Role.CENTRE:
        raise Barred(404, "error.not_found")
    return visit
