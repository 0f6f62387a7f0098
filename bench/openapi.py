"""`python -m bench.openapi`: schemathesis asks every path, as nobody and as each role; nothing may break.

The document it reads is made from the routers, with each role's own session and the proof its forms carry.
"""

import asyncio
import io
import json
import os
import re
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute, Route

from app.logs import set_up
from bench.redteam.world import STAFF, World, opened, serving
from desk.pages.gate import SESSION_COOKIE, proof

EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "20"))
FORMATS = {"type": "string", "enum": ["json", "xml", "html"]}
ENDS_THE_SESSION = "/desk/logout"
ASKED = ("signature", "timestamp", "nonce", "expires", "q", "page", "state", "unit", "month", "service_code")


def described(world: World, token: str) -> dict[str, Any]:
    """Every path that the process answers to, but the one that would end the session that asks."""
    paths: dict[str, dict[str, Any]] = {}
    for route in _routes(world.app.routes):
        if route.path != ENDS_THE_SESSION:
            path = route.path.replace(":path", "")
            for method in map(str.lower, sorted((route.methods or set()) - {"HEAD"})):
                paths.setdefault(path, {})[method] = _operation(method, path, token)
    return {"openapi": "3.0.3", "info": {"title": "jiesu", "version": "1"}, "paths": paths}


def _routes(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """All of them, those of included routers too."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        yield from _routes(getattr(getattr(route, "original_router", None), "routes", ()))


def _operation(method: str, path: str, token: str) -> dict[str, Any]:
    text = {"type": "string"}
    parameters = [
        {"name": one, "in": "path", "required": True, "schema": FORMATS if one == "format_" else text}
        for one in re.findall(r"{(\w+)}", path)
    ]
    parameters += [{"name": one, "in": "query", "schema": text} for one in ASKED]
    operation = {"parameters": parameters, "responses": {"default": {"description": "whatever"}}}
    if method == "post":
        names = ("name", "role", "version", "text", "reason", "lead_unit", "old", "new", "code")
        fields = {"token": {"type": "string", "enum": [token]}} | dict.fromkeys(names, text)
        form = {"type": "object", "properties": fields, "required": ["token"]}
        kinds = {"application/x-www-form-urlencoded": {"schema": form}, "application/json": {"schema": {}}}
        operation["requestBody"] = {"content": kinds}
    return operation


@asynccontextmanager
async def _served(world: World) -> AsyncIterator[str]:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        async with serving(world.app, line):
            yield f"http://127.0.0.1:{line.getsockname()[1]}"


async def _asked(url: str, document: Path, cookie: str) -> tuple[int, str]:
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "run", str(document), "--url", url),
        *("--checks", "not_a_server_error", "--phases", "fuzzing", "-n", str(EXAMPLES), "--no-color"),
        *("--header", f"Cookie: {SESSION_COOKIE}={cookie}"),
    ]
    pipe = asyncio.subprocess.PIPE
    asking = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    said, _ = await asking.communicate()
    return int(asking.returncode or 0), said.decode("utf-8", "replace")


async def _session(world: World, name: str) -> str:
    browser = await world.logged_in(name)
    session = next(cookie.value for cookie in browser.cookies.jar if cookie.name == SESSION_COOKIE)
    await browser.aclose()
    return str(session)


async def play(folder: Path) -> int:
    """The worst exit status."""
    worst = 0
    async with opened(folder) as world, _served(world) as url:
        await world.file_at_desk()
        for name in ("nobody", *STAFF):
            session = "unknown" if name == "nobody" else await _session(world, name)
            document = folder / f"{name}.json"
            document.write_text(json.dumps(described(world, proof(session))), "utf-8")
            status, said = await _asked(url, document, session)
            worst = max(worst, status)
            print(f"as {name}: {'nothing broke' if status == 0 else said[-3000:]}")
    return worst


def main() -> int:
    """0 if no answer was a fault of ours."""
    set_up(io.StringIO())
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(play(Path(folder)))


if __name__ == "__main__":
    raise SystemExit(main())
