"""The HTTP side of the played Bot API: `/bot{token}/{method}` and `/file/bot{token}/{path}`."""

import secrets
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from playground.telegram.faults import Cut
from playground.telegram.platform import TelegramPlatform
from playground.telegram.wire import BotApiError, Params, bad


def api_router(platform: TelegramPlatform) -> APIRouter:
    """All methods, by GET or POST; parameters in the address, a form of either kind, or JSON."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/bot{token}/{method}", methods=["GET", "POST"])
    async def call(token: str, method: str, request: Request) -> Response:
        if not _same(token, platform.token):
            return _refusal(BotApiError(401, "Unauthorized"))
        try:
            result = await platform.call(method, await _params(request))
        except BotApiError as refused:
            return _refusal(refused)
        except Cut:
            return _half_an_answer()
        return JSONResponse({"ok": True, "result": result})

    @router.get("/file/bot{token}/{path:path}")
    async def file(token: str, path: str) -> Response:
        kept = platform.files.by_path(path) if _same(token, platform.token) else None
        if kept is None:
            return _refusal(BotApiError(404, "Not Found"))
        return Response(kept.content, media_type="application/octet-stream")

    return router


async def _params(request: Request) -> Params:
    given: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        try:
            body = await request.json()
        except ValueError:
            raise bad("can't parse JSON object") from None
        return Params(given | body) if isinstance(body, dict) else Params(given)
    if "form" in kind:
        given |= dict(await request.form())
    return Params(given)


def _refusal(refused: BotApiError) -> Response:
    return JSONResponse(refused.as_json(), refused.code)


def _half_an_answer() -> Response:
    """An answer that promises more than it holds: to the caller, the line has broken."""

    async def half() -> AsyncIterator[bytes]:
        yield b'{"ok":'

    return StreamingResponse(half(), headers={"Content-Length": "1000"}, media_type="application/json")


def _same(token: str, own: str) -> bool:
    return secrets.compare_digest(token.encode(), own.encode())
