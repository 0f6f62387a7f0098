"""`/desk/users` and `/desk/units`: who works here, and the directory of units.

Accounts are the centre's business. A new password is shown once, on the page that answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response

from desk.accounts import sign_on_bindings, users
from desk.accounts.users import ROLES, BadAccount
from desk.app import Desk
from desk.history import journal
from desk.pages.base.frame import framed
from desk.pages.base.posted_form import Posted
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import Barred, SessionGuard, Visit
from desk.pages.base.times import Clock
from desk.statistics import dashboard
from desk.workflow.states import Role
from intake.city import Unit

BINDING = ("bind", "unbind")
"""Who comes in by the city's sign-on under an account."""


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit of the directory, with how many open tickets it has and how many of them are late."""

    unit: Unit
    open: int
    late: int


class People:
    """Accounts and units. `new_password()` is unguessable."""

    def __init__(
        self, desk: Desk, gate: SessionGuard, look: PageRenderer, new_password: Callable[[], str]
    ) -> None:
        self._desk = desk
        self._gate = gate
        self._look = look
        self._new_password = new_password

    async def accounts(self, request: Request) -> Response:
        """All accounts."""
        return await self._page(request, _of_centre(await self._gate.visit(request)))

    async def change(self, request: Request, what: str) -> Response:
        """Add, reset, block or let in again; bind whom the sign-on names, or end that."""
        visit, form = await self._gate.post(request)
        _of_centre(visit)
        password = self._new_password()
        try:
            await self._do(what, visit, form, password)
        except (BadAccount, ValueError):
            problem = "user.bad_binding" if what in BINDING else "user.bad"
            return await self._page(request, visit, 409, problem=problem)
        shown = password if what in ("add", "reset") else ""
        return await self._page(request, visit, password=shown, about=form.text("name"))

    async def _do(self, what: str, visit: Visit, form: Posted, password: str) -> None:
        if what in BINDING:
            await self._do_binding(what, visit.actor.name, form)
            return
        name, now = form.text("name"), self._desk.clock()
        if what not in ("add", "reset", "block", "unblock"):
            raise Barred(404, "error.not_found")
        if what == "block" and users.plain(name) == visit.actor.name:
            raise BadAccount("nobody blocks themselves")
        async with self._desk.database.write() as tx:
            if what == "add":
                unit = form.text("unit") or None
                if unit is not None and unit not in self._desk.city.units:
                    raise BadAccount("there is no such unit")
                await users.add(tx, name, password, Role(form.text("role")), unit, now)
            elif what == "reset":
                await users.reset(tx, name, password)
            else:
                await users.block(tx, name, blocked=what == "block")
            await journal.write(tx, visit.actor.name, f"user_{what}", users.plain(name), now)

    async def _do_binding(self, what: str, by: str, form: Posted) -> None:
        name, now = form.text("name"), self._desk.clock()
        async with self._desk.database.write() as tx:
            if what == "bind":
                await sign_on_bindings.bind(tx, by, name, form.text("digest"), now)
            else:
                await sign_on_bindings.unbind(tx, by, name, now)

    async def units(self, request: Request) -> Response:
        """The directory of units."""
        visit = await self._gate.visit(request)
        held = {} if visit.actor.role is Role.UNIT else await self._held()
        lines = [UnitLine(unit, *held.get(unit.id, (0, 0))) for unit in self._desk.city.units.values()]
        frame = await framed(self._desk, self._look.words, visit)
        return self._look.page(request, "units.html", frame=frame, lines=lines)

    async def _held(self) -> dict[str, tuple[int, int]]:
        async with self._desk.database.read() as tx:
            return await dashboard.held(tx, self._desk.clock())

    async def _page(self, request: Request, visit: Visit, status: int = 200, **more: Any) -> Response:
        async with self._desk.database.read() as tx:
            everybody = await users.everybody(tx)
            waiting = await sign_on_bindings.waiting(tx)
        return self._look.page(
            request,
            "users.html",
            status=status,
            frame=await framed(self._desk, self._look.words, visit),
            users=everybody,
            waiting=waiting,
            clock=Clock(self._desk.clock(), ZoneInfo(self._desk.city.timezone), self._look.words),
            roles=tuple(ROLES),
            units=tuple(self._desk.city.units.values()),
            **{"problem": "", "password": "", "about": ""} | more,
        )


def _of_centre(visit: Visit) -> Visit:
    if visit.actor.role is not Role.CENTRE:
        raise Barred(404, "error.not_found")
    return visit
