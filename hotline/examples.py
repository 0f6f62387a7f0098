"""One example of each document on the wire, for the OpenAPI documents and for trying a backend.

They say of themselves that they are a test, so that nobody at a hotline sends people out.
"""

from functools import cache
from importlib.resources import files
from typing import Any

import orjson


@cache
def _all() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(files("hotline").joinpath("examples.json").read_bytes())
    return found


def ticket(**changes: Any) -> dict[str, Any]:
    """A ticket document, with other values for some of its fields."""
    return {**_all()["ticket"], **changes}


def events() -> dict[str, dict[str, Any]]:
    """What we tell about a ticket, by name."""
    return dict(_all()["events"])


def general_events() -> dict[str, dict[str, Any]]:
    """What concerns no ticket, by name."""
    return dict(_all()["general"])


def callbacks() -> dict[str, dict[str, Any]]:
    """Some of what the backend calls back with, by name."""
    return dict(_all()["callbacks"])
