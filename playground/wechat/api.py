"""WeChat's API as an account's server calls it: tokens, customer-service messages, files, menu.

As with the real one, every answer is HTTP 200 and says in `errcode` what became of the call.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from playground.wechat.account_api import AccountApi, Answer, answered
from playground.wechat.platform import WeChatPlatform
from playground.wechat.wire import LONGEST_TEXT

_SAID = {
    0: "ok",
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40007: "invalid media_id",
    40013: "invalid appid",
    40016: "invalid button size",
    40018: "invalid button name size",
    40037: "invalid template_id",
    40053: "invalid action info",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40125: "invalid appsecret",
    40164: "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist",
    41001: "access_token missing",
    42001: "access_token expired",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    45002: "content size out of limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
}


def api_router(platform: WeChatPlatform) -> APIRouter:
    """The API's paths; where they are mounted is what `JIESU_WECHAT__API_URL` says."""
    api = _Api(platform)
    router = APIRouter()
    router.add_api_route("/cgi-bin/stable_token", api.stable_token, methods=["POST"])
    router.add_api_route("/cgi-bin/token", api.token, methods=["GET"])
    router.add_api_route("/cgi-bin/message/custom/send", api.send, methods=["POST"])
    router.add_api_route("/cgi-bin/menu/create", api.menu, methods=["POST"])
    router.add_api_route("/cgi-bin/media/get", api.media, methods=["GET"])
    AccountApi(platform, api.checked).add_to(router)
    router.add_api_route("/video/{media_id}", api.video, methods=["GET"], name="wechat_video")
    return router


class _Api:
    def __init__(self, platform: WeChatPlatform) -> None:
        self._platform = platform

    async def stable_token(self, request: Request) -> Response:
        asked = await _document(request)
        code = self._refused("/cgi-bin/stable_token") or self._credentials(asked)
        if code:
            return _code(code)
        token, lifetime = self._platform.tokens.ask_stable(
            self._platform.clock(), anew=asked.get("force_refresh") is True
        )
        return JSONResponse({"access_token": token, "expires_in": lifetime})

    async def token(self, request: Request) -> Response:
        code = self._refused("/cgi-bin/token") or self._credentials(request.query_params)
        if code:
            return _code(code)
        token, lifetime = self._platform.tokens.ask_plain(self._platform.clock())
        return JSONResponse({"access_token": token, "expires_in": lifetime})

    async def send(self, request: Request) -> Response:
        code = self._refused("/cgi-bin/message/custom/send") or self._token(request) or self._right()
        return _code(code or await self._sent(request))

    async def checked(self, request: Request, do: Callable[[dict[str, Any]], Answer]) -> Response:
        """What only an account with rights may do, after all that is checked before."""
        code = self._refused(_path(request)) or self._token(request) or self._right()
        if code:
            return _code(code)
        code, more = do(await _document(request))
        return answered(code, _SAID.get(code, "refused"), more)

    async def menu(self, request: Request) -> Response:
        asked = await _document(request)
        code = self._refused("/cgi-bin/menu/create") or self._token(request) or _menu_fault(asked)
        if not code:
            self._platform.menu = asked
        return _code(code)

    async def media(self, request: Request) -> Response:
        code = self._refused("/cgi-bin/media/get") or self._token(request)
        media_id = request.query_params.get("media_id", "")
        stored = self._platform.stored(media_id)
        if code or stored is None:
            return _code(code or 40007)
        if stored.kind == "video":
            return JSONResponse({"video_url": str(request.url_for("wechat_video", media_id=media_id))})
        named = {"Content-Disposition": f'attachment; filename="{media_id}"'}
        return Response(stored.content, media_type=stored.media_type, headers=named)

    async def video(self, media_id: str) -> Response:
        stored = self._platform.stored(media_id)
        if stored is None:
            return Response(status_code=404)
        return Response(stored.content, media_type=stored.media_type)

    async def _sent(self, request: Request) -> int:
        raw = await request.body()
        asked = await _document(request)
        citizen = self._platform.citizen(str(asked.get("touser", "")))
        text = asked.get("text", {}).get("content") if isinstance(asked.get("text"), dict) else None
        if not isinstance(text, str) or not text or asked.get("msgtype") != "text":
            return 47001
        if b"\\u" in raw:
            return 40033
        if citizen is None:
            return 40003
        if len(text.encode()) > LONGEST_TEXT:
            return 45002
        code = citizen.window.take(self._platform.clock())
        if not code:
            self._platform.say(citizen, text)
        return code

    def _refused(self, path: str) -> int:
        self._platform.calls[path] += 1
        return self._platform.refuse.get(path, 0)

    def _token(self, request: Request) -> int:
        token = request.query_params.get("access_token", "")
        return self._platform.tokens.check(token, self._platform.clock())

    def _right(self) -> int:
        """Unverified accounts may answer in the turn and do nothing else."""
        return 0 if self._platform.verified else 48001

    def _credentials(self, asked: Mapping[str, Any]) -> int:
        if asked.get("grant_type") != "client_credential":
            return 40002
        if asked.get("appid") != self._platform.appid:
            return 40013
        return 0 if asked.get("secret") == self._platform.secret else 40125


def _path(request: Request) -> str:
    """The path as WeChat names it, wherever this API is mounted."""
    whole = request.url.path
    return whole[max(whole.find("/cgi-bin/"), whole.find("/wxaapi/"), 0) :]


def _code(code: int) -> Response:
    return JSONResponse({"errcode": code, "errmsg": _SAID.get(code, "refused")})


async def _document(request: Request) -> dict[str, Any]:
    try:
        document = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _menu_fault(asked: Mapping[str, Any]) -> int:
    """Three buttons of 16 bytes, five of 60 bytes under each."""
    buttons = asked.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        return 40016
    if any(len(str(button.get("name", "")).encode()) > 16 for button in buttons):
        return 40018
    under = [sub for button in buttons for sub in button.get("sub_button", [])]
    return 40018 if any(len(str(sub.get("name", "")).encode()) > 60 for sub in under) else 0
