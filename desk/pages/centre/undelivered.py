"""`/desk/outbox`: what does not get out, and why. The centre's alone."""

from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from desk.app import Desk
from desk.callbacks import undelivered_messages
from desk.callbacks.undelivered_messages import DESK, FRONT
from desk.history import journal
from desk.pages.base.frame import framed
from desk.pages.base.paging import number_of, page_of
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import Barred, RowId, SessionGuard, Visit
from desk.pages.base.times import Clock
from desk.workflow.states import Role
from storage.db.sealed import Tx

LONGEST = 25
"""Entries to a page."""


class UndeliveredPage:
    """The list, and its two buttons. `of_front`: whether the front door's outbox is in our database."""

    def __init__(self, desk: Desk, gate: SessionGuard, look: PageRenderer, *, of_front: bool) -> None:
        self._desk = desk
        self._gate = gate
        self._look = look
        self._of_front = of_front

    async def show(self, request: Request) -> Response:
        """What was given up first."""
        visit = _of_centre(await self._gate.visit(request))
        async with self._desk.database.read() as tx:
            found = await undelivered_messages.undelivered(tx, of_front=self._of_front)
        clock = Clock(self._desk.clock(), ZoneInfo(self._desk.city.timezone), self._look.words)
        frame = await framed(self._desk, self._look.words, visit)
        messages = page_of(request, found[(number_of(request) - 1) * LONGEST :], LONGEST)
        return self._look.page(request, "undelivered.html", frame=frame, messages=messages, clock=clock)

    async def retry(self, request: Request, origin: str, entry_id: RowId) -> Response:
        """Let it go at once."""
        visit, _ = await self._gate.post(request)
        async with self._desk.database.write() as tx:
            await undelivered_messages.retry(tx, self._checked(visit, origin), entry_id, self._desk.clock())
            await self._note(tx, visit, "letter_retry", f"{origin} {entry_id}")
        self._desk.wake()
        return RedirectResponse("/desk/outbox", status_code=303)

    async def bury(self, request: Request, origin: str, entry_id: RowId) -> Response:
        """Give it up."""
        visit, _ = await self._gate.post(request)
        async with self._desk.database.write() as tx:
            await undelivered_messages.bury(tx, self._checked(visit, origin), entry_id, self._desk.clock())
            await self._note(tx, visit, "letter_bury", f"{origin} {entry_id}")
        return RedirectResponse("/desk/outbox", status_code=303)

    async def _note(self, tx: Tx, visit: Visit, action: str, about: str) -> None:
        await journal.write(tx, visit.actor.name, action, about, self._desk.clock())

    def _checked(self, visit: Visit, origin: str) -> str:
        _of_centre(visit)
        if origin not in ((FRONT, DESK) if self._of_front else (DESK,)):
            raise Barred(404, "error.not_found")
        return origin


def _of_centre(visit: Visit) -> Visit:
    if visit.actor.role is not Role.CENTRE:
        raise Barred(404, "error.not_found")
    return visit
