"""A real S3 server (nanio, from a wheel), and what may go wrong before it: each fault as S3 documents it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from nanio.app import build_app
from nanio.auth.credentials import StaticCredentialResolver
from nanio.config import Settings
from starlette.requests import Request
from starlette.responses import Response

from storage.files.bucket import BucketRules
from tests.processes import free_port

KEY_ID, SECRET, BUCKET, REGION = "jiesu", "a secret of the store", "city", "cn-test-1"

Fault = Callable[[Request], Awaitable[Response | None]]
"""Answers in the server's place, or lets the call through by None."""


@dataclass
class S3:
    """The running server. `faults` come one by one, each before one call; `asked` is every call's method."""

    port: int
    folder: Path
    faults: deque[Fault] = field(default_factory=deque)
    asked: list[str] = field(default_factory=list)

    def rules(self, **other: Any) -> BucketRules:
        given: dict[str, Any] = {
            "url": f"http://127.0.0.1:{self.port}",
            "name": BUCKET,
            "key_id": KEY_ID,
            "secret": SECRET,
            "region": REGION,
            "by_host": False,
        }
        return BucketRules(**given | other)

    def objects(self) -> dict[str, bytes]:
        """Everything in the bucket, by its name, as it lies there."""
        top = self.folder / BUCKET
        found = (path for path in top.rglob("*") if path.is_file())
        named = {str(path.relative_to(top)): path.read_bytes() for path in found}
        return {name: content for name, content in named.items() if not name.startswith(".nanio")}

    def make_bucket(self) -> None:
        (self.folder / BUCKET).mkdir(exist_ok=True)


async def slow_down(_: Request) -> Response:
    return Response(
        "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>", 503
    )


async def broken(_: Request) -> Response:
    return Response("<html>bad gateway</html>", 502)


async def silent(_: Request) -> Response:
    await asyncio.sleep(3600)
    raise AssertionError("nobody waits that long")


@asynccontextmanager
async def s3_server(folder: Path) -> AsyncIterator[S3]:
    """On a free port of its own, with one bucket."""
    folder.mkdir(parents=True)
    store = S3(free_port(), folder)
    store.make_bucket()
    inner = build_app(Settings(folder, credentials=StaticCredentialResolver({KEY_ID: SECRET}), region=REGION))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            store.asked.append(scope["method"])
            if store.faults:
                answer = await store.faults.popleft()(Request(scope, receive))
                if answer is not None:
                    await answer(scope, receive, send)
                    return
        await inner(scope, receive, send)

    config = uvicorn.Config(app, "127.0.0.1", store.port, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield store
    finally:
        server.should_exit = server.force_exit = True
        await serving
