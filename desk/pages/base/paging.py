"""Lists a page at a time: what is shown, and polled, keeps its size however much there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Request

T = TypeVar("T")

MOST_PAGES = 1000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list; `before` and `after` are the addresses of the pages beside them, "" for none."""

    rows: tuple[T, ...]
    number: int
    before: str
    after: str


def number_of(request: Request, name: str = "page") -> int:
    """Which page was asked for; whatever is no number is the first."""
    asked = request.query_params.get(name, "")
    known = asked.isascii() and asked.isdecimal() and len(asked) < 5
    return min(max(int(asked), 1), MOST_PAGES) if known else 1


def page_of(request: Request, found: Sequence[T], size: int, name: str = "page") -> Page[T]:
    """The page made of `found`, read with one row more than `size` to see whether there is another."""
    number = number_of(request, name)
    before = _address(request, name, number - 1) if number > 1 else ""
    after = _address(request, name, number + 1) if len(found) > size and number < MOST_PAGES else ""
    return Page(tuple(found[:size]), number, before, after)


def _address(request: Request, name: str, number: int) -> str:
    """This list's page beside the others as they are."""
    asked = {key: value for key, value in request.query_params.items() if key != name}
    asked |= {name: str(number)} if number > 1 else {}
    return f"{request.url.path}?{urlencode(asked)}" if asked else request.url.path


def row_of(request: Request, name: str) -> int | None:
    """The number of a row in the address; None for whatever can be none."""
    asked = request.query_params.get(name, "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None


def clipped(text: str, most: int) -> str:
    """The text, cut with an ellipsis where it is longer."""
    return text if len(text) <= most else text[: most - 1] + "…"
