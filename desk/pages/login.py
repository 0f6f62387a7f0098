"""`/desk/login` and `/desk/logout`: in and out of a session.

The log-in form is proven like every other, by a cookie of its own, so that nobody can log a
reader into an account that is not theirs.
"""

from collections.abc import Callable

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from desk.app import Desk
from desk.pages.gate import SESSION_COOKIE, Barred, Gate, NotLoggedIn, proof, proven
from desk.pages.look import Look
from desk.pages.posted import Posted
from desk.users import SESSION_LENGTH, BadAccount, LockedOut, WrongPassword

DOOR_COOKIE = "jiesu_desk_door"
_DOOR_SECONDS = 3600


class LogIn:
    """The door. `secure`: the desk is reached by HTTPS, so its cookies may go no other way."""

    def __init__(
        self, desk: Desk, gate: Gate, look: Look, new_secret: Callable[[], str], *, secure: bool
    ) -> None:
        self._desk = desk
        self._gate = gate
        self._look = look
        self._new_secret = new_secret
        self._secure = secure

    async def show(self, request: Request) -> Response:
        """The form; whoever is inside already goes on."""
        try:
            await self._gate.visit(request)
        except NotLoggedIn:
            return self._form(request, request.cookies.get(DOOR_COOKIE) or self._new_secret())
        return RedirectResponse("/desk", status_code=303)

    async def enter(self, request: Request) -> Response:
        """Try name and password."""
        secret = request.cookies.get(DOOR_COOKIE) or self._new_secret()
        try:
            posted = await proven(request, proof(secret))
        except Barred:
            return self._form(request, secret, status=403, problem="login.expired")
        return await self._try(request, secret, posted)

    async def leave(self, request: Request) -> Response:
        """End the session."""
        await self._gate.post(request)
        await self._desk.log_out(request.cookies[SESSION_COOKIE])
        response = RedirectResponse("/desk/login", status_code=303)
        response.delete_cookie(SESSION_COOKIE, path="/desk")
        return response

    async def _try(self, request: Request, secret: str, posted: Posted) -> Response:
        name = posted.text("name")[:64]
        try:
            session = await self._desk.log_in(name, posted.raw("password")[:256], posted.text("code")[:16])
        except LockedOut:
            return self._form(request, secret, status=429, name=name, problem="login.locked")
        except (WrongPassword, BadAccount):
            return self._form(request, secret, status=401, name=name, problem="login.wrong")
        response = RedirectResponse("/desk", status_code=303)
        self._set_cookie(response, SESSION_COOKIE, session, int(SESSION_LENGTH.total_seconds()))
        response.delete_cookie(DOOR_COOKIE, path="/desk")
        return response

    def _form(
        self, request: Request, secret: str, *, status: int = 200, name: str = "", problem: str = ""
    ) -> Response:
        values = {"token": proof(secret), "name": name, "problem": problem}
        response = self._look.page(request, "login.html", status=status, **values)
        self._set_cookie(response, DOOR_COOKIE, secret, _DOOR_SECONDS)
        return response

    def _set_cookie(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/desk", httponly=True, samesite="lax", secure=self._secure
        )
