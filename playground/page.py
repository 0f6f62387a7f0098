"""The playground's page: two phones and the desk, for trying the whole story without an account.

Files of the page are read once, when the router is made, and looked up by name: no path from
outside ever reaches the disk. Words are data (`phrases/*.toml`), given to the page as JSON.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

from playground import page_api
from playground.access import GuardedRoute
from playground.phones import PhoneShop

_HERE = Path(__file__).parent

# Not the machine's own table: some know .js as text/plain, which browsers then refuse to run.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}


@dataclass(frozen=True, slots=True)
class PagePlace:
    """A place to send as a pin, in degrees."""

    name: str
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class PageCity:
    """What the page must know of the city: its name, the account's name in both apps, places."""

    city: str
    account: str
    places: Sequence[PagePlace] = ()


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    media_type: str
    etag: str


def router(shops: Mapping[str, PhoneShop], scene: PageCity) -> APIRouter:
    """Everything under `/playground`. `shops` by the app's name: `wechat`, `telegram`."""
    files = _files(scene)
    pages = APIRouter(prefix="/playground", route_class=GuardedRoute, include_in_schema=False)

    @pages.get("")
    async def page(request: Request) -> Response:
        return _served(request, files["index.html"])

    @pages.get("/static/{name}")
    async def static(request: Request, name: str) -> Response:
        if name not in files:
            raise HTTPException(404, "No such file")
        return _served(request, files[name])

    whole = APIRouter()
    whole.include_router(pages)
    whole.include_router(page_api.routes(shops))
    return whole


def _files(scene: PageCity) -> dict[str, _File]:
    files = {path.name: _file(path.name, path.read_bytes()) for path in (_HERE / "static").iterdir()}
    for path in (_HERE / "phrases").glob("*.toml"):
        name = f"words.{path.stem}.json"
        files[name] = _file(name, json.dumps(tomllib.loads(path.read_text("utf-8"))).encode())
    files["scene.json"] = _file("scene.json", json.dumps(asdict(scene)).encode())
    return files


def _file(name: str, content: bytes) -> _File:
    return _File(content, _TYPES[Path(name).suffix], f'"{hashlib.sha256(content).hexdigest()[:20]}"')


def _served(request: Request, file: _File) -> Response:
    """The file, or 304: browsers ask each time, so that a new release is seen at once."""
    headers = {"Cache-Control": "no-cache", "ETag": file.etag}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=file.media_type)
