"""`GET /attachments/{sha256}`: a citizen's file for whoever holds a signed link that is not over."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.attachments.sanitize import content_type
from app.attachments.store import Files
from storage.db.keyring import Undecryptable
from storage.files.file_store import NoSuchFile
from webhooks.problems import problem

_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


def attachment_router(files: Files) -> APIRouter:
    """The one path. A wrong link and a missing file look the same."""
    router = APIRouter()

    @router.get("/attachments/{sha256}")
    async def attachment(sha256: str, expires: str = "", signature: str = "") -> Response:
        try:
            content = await files.read(sha256, expires, signature)
        except (NoSuchFile, Undecryptable):
            content = None
        if content is None:
            return problem(404, "no-such-file", "No such file, or the link has expired.")
        return _sent(content)

    return router


def _sent(content: bytes) -> Response:
    """Pictures are shown, all else is only saved: nothing a citizen sends runs in a browser of ours."""
    media_type = content_type(content)
    shown = media_type in _SHOWN
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=300",
        "Content-Disposition": "inline" if shown else "attachment",
    }
    return Response(content, media_type=media_type if shown else "application/octet-stream", headers=headers)
