"""How a page is made: templates, words and the files beside them, all read once.

Everything a template prints is escaped; a name it does not know is an error. A page has
an ETag, so that the script that keeps it fresh usually gets a 304.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from desk.wording import Words
from intake.city import CityProfile

_PAGES = Path(__file__).parents[1]
_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A style sheet or script, and the mark that changes with it."""

    content: bytes
    media_type: str
    mark: str


def read_static() -> dict[str, StaticFile]:
    """The files under `desk/static`, by name."""
    folder = _PAGES.parent / "static"
    return {path.name: _file(path) for path in folder.iterdir() if path.suffix in _MEDIA_TYPES}


class PageRenderer:
    """Renders pages for one city."""

    def __init__(self, city: CityProfile, words: Words, static: dict[str, StaticFile]) -> None:
        self.words = words
        self._env = Environment(
            loader=FileSystemLoader(_PAGES / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.globals.update(
            say=words.say, city=city, static=lambda name: f"/desk/static/{name}?v={static[name].mark}"
        )

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        """The page, or 304 if the reader has just this one."""
        html = self._env.get_template(template).render(**values).encode()
        etag = f'"{hashlib.sha256(html).hexdigest()[:32]}"'
        if status == 200 and request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"ETag": etag})
        return HTMLResponse(html, status_code=status, headers={"ETag": etag})


def _file(path: Path) -> StaticFile:
    content = path.read_bytes()
    return StaticFile(content, _MEDIA_TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:12])
