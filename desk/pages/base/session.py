"""Who stands before a page: the session behind the cookie, and proof that a form is our own.

The proof (`token` in every form) is derived from the session's own secret, so nobody who cannot
read the cookie can make it, and nothing more need be stored. Every answer, refusals
included, leaves with the same safety headers.
"""

import hashlib
import hmac
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from desk.actions.tickets import UnknownTicket
from desk.app import Desk
from desk.pages.base.posted_form import Posted, read_form
from desk.pages.base.rendering import PageRenderer
from desk.workflow.states import Actor
from hotline.body import BodyTooLarge

SESSION_COOKIE = "jiesu_desk"
OWN_ACCOUNT = "/desk/me"
CHOOSING = frozenset({OWN_ACCOUNT, "/desk/me/password", "/desk/logout"})
"""All that is open to whose password somebody else chose."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
"""Where the desk is reached by HTTPS alone."""

RowId = Annotated[int, Path(ge=1, le=2**63 - 1)]
"""The number of a row in an address: as large as the databases count. Any other is no such page."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class NotLoggedIn(Exception):
    """Nobody we know: show them the door."""


class PasswordGiven(Exception):
    """Somebody else chose their password: they choose one first."""


class Barred(Exception):
    """Not for this person, or not this way: an error page of this status with this phrase."""

    def __init__(self, status: int, phrase: str) -> None:
        super().__init__(phrase)
        self.status = status
        self.phrase = phrase


@dataclass(frozen=True, slots=True)
class Visit:
    """A known person before a page; `token` proves that a form is ours."""

    actor: Actor
    token: str
    given: bool = False
    """The password is not yet their own choice."""


class SessionGuard:
    """Tells visitors apart."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def visit(self, request: Request) -> Visit:
        """Who reads this page. Raises NotLoggedIn or PasswordGiven."""
        session = request.cookies.get(SESSION_COOKIE, "")
        user = await self._desk.whose(session) if session else None
        if user is None:
            raise NotLoggedIn
        if user.given and request.url.path not in CHOOSING:
            raise PasswordGiven
        return Visit(user.actor, proof(session), user.given)

    async def post(self, request: Request) -> tuple[Visit, Posted]:
        """Who posts this form, and the form. Raises NotLoggedIn, PasswordGiven, Barred or BodyTooLarge."""
        visit = await self.visit(request)
        return visit, await proven(request, visit.token)


def proof(secret: str) -> str:
    """The token that goes into the forms of whoever holds this secret."""
    return hmac.new(secret.encode(), b"a form of the desk", hashlib.sha256).hexdigest()


async def proven(request: Request, token: str) -> Posted:
    """The posted form, if it carries this token and is our own page's. Raises Barred or BodyTooLarge."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Barred(403, "error.bad_token")
    form = await read_form(request)
    if not hmac.compare_digest(form.text("token").encode(), token.encode()):
        raise Barred(403, "error.bad_token")
    return form


def guarded_route(look: PageRenderer, *, secure: bool) -> type[APIRoute]:
    """A route class under which refusals become pages and every answer has the safety headers."""

    always = HEADERS | (HTTPS_ONLY if secure else {})

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                response = await _answered(look, handle, request)
                response.headers.update(always)
                response.headers.setdefault("Cache-Control", "no-store")
                return response

            return guarded

    return PageRoute


async def _answered(look: PageRenderer, handle: Handler, request: Request) -> Response:
    try:
        return await handle(request)
    except NotLoggedIn:
        return RedirectResponse("/desk/login", status_code=303)
    except PasswordGiven:
        return RedirectResponse(OWN_ACCOUNT, status_code=303)
    except (UnknownTicket, RequestValidationError):
        return _barred(look, request, Barred(404, "error.not_found"))
    except BodyTooLarge:
        return _barred(look, request, Barred(413, "error.too_large"))
    except Barred as barred:
        return _barred(look, request, barred)


def _barred(look: PageRenderer, request: Request, barred: Barred) -> Response:
    return look.page(request, "error.html", status=barred.status, problem=barred.phrase)
