"""How much one address may ask of the paths that people and programs reach by themselves.

The rule: the platforms and the backend are not counted here (they come from few addresses and are signed);
everybody else is counted by address, staff by their session (many sit behind one address), and hears when
there is room again.
Counted per process: it stops one client from taking all, not a flood from everywhere.
"""

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie

from starlette.types import ASGIApp, Receive, Scope, Send

from desk.pages.base.session import SESSION_COOKIE
from storage.cache.rate_limits import Buckets, Limit
from webhooks.problems import problem

NOT_COUNTED = ("/webhooks/", "/healthz", "/readyz", "/metrics", "/desk/static/", "/desk/api/", "/playground")
EVERYTHING, LOGGING_IN, OFFICE = (20.0, 200), (0.5, 30), (400.0, 4000)
"""Requests a second, and how many at once; an office has many sessions behind one address."""


class AddressLimit:
    """Around the whole application."""

    def __init__(self, app: ASGIApp, buckets: Buckets) -> None:
        self._app = app
        self._buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (limits := _limits(scope)):
            wait = await self._buckets.take(limits, "addresses")
            if wait > 0:
                seconds = str(int(wait) + 1)
                title = "Too many requests from this address; please wait a moment."
                answer = problem(429, "too-many", title, {"Retry-After": seconds})
                return await answer(scope, receive, send)
        return await self._app(scope, receive, send)


def _session(scope: Scope) -> str:
    """The desk's session that is claimed, as a digest; "" for none. Whether it is one is not known yet."""
    jar: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            with suppress(CookieError):
                jar.load(value.decode("latin-1"))
    held = jar.get(SESSION_COOKIE)
    return sha256(held.value.encode("latin-1", "replace")).hexdigest()[:16] if held else ""


def _limits(scope: Scope) -> Sequence[Limit]:
    path: str = scope["path"]
    if path.startswith(NOT_COUNTED):
        return ()
    address = (scope.get("client") or ("unknown", 0))[0]
    counted: list[Limit] = [(f"address:{address}", *EVERYTHING)]
    if session := _session(scope):
        counted = [(f"office:{address}", *OFFICE), (f"session:{session}", *EVERYTHING)]
    if path == "/desk/login" and scope["method"] == "POST":
        counted.append((f"login:{address}", *LOGGING_IN))
    return counted
