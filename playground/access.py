"""Who may drive the phones, and how much they may send.

Pressing a button here makes a platform's stand-in call our own webhooks, so no other site
may do it for the reader: a POST must show that it comes from this very page. Every answer
carries the same safety headers, every refusal is RFC 9457 problem+json.
"""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

FORM_BYTES = 20 * 1024 * 1024  # what Telegram's getFile gives a bot at most
JSON_BYTES = 256 * 1024

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; frame-src 'self'; style-src 'self'; "
        "script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class GuardedRoute(APIRoute):
    """A route of the playground: refuses strangers and floods, answers problems as JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                _check(request)
                response = await handle(request)
            except HTTPException as refusal:
                response = _problem(refusal.status_code, str(refusal.detail))
            except RequestValidationError:
                response = _problem(422, "The request does not have the expected form")
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return guarded


def _check(request: Request) -> None:
    if request.method != "POST":
        return
    if not _from_this_page(request):
        raise HTTPException(403, "Only the playground's own page may do this")
    _check_size(request)


def _from_this_page(request: Request) -> bool:
    """By Sec-Fetch-Site where the browser says it (a page cannot forge it), else by Origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


def _check_size(request: Request) -> None:
    """The server cuts a body at its declared length, so the declaration is enough."""
    declared = request.headers.get("content-length", "")
    if not declared.isdecimal():
        raise HTTPException(411, "The request must say how long it is")
    form = request.headers.get("content-type", "").startswith("multipart/form-data")
    if int(declared) > (FORM_BYTES if form else JSON_BYTES):
        raise HTTPException(413, "Too large")


def _problem(status: int, title: str) -> Response:
    body = {"type": "about:blank", "title": title, "status": status}
    return JSONResponse(body, status, media_type="application/problem+json")
