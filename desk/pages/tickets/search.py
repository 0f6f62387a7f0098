"""`/desk/search`: tickets by their words."""

from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response

from desk.app import Desk
from desk.pages.base.frame import framed
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import SessionGuard
from desk.pages.base.times import Clock
from desk.search import search
from desk.search.grams import SHORTEST, needles
from intake.understand.persons.masking import names, shortened

LONGEST_QUERY = 64


class SearchPage:
    """The search page."""

    def __init__(self, desk: Desk, gate: SessionGuard, look: PageRenderer) -> None:
        self._desk = desk
        self._gate = gate
        self._look = look

    async def show(self, request: Request, q: str = "") -> Response:
        """The form, and what was found."""
        visit = await self._gate.visit(request)
        query = q.replace("\x00", "").strip()[:LONGEST_QUERY]
        async with self._desk.database.read() as tx:
            found = await search.find(tx, visit.actor, query)
        clock = Clock(self._desk.clock(), ZoneInfo(self._desk.city.timezone), self._look.words)
        city = self._desk.city
        return self._look.page(
            request,
            "search.html",
            frame=await framed(self._desk, self._look.words, visit),
            query=query,
            too_short=bool(query) and not needles(query),
            shortest=SHORTEST,
            cut=len(found) == search.LONGEST,
            found=[
                {
                    "ref": one.hotline_ref,
                    "title": shortened(one.document.title, *names(one.document.content)),
                    "reference": one.reference,
                    "category": one.document.category.path or city.path(one.document.category.code),
                    "unit": city.unit_name(one.life.lead_unit),
                    "state": one.life.state,
                    "at": clock.show(one.document.submitted_at),
                }
                for one in found
            ],
        )
