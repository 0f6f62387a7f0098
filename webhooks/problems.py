"""Errors of our own JSON paths, as RFC 9457 problem documents.

`type` ends in a name that programs may rely on; `title` is for people and never holds what was sent.
"""

from collections.abc import Mapping

from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


def problem(status: int, name: str, title: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error answer: `name` is the last step of its type's address, e.g. `no-channel`."""
    return JSONResponse(
        {"type": f"/problems/{name}", "title": title, "status": status},
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )
