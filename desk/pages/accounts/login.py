"""`/desk/login` and `/desk/logout`: in and out of a session.

The log-in form is proven like every other, by a cookie of its own, so that nobody can log a
reader into an account that is not theirs.
"""

from collections.abc import Callable

import structlog
from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from desk.accounts.login_attempts import Asker
from desk.accounts.oidc import NotVouchedFor
from desk.accounts.users import SESSION_LENGTH, BadAccount, LockedOut, WrongPassword
from desk.app import Desk
from desk.pages.base.posted_form import Posted
from desk.pages.base.rendering import PageRenderer
from desk.pages.base.session import SESSION_COOKIE, Barred, NotLoggedIn, SessionGuard, proof, proven
from intake.model.ports import Unavailable

log = structlog.get_logger()

DOOR_COOKIE = "jiesu_desk_door"
SIGN_ON_COOKIE = "jiesu_desk_sign_on"
BACK = "/desk/login/sign-on/back"
DEVICE_COOKIE = "jiesu_desk_device"
_DOOR_SECONDS = 3600
_DEVICE_SECONDS = 180 * 24 * 3600
_SIGN_ON_SECONDS = 600


class LogIn:
    """The door. `secure`: the desk is reached by HTTPS, so its cookies may go no other way."""

    def __init__(
        self,
        desk: Desk,
        gate: SessionGuard,
        look: PageRenderer,
        new_secret: Callable[[], str],
        *,
        secure: bool,
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

    async def go(self, request: Request) -> Response:
        """Off to the city's own sign-on."""
        if self._desk.sign_on is None:
            raise Barred(404, "error.not_found")
        secret = self._new_secret()
        try:
            address = await self._desk.sign_on.address(secret)
        except (Unavailable, NotVouchedFor) as fault:
            log.warning("the sign-on cannot be asked", reason=str(fault))
            return self._form(request, self._new_secret(), status=503, problem="login.sign_on_down")
        response = RedirectResponse(address, status_code=303)
        self._set_cookie(response, SIGN_ON_COOKIE, secret, _SIGN_ON_SECONDS)
        return response

    async def back(self, request: Request) -> Response:
        """Back from it, with an answer that is good once."""
        if self._desk.sign_on is None:
            raise Barred(404, "error.not_found")
        response = await self._returned(request, request.cookies.get(SIGN_ON_COOKIE, ""))
        response.delete_cookie(SIGN_ON_COOKIE, path="/desk")
        return response

    async def _returned(self, request: Request, secret: str) -> Response:
        try:
            session = await self._desk.log_in_by_sign_on(secret, request.query_params)
        except NotVouchedFor as refusal:
            log.warning("nobody vouches", reason=str(refusal))
            return self._form(request, self._new_secret(), status=401, problem="login.sign_on_refused")
        except Unavailable as fault:
            log.warning("the sign-on does not answer", reason=fault.reason)
            return self._form(request, self._new_secret(), status=503, problem="login.sign_on_down")
        return self._inside(session)

    async def leave(self, request: Request) -> Response:
        """End the session."""
        await self._gate.post(request)
        await self._desk.log_out(request.cookies[SESSION_COOKIE])
        response = RedirectResponse("/desk/login", status_code=303)
        response.delete_cookie(SESSION_COOKIE, path="/desk")
        return response

    async def _try(self, request: Request, secret: str, posted: Posted) -> Response:
        name = posted.text("name")[:64]
        asker = await self._asker(request, name)
        password, code = posted.raw("password")[:256], posted.text("code")[:16]
        try:
            session = await self._desk.log_in(name, password, code, asker=asker)
        except LockedOut:
            return self._form(request, secret, status=429, name=name, problem="login.locked")
        except (WrongPassword, BadAccount):
            return self._form(request, secret, status=401, name=name, problem="login.wrong")
        response = self._inside(session)
        self._set_cookie(response, DEVICE_COOKIE, await self._desk.device_mark(name), _DEVICE_SECONDS)
        return response

    async def _asker(self, request: Request, name: str) -> Asker:
        address = request.client.host if request.client else ""
        return await self._desk.asker(name, address, request.cookies.get(DEVICE_COOKIE, "")[:256])

    def _inside(self, session: str) -> Response:
        response = RedirectResponse("/desk", status_code=303)
        self._set_cookie(response, SESSION_COOKIE, session, int(SESSION_LENGTH.total_seconds()))
        response.delete_cookie(DOOR_COOKIE, path="/desk")
        return response

    def _form(
        self, request: Request, secret: str, *, status: int = 200, name: str = "", problem: str = ""
    ) -> Response:
        sign_on = self._desk.sign_on is not None
        values = {"token": proof(secret), "name": name, "problem": problem, "sign_on": sign_on}
        response = self._look.page(request, "login.html", status=status, **values)
        self._set_cookie(response, DOOR_COOKIE, secret, _DOOR_SECONDS)
        return response

    def _set_cookie(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/desk", httponly=True, samesite="lax", secure=self._secure
        )
