"""`python -m bench.openapi`: schemathesis asks every path, as nobody and as each role; nothing may break.

The document it reads is made from the routers, with each role's own session and the proof its forms carry.
"""

import asyncio
import io
import json
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute

from app.logs import set_up
from bench.redteam.world import STAFF, World, opened, serving
from desk.pages.gate import SESSION_COOKIE, proof
from desk.pages.router import desk_pages

EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "20"))
OTHERS = (
    *(("get", path) for path in ("/healthz", "/readyz", "/metrics", "/webhooks/wechat")),
    *(("post", path) for path in ("/webhooks/wechat", "/webhooks/telegram", "/webhooks/hotline")),
    ("get", "/attachments/{sha256}"),
    *((method, "/desk/api/v1/tickets") for method in ("get", "post")),
    ("get", "/desk/api/v1/tickets/{ref}"),
    ("post", "/desk/api/v1/tickets/{ref}/events"),
    ("post", "/desk/api/v1/events"),
    *(("get", f"/open311/v2/{what}") for what in ("services.json", "services.xml", "requests.json")),
    ("post", "/open311/v2/requests.json"),
)
ASKED = ("signature", "timestamp", "nonce", "expires", "q", "page", "state", "unit", "month", "service_code")


def described(world: World, token: str) -> dict[str, Any]:
    """Every path that the process answers to."""
    assert world.house.desk is not None
    pages = desk_pages(world.house.desk, new_secret=str, attachment_url=str, secure=True)
    ours = [
        (method.lower(), route.path.replace(":path", ""))
        for route in pages.routes
        if isinstance(route, APIRoute)
        for method in route.methods
        if route.path != "/desk/logout"  # it would end the session that asks
    ]
    paths: dict[str, dict[str, Any]] = {}
    for method, path in (*ours, *OTHERS):
        paths.setdefault(path, {})[method] = _operation(method, path, token)
    return {"openapi": "3.0.3", "info": {"title": "jiesu", "version": "1"}, "paths": paths}


def _operation(method: str, path: str, token: str) -> dict[str, Any]:
    text = {"type": "string"}
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [{"name": one, "in": "path", "required": True, "schema": text} for one in names]
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
