"""`/desk/notices`: what this person's side should know, until somebody says "seen"."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from desk.app import Desk
from desk.pages.base.frame import framed
from desk.pages.base.paging import number_of, page_of
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import SessionGuard
from desk.pages.base.times import Clock
from desk.tickets import notices
from desk.tickets.notices import Notice

LONGEST = 40
"""Notices to a page."""


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice in words; `seen_by` is "" while it is new."""

    id: int
    hotline_ref: str
    reference: str
    kind: str
    late: bool
    at: str
    iso: str
    seen_by: str


class Notices:
    """The list, and the answer to it."""

    def __init__(self, desk: Desk, gate: SessionGuard, look: PageRenderer) -> None:
        self._desk = desk
        self._gate = gate
        self._look = look

    async def show(self, request: Request) -> Response:
        """The notices, unseen ones first."""
        visit = await self._gate.visit(request)
        async with self._desk.database.read() as tx:
            found = await notices.latest(tx, visit.actor, LONGEST + 1, (number_of(request) - 1) * LONGEST)
        clock = Clock(self._desk.clock(), ZoneInfo(self._desk.city.timezone), self._look.words)
        return self._look.page(
            request,
            "notices.html",
            frame=await framed(self._desk, self._look.words, visit),
            notices=page_of(request, [_view(notice, clock) for notice in found], LONGEST),
        )

    async def see(self, request: Request) -> Response:
        """Say that one of them, or every one, was seen."""
        visit, form = await self._gate.post(request)
        chosen = form.text("notice")
        known = chosen.isascii() and chosen.isdigit() and len(chosen) < 19
        async with self._desk.database.write() as tx:
            if chosen == "all" or known:
                await notices.see(tx, visit.actor, int(chosen) if known else None, self._desk.clock())
        return RedirectResponse("/desk/notices", status_code=303)


def _view(notice: Notice, clock: Clock) -> NoticeView:
    words = clock.words
    action = words.key("action", notice.kind, "action.other")
    return NoticeView(
        id=notice.id,
        hotline_ref=notice.hotline_ref,
        reference=notice.reference,
        kind=words.say(words.key("notice", notice.kind, action)),
        late=notice.kind.startswith("late_") or notice.kind in ("chase", "bulletin"),
        at=clock.show(notice.at),
        iso=notice.at.isoformat(),
        seen_by=notice.seen_by or "",
    )
