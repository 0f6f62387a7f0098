"""An answer held against `docs/openapi/`: in no test comes one that integrators were not told of."""

import re
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import httpx

from hotline.openapi import Direction, document


def promised(direction: Direction, prefix: str = "") -> Callable[[httpx.Response], Awaitable[None]]:
    """For httpx's `event_hooks`; `prefix` is where the document's paths begin."""
    paths = _document(direction)["paths"]

    async def check(answer: httpx.Response) -> None:
        path = answer.request.url.path.removeprefix(prefix)
        form = re.sub("^/tickets/[^/]+", "/tickets/{hotline_ref}", path)
        responses = paths[form][answer.request.method.lower()]["responses"]
        told = responses[str(answer.status_code)]
        assert answer.headers["content-type"] in told.get("content", {"application/json": {}})

    return check


@cache
def _document(direction: Direction) -> dict[str, Any]:
    """Made once a process: it is made from the models alone."""
    return document(direction)
