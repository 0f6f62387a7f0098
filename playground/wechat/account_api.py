"""The account's side of WeChat's API: forms, their templates, QR codes."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from playground.wechat.platform import WeChatPlatform

Asked = dict[str, Any]
Answer = tuple[int, dict[str, Any]]
Checked = Callable[[Request, Callable[[Asked], Answer]], Awaitable[Response]]
_LONGEST_SCENE = 64
_LONGEST_LIFE = 30 * 24 * 3600  # seconds
_ONE_HUNDRED_THOUSAND = 100_000


class AccountApi:
    """Its paths; `checked` is what every call goes through first: rights, token, body."""

    def __init__(self, platform: WeChatPlatform, checked: Checked) -> None:
        self._platform = platform
        self._checked = checked
        self._permanent: set[str] = set()

    def add_to(self, router: APIRouter) -> None:
        router.add_api_route("/cgi-bin/message/template/send", self.template, methods=["POST"])
        router.add_api_route("/cgi-bin/message/subscribe/bizsend", self.notification, methods=["POST"])
        router.add_api_route("/cgi-bin/template/get_all_private_template", self.templates, methods=["GET"])
        router.add_api_route("/wxaapi/newtmpl/gettemplate", self.notifications, methods=["GET"])
        router.add_api_route("/cgi-bin/qrcode/create", self.code, methods=["POST"])

    async def template(self, request: Request) -> Response:
        return await self._checked(
            request, lambda asked: _sent(*self._forms.send_template(self._platform, asked))
        )

    async def notification(self, request: Request) -> Response:
        return await self._checked(
            request, lambda asked: _sent(*self._forms.send_notification(self._platform, asked))
        )

    async def templates(self, request: Request) -> Response:
        known = [{"template_id": name} for name, t in self._forms.templates.items() if not t.by_permission]
        return await self._checked(request, lambda _: (0, {"template_list": known}))

    async def notifications(self, request: Request) -> Response:
        known = [{"priTmplId": name} for name, t in self._forms.templates.items() if t.by_permission]
        return await self._checked(request, lambda _: (0, {"data": known}))

    async def code(self, request: Request) -> Response:
        return await self._checked(request, self._code)

    @property
    def _forms(self) -> Any:
        return self._platform.forms

    def _code(self, asked: Asked) -> Answer:
        info = asked.get("action_info")
        scene = info.get("scene", {}).get("scene_str") if isinstance(info, dict) else None
        if not isinstance(scene, str) or not 1 <= len(scene) <= _LONGEST_SCENE:
            return 40053, {}
        life = asked.get("expire_seconds", 30)
        if asked.get("action_name") == "QR_LIMIT_STR_SCENE":
            self._permanent.add(scene)
            return (45029, {}) if len(self._permanent) > _ONE_HUNDRED_THOUSAND else (0, _made(scene, {}))
        if asked.get("action_name") != "QR_STR_SCENE" or not 0 < life <= _LONGEST_LIFE:
            return 40053, {}
        return 0, _made(scene, {"expire_seconds": life})


def answered(code: int, said: str, more: Asked) -> Response:
    """An answer as WeChat writes it: HTTP 200, whatever it says."""
    return JSONResponse({"errcode": code, "errmsg": said} | more)


def _sent(code: int, number: int) -> Answer:
    return code, {"msgid": number} if number else {}


def _made(scene: str, more: Asked) -> Asked:
    return {"ticket": f"ticket-{scene}", "url": f"http://weixin.qq.com/q/{scene}"} | more
