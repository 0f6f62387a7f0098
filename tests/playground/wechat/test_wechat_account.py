"""The stand-in's account: forms, permissions, codes, as strict as WeChat's."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from playground.wechat.api import api_router
from playground.wechat.forms import AccountTemplate
from playground.wechat.phone import WeChatPhone
from playground.wechat.platform import WeChatPlatform

TPL, BIZ = "/cgi-bin/message/template/send", "/cgi-bin/message/subscribe/bizsend"
FIELDS = ("thing1", "time2")
DATA = {"thing1": {"value": "住建局"}, "time2": {"value": "2024-11-21 16:30"}}


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2024, 11, 21, 8, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Account:
    """An account's server that notes what is pushed, and calls the API."""

    def __init__(self) -> None:
        self.pushed: list[str] = []
        self.clock = Clock()
        self.platform = WeChatPlatform(
            appid="wx1",
            secret="s",
            token="t0ken",
            aes_key="k" * 43,
            mode="plain",
            webhook_url="http://us.test/webhooks/wechat",
            http=httpx.AsyncClient(transport=httpx.MockTransport(self._push)),
            clock=self.clock,
        )
        self.platform.forms.templates = {
            "TPL": AccountTemplate(FIELDS),
            "SUB": AccountTemplate(FIELDS, by_permission=True),
            "ONE": AccountTemplate(FIELDS, by_permission=True, once=True),
        }
        app = FastAPI()
        app.include_router(api_router(self.platform), prefix="/somewhere-api")
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test")

    def _push(self, request: httpx.Request) -> httpx.Response:
        self.pushed.append(request.content.decode())
        return httpx.Response(200, text="success")

    async def follower(self) -> WeChatPhone:
        phone = await self.platform.phone(None)
        await phone.open()
        await self.platform.settled()
        self.pushed.clear()
        return phone

    async def call(self, path: str, document: Any = None) -> dict[str, Any]:
        token, _ = self.platform.tokens.ask_stable(self.clock())
        method = "GET" if document is None else "POST"
        url = f"/somewhere-api{path}?access_token={token}"
        answer = await self.http.request(method, url, json=document)
        assert answer.status_code == 200
        await self.platform.settled()
        return answer.json()  # type: ignore[no-any-return]


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    opened = Account()
    yield opened
    await opened.http.aclose()


def form(phone: WeChatPhone, template: str = "TPL", **more: Any) -> dict[str, Any]:
    return {"touser": phone.user, "template_id": template, "data": DATA} | more


async def test_a_form_is_taken_first_and_its_end_told_by_a_push(account: Account) -> None:
    phone = await account.follower()
    answer = await account.call(TPL, form(phone))
    (told,) = account.pushed
    assert f"<MsgID>{answer['msgid']}</MsgID>" in told
    assert "success" in told
    assert phone.bubbles(0)[-1].text == "住建局\n2024-11-21 16:30"


async def test_a_form_that_failed_is_not_shown(account: Account) -> None:
    phone = await account.follower()
    account.platform.forms.fate = "failed:user block"
    assert (await account.call(TPL, form(phone)))["errcode"] == 0
    assert "failed:user block" in account.pushed[0]
    assert phone.bubbles(0)[-1].side == "platform"


async def test_the_same_client_id_sends_once_within_ten_minutes(account: Account) -> None:
    phone = await account.follower()
    one = await account.call(TPL, form(phone, client_msg_id="a"))
    assert await account.call(TPL, form(phone, client_msg_id="a")) == one
    account.clock.now += timedelta(minutes=10)
    assert await account.call(TPL, form(phone, client_msg_id="a")) != one
    assert len(account.platform.forms.sent) == 2


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"template_id": "SUB"}, 40037),
        ({"template_id": "none"}, 40037),
        ({"touser": "oNOBODY"}, 40003),
        ({"data": {"thing1": {"value": "住建局"}}}, 47003),
        ({"data": DATA | {"first": {"value": "您好"}}}, 47003),
        ({"data": DATA | {"thing1": {"value": "长" * 21}}}, 47003),
        ({"data": DATA | {"thing1": {"value": ""}}}, 47003),
        ({"data": DATA | {"thing1": {"value": "a\nb"}}}, 47003),
        ({"data": DATA | {"time2": {"value": "soon"}}}, 47003),
        ({"data": "x"}, 47003),
    ],
)
async def test_what_a_form_is_refused_for(account: Account, changes: dict[str, Any], errcode: int) -> None:
    phone = await account.follower()
    assert (await account.call(TPL, form(phone) | changes))["errcode"] == errcode


async def test_whoever_left_gets_no_form(account: Account) -> None:
    phone = await account.follower()
    await phone.leave()
    assert (await account.call(TPL, form(phone)))["errcode"] == 43004


async def test_a_notification_needs_permission_once_or_for_good(account: Account) -> None:
    phone = await account.follower()
    for name in ("SUB", "ONE"):
        assert (await account.call(BIZ, form(phone, name)))["errcode"] == 43101
        await phone.allow(name)
    assert [(await account.call(BIZ, form(phone, "ONE")))["errcode"] for _ in range(2)] == [0, 43101]
    assert [(await account.call(BIZ, form(phone, "SUB")))["errcode"] for _ in range(2)] == [0, 0]
    await phone.forbid("SUB")
    assert (await account.call(BIZ, form(phone, "SUB")))["errcode"] == 43101
    told = [push for push in account.pushed if "subscribe_msg_sent_event" in push]
    assert len(told) == 3
    assert all("<ErrorCode><![CDATA[0]]></ErrorCode>" in push for push in told)


async def test_an_account_without_rights_may_only_answer(account: Account) -> None:
    phone = await account.follower()
    account.platform.verified = False
    calls = [
        account.call("/cgi-bin/message/custom/send", {"touser": phone.user}),
        account.call(TPL, form(phone)),
        account.call(BIZ, form(phone, "SUB")),
        account.call("/cgi-bin/qrcode/create", {}),
        account.call("/cgi-bin/template/get_all_private_template"),
    ]
    assert {answer["errcode"] for answer in await asyncio.gather(*calls)} == {48001}


async def test_templates_are_told_by_kind(account: Account) -> None:
    mine = await account.call("/cgi-bin/template/get_all_private_template")
    theirs = await account.call("/wxaapi/newtmpl/gettemplate")
    assert [each["template_id"] for each in mine["template_list"]] == ["TPL"]
    assert [each["priTmplId"] for each in theirs["data"]] == ["SUB", "ONE"]


@pytest.mark.parametrize(
    ("name", "scene", "seconds", "errcode"),
    [
        ("QR_LIMIT_STR_SCENE", "s1_a", None, 0),
        ("QR_STR_SCENE", "s1_a", 60, 0),
        ("QR_STR_SCENE", "s1_a", 31 * 24 * 3600, 40053),
        ("QR_STR_SCENE", "", 60, 40053),
        ("QR_STR_SCENE", "x" * 65, 60, 40053),
        ("QR_OTHER", "s1_a", 60, 40053),
    ],
)
async def test_codes(account: Account, name: str, scene: str, seconds: int | None, errcode: int) -> None:
    asked: dict[str, Any] = {"action_name": name, "action_info": {"scene": {"scene_str": scene}}}
    if seconds is not None:
        asked["expire_seconds"] = seconds
    answer = await account.call("/cgi-bin/qrcode/create", asked)
    assert answer.get("errcode") == errcode
    assert ("ticket" in answer) is (errcode == 0)
