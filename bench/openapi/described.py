"""Every path that the process answers to, as a document made from its routers.

Nothing but "no fault of ours" is promised of them; what is promised of the contract's paths stands in
`docs/openapi/`, and `contract` asks for it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from starlette.routing import BaseRoute, Route

from bench.redteam.world import World

FORMATS = {"type": "string", "enum": ["json", "xml", "html"]}
ENDS_THE_SESSION = "/desk/logout"
ASKED = ("signature", "timestamp", "nonce", "expires", "q", "page", "state", "unit", "month", "service_code")


def described(world: World, token: str) -> dict[str, Any]:
    """All but the one path that would end the session that asks; `token` is the proof its forms carry."""
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
