"""`/desk/me`: one's own password and second factor."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from desk.accounts.users import BadAccount, LockedOut, WrongPassword
from desk.app import Desk
from desk.pages.base.frame import framed
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import SESSION_COOKIE, SessionGuard, Visit


class AccountPage:
    """What a person changes of their own account; their password is asked for again."""

    def __init__(
        self, desk: Desk, gate: SessionGuard, look: PageRenderer, new_factor: Callable[[], str]
    ) -> None:
        self._desk = desk
        self._gate = gate
        self._look = look
        self._new_factor = new_factor

    async def show(self, request: Request) -> Response:
        """The forms."""
        return await self._page(request, await self._gate.visit(request))

    async def password(self, request: Request) -> Response:
        """A new password; other sessions end."""
        visit, form = await self._gate.post(request)
        session, new = request.cookies[SESSION_COOKIE], form.raw("new")
        try:
            await self._desk.change_password(visit.actor, form.raw("old")[:256], new, session)
        except LockedOut:
            return await self._page(request, visit, 429, problem="login.locked")
        except (WrongPassword, BadAccount):
            return await self._page(request, visit, 409, problem="account.bad_password")
        return await self._page(request, visit, done="account.password_changed")

    async def factor(self, request: Request) -> Response:
        """Turn the second factor on with a code, or off with the password."""
        visit, form = await self._gate.post(request)
        password = form.raw("old")[:256]
        try:
            if form.text("off"):
                await self._desk.drop_factor(visit.actor, password)
                return await self._page(request, visit, done="account.factor_off")
            secret, code = form.text("secret")[:64], form.text("code")[:16]
            await self._desk.set_factor(visit.actor, password, secret, code)
        except LockedOut:
            return await self._page(request, visit, 429, problem="login.locked")
        except (WrongPassword, BadAccount):
            return await self._page(request, visit, 409, problem="account.bad_factor")
        return await self._page(request, visit, done="account.factor_on")

    async def _page(
        self, request: Request, visit: Visit, status: int = 200, problem: str = "", done: str = ""
    ) -> Response:
        is_on = await self._desk.has_factor(visit.actor)
        shown: dict[str, Any] = {"problem": problem, "done": done, "is_on": is_on}
        if not is_on:
            shown["secret"] = self._new_factor()
        frame = await framed(self._desk, self._look.words, visit)
        shown["given"] = visit.given and not done
        return self._look.page(request, "account.html", status=status, frame=frame, **shown)
