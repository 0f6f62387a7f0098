"""What every answer carries, whoever made it, and a look at those that refuse (`webhooks.refusal_log`).

Pages add stricter headers.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webhooks.refusal_log import RefusalLog

ALWAYS: Mapping[bytes, bytes] = MappingProxyType(
    {b"x-content-type-options": b"nosniff", b"referrer-policy": b"no-referrer"}
)
HTTPS_ONLY = {b"strict-transport-security": b"max-age=31536000"}


class SecurityHeaders:
    """Around the whole application; `secure`: it is reached by HTTPS alone."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._refusals = RefusalLog()
        self._headers = dict(ALWAYS) | (HTTPS_ONLY if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._refusals.note(scope, message["status"])
                message = {**message, "headers": self._completed(scope, message.get("headers", ()))}
            await send(message)

        return await self._app(scope, receive, sent)

    def _completed(self, scope: Scope, given: Any) -> list[tuple[bytes, bytes]]:
        own = [(bytes(name), _without_host(scope, bytes(name), bytes(value))) for name, value in given]
        names = {name.lower() for name, _ in own}
        return [*own, *((name, value) for name, value in self._headers.items() if name not in names)]


def _without_host(scope: Scope, name: bytes, value: bytes) -> bytes:
    """A redirect to ourselves as a path alone: the host is what the caller said it is."""
    if name.lower() != b"location":
        return value
    said = next((one for key, one in scope["headers"] if key == b"host"), b"")
    parts = urlsplit(value)
    if not said or parts.netloc != said:
        return value
    return b"/" + urlunsplit(parts._replace(scheme=b"", netloc=b"")).lstrip(b"/")
