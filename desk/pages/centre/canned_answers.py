"""`/desk/canned`: the answers staff use again and again. The centre's are everybody's, a unit's its own."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from desk.app import Desk
from desk.pages.base.frame import framed
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import Barred, RowId, SessionGuard, Visit
from desk.tickets import canned_answers
from desk.tickets.text_checks import lint
from desk.workflow.states import Role

_KEEPERS = frozenset({Role.CENTRE, Role.UNIT})


class Answers:
    """The list of canned answers, and its two forms."""

    def __init__(self, desk: Desk, gate: SessionGuard, look: PageRenderer) -> None:
        self._desk = desk
        self._gate = gate
        self._look = look

    async def show(self, request: Request) -> Response:
        """What this person may use; what they may take away has a button."""
        return await self._page(request, _keeper(await self._gate.visit(request)))

    async def add(self, request: Request) -> Response:
        """Keep one more."""
        visit, form = await self._gate.post(request)
        title, text = form.text("title"), form.text("text")
        if not title or not text or len(title) > 64 or len(text) > 2000:
            return await self._page(request, _keeper(visit), 409, "canned.bad")
        if any(finding.grave for finding in lint(text)):
            return await self._page(request, _keeper(visit), 409, "refused.lint_personal")
        async with self._desk.database.write() as tx:
            await canned_answers.add(tx, _keeper(visit).actor, title, text, self._desk.clock())
        return RedirectResponse("/desk/canned", status_code=303)

    async def drop(self, request: Request, canned_id: RowId) -> Response:
        """Take one away."""
        visit, _ = await self._gate.post(request)
        async with self._desk.database.write() as tx:
            await canned_answers.drop(tx, _keeper(visit).actor, canned_id)
        return RedirectResponse("/desk/canned", status_code=303)

    async def _page(self, request: Request, visit: Visit, status: int = 200, problem: str = "") -> Response:
        async with self._desk.database.read() as tx:
            answers = await canned_answers.usable(tx, visit.actor)
        frame = await framed(self._desk, self._look.words, visit)
        values = {"answers": answers, "own": visit.actor.unit, "problem": problem}
        return self._look.page(request, "canned.html", status=status, frame=frame, **values)


def _keeper(visit: Visit) -> Visit:
    if visit.actor.role not in _KEEPERS:
        raise Barred(404, "error.not_found")
    return visit
