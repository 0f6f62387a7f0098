"""Every path that the process answers to, as a document made from its routers.

Nothing but "no fault of ours" is promised of them; what is promised of the contract's paths stands in
`docs/openapi/`, and `contract` asks for it. Numbers and names that there are stand among what is to be
tried: else every answer would be that there is no such thing.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from starlette.routing import BaseRoute, Route

from bench.redteam.world import World
from desk.workflow.transitions import ROWS

TEXT = {"type": "string"}
ENDS_THE_SESSION = "/desk/logout"
ASKED = ("signature", "timestamp", "nonce", "expires", "q", "page", "state", "unit", "month", "service_code")
POSTED = (
    "name",
    "role",
    "old",
    "new",
    "code",
    "confirm",
    "level",
    "reason_code",
    "redirect_channel",
    "master_ref",
)
LISTS = ("overdue", "reworked", "topics")


def described(world: World, token: str, known: Collection[str], under: str = "") -> dict[str, Any]:
    """All `under` a path but the one that would end the session that asks.

    `token` is the proof its forms carry, `known` the numbers of tickets.
    """
    paths: dict[str, dict[str, Any]] = {}
    for route in _routes(world.app.routes):
        if route.path != ENDS_THE_SESSION and route.path.startswith(under):
            path = route.path.replace(":path", "")
            for method in map(str.lower, sorted((route.methods or set()) - {"HEAD"})):
                paths.setdefault(path, {})[method] = _operation(method, path, token, known)
    return {"openapi": "3.0.3", "info": {"title": "jiesu", "version": "1"}, "paths": paths}


def _routes(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """All of them, those of included routers too."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        yield from _routes(getattr(getattr(route, "original_router", None), "routes", ()))


def _operation(method: str, path: str, token: str, known: Collection[str]) -> dict[str, Any]:
    places = {
        "format_": _one_of("json", "xml", "html"),
        "hotline_ref": _perhaps(*known),
        "action": _perhaps(*{row.action for row in ROWS}),
        "which": _perhaps(*LISTS),
    }
    parameters = [
        {"name": one, "in": "path", "required": True, "schema": places.get(one, TEXT)}
        for one in re.findall(r"{(\w+)}", path)
    ]
    parameters += [{"name": one, "in": "query", "schema": TEXT} for one in ASKED]
    operation = {"parameters": parameters, "responses": {"default": {"description": "whatever"}}}
    if method == "post":
        form = {"type": "object", "properties": _fields(token), "required": ["token", "version"]}
        kinds = {"application/x-www-form-urlencoded": {"schema": form}, "application/json": {"schema": {}}}
        operation["requestBody"] = {"content": kinds}
    return operation


def _fields(token: str) -> dict[str, Any]:
    """What a form may hold: its proof, and the fields of every step at a ticket."""
    steps = {name for row in ROWS for name in (*row.needs, *row.takes)}
    return dict.fromkeys((*POSTED, *sorted(steps)), TEXT) | {
        "token": _one_of(token),
        "version": _perhaps("1", "2", "3", "4"),
        "lead_unit": _perhaps("heating", "water"),
        "due_at": _perhaps("2026-12-01T10:00", "0001-01-01T00:00", "9999-12-31T23:59"),
    }


def _one_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": sorted(values)}


def _perhaps(*values: str) -> dict[str, Any]:
    return {"anyOf": [_one_of(*values), TEXT]}
