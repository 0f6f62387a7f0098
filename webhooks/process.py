"""One of several web processes: what each of them does by itself after it was started.

The rule: nothing is handed over but the listening socket and two words in the environment; settings are
read anew, so that a process which dies is started again as the others were.
"""

import os

from starlette.types import ASGIApp, Receive, Scope, Send

from app.logs import set_up
from app.settings import read_settings
from app.wiring import open_house
from webhooks.server import create_app

FACTORY = "webhooks.process:create"
_BASE_URL = "JIESU_SERVE_BASE_URL"
_WORKER = "JIESU_SERVE_WORKER"


def announce(base_url: str, *, with_worker: bool) -> None:
    """Tell the processes to be started where they are reached, and whether they deliver too."""
    os.environ |= {_BASE_URL: base_url, _WORKER: str(int(with_worker))}


def create() -> ASGIApp:
    """The server's factory: the house is opened when the server starts, and closed when it stops."""
    set_up()
    return _Opening(os.environ[_BASE_URL], with_worker=os.environ[_WORKER] == "1")


class _Opening:
    """An app that becomes one with its lifespan."""

    def __init__(self, base_url: str, *, with_worker: bool) -> None:
        self._base_url = base_url
        self._with_worker = with_worker
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            assert self._app is not None, "the lifespan comes first"  # noqa: S101
            await self._app(scope, receive, send)
            return
        async with open_house(read_settings(), self._base_url) as house:
            self._app = create_app(house, with_worker=self._with_worker)
            await self._app(scope, receive, send)
