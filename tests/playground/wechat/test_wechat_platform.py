"""The stand-in plays WeChat's part: what it pushes, how often, and what it shows of the answers."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from fastapi import FastAPI

from playground.phones import NoSuchButton, NoSuchPhone, Picked
from playground.wechat.api import api_router
from playground.wechat.phone import WeChatPhone
from playground.wechat.platform import WeChatPlatform
from playground.wechat.server import FAULT

START = datetime(2024, 11, 21, 8, 30, tzinfo=UTC)
KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
Server = Callable[[httpx.Request], httpx.Response]


class Account:
    """An account's server: remembers the pushes, answers as told."""

    def __init__(self, answer: Server | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = answer or (lambda _: httpx.Response(200, text="success"))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answer(request)

    def pushes(self) -> list[dict[str, str]]:
        bodies = [ET.fromstring(one.content) for one in self.requests]  # noqa: S314 - the stand-in's own
        return [{node.tag: node.text or "" for node in body} for body in bodies]


def platform_of(
    account: Any, mode: Any = "plain", now: list[datetime] | None = None, **more: Any
) -> WeChatPlatform:
    time = now or [START]
    return WeChatPlatform(
        appid="wx1",
        secret="app-secret",
        token="t0ken",
        aes_key=KEY,
        mode=mode,
        webhook_url="http://us.test/webhooks/wechat",
        http=httpx.AsyncClient(transport=httpx.MockTransport(account)),
        clock=lambda: time[0],
        **more,
    )


async def said(platform: WeChatPlatform, text: str = "你好") -> WeChatPhone:
    phone = await platform.phone(None)
    await phone.say(text)
    await platform.settled()
    return phone


def shown(phone: WeChatPhone) -> list[str]:
    return [bubble.text or bubble.notice for bubble in phone.bubbles(0) if bubble.side != "citizen"]


def xml(text: str, to: str) -> httpx.Response:
    body = f"<xml><ToUserName>{to}</ToUserName><FromUserName>gh</FromUserName><CreateTime>1</CreateTime>"
    return httpx.Response(
        200, text=f"{body}<MsgType>text</MsgType><Content><![CDATA[{text}]]></Content></xml>"
    )


def reply(text: str) -> Server:
    return lambda request: xml(text, request.url.params["openid"])


async def test_a_text_is_pushed_signed_with_a_64_bit_id() -> None:
    account = Account()
    platform = platform_of(account)
    phone = await said(platform, "路灯坏了")
    [push] = account.pushes()
    params = account.requests[0].url.params
    assert params["signature"] == platform.wire.seal.sign(params["timestamp"], params["nonce"])
    assert (push["FromUserName"], push["MsgType"], push["Content"]) == (phone.user, "text", "路灯坏了")
    assert 2**53 < int(push["MsgId"]) < 2**63
    assert len(phone.user) == 28


async def test_in_safe_mode_only_the_receiver_can_be_read() -> None:
    account = Account()
    await said(platform_of(account, "safe"))
    [push] = account.pushes()
    assert set(push) == {"ToUserName", "Encrypt"}
    assert {"encrypt_type", "msg_signature"} <= set(account.requests[0].url.params)


async def test_in_compatible_mode_both_halves_come() -> None:
    account = Account()
    await said(platform_of(account, "compatible"))
    assert {"Content", "Encrypt"} <= set(account.pushes()[0])


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json="success"),
        httpx.Response(200, json={"ok": True}),
        httpx.Response(200, text="收到"),
        httpx.Response(200, text="<xml><MsgType>text</MsgType></xml>"),
        xml("收到", "oSOMEBODY"),
    ],
)
async def test_anything_but_an_answer_is_shown_as_a_fault_and_not_repeated(answer: httpx.Response) -> None:
    account = Account(lambda _: answer)
    assert shown(await said(platform_of(account))) == [FAULT]
    assert len(account.requests) == 1


@pytest.mark.parametrize("status", [403, 500, 503])
async def test_a_refusal_is_heard_three_times_with_the_same_id_and_shown_as_a_fault(status: int) -> None:
    account = Account(lambda _: httpx.Response(status, text="success"))
    assert shown(await said(platform_of(account))) == [FAULT]
    assert len({push["MsgId"] for push in account.pushes()}) == 1
    assert len(account.requests) == 3


async def test_what_was_refused_once_is_answered_the_next_time() -> None:
    answers = iter([httpx.Response(503)])
    account = Account(lambda request: next(answers, None) or xml("收到", request.url.params["openid"]))
    assert shown(await said(platform_of(account))) == ["收到"]
    assert len(account.requests) == 2


async def test_a_plain_reply_in_safe_mode_is_a_fault() -> None:
    assert shown(await said(platform_of(Account(reply("收到")), "safe"))) == [FAULT]
    assert shown(await said(platform_of(Account(reply("收到")), "compatible"))) == ["收到"]


async def test_a_text_beyond_2048_bytes_is_a_fault() -> None:
    assert shown(await said(platform_of(Account(reply("甲" * 682))))) == ["甲" * 682]
    assert shown(await said(platform_of(Account(reply("甲" * 683))))) == [FAULT]


async def test_no_connection_is_tried_three_times_with_the_same_id() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    account = Account(refuse)
    assert shown(await said(platform_of(account))) == [FAULT]
    assert len({push["MsgId"] for push in account.pushes()}) == 1
    assert len(account.requests) == 3


async def test_a_slow_server_hears_it_again_and_a_timely_answer_ends_it() -> None:
    heard: list[str] = []

    async def slow_at_first(request: httpx.Request) -> httpx.Response:
        heard.append(request.url.params["openid"])
        if len(heard) == 1:
            await asyncio.sleep(60)
        return xml("收到", heard[-1])

    assert shown(await said(platform_of(slow_at_first, patience=1))) == ["收到"]
    assert len(heard) == 2


@pytest.mark.parametrize("quiet", ["", "success"])
async def test_silence_shows_nothing(quiet: str) -> None:
    assert shown(await said(platform_of(Account(lambda _: httpx.Response(200, text=quiet))))) == []


async def test_links_become_buttons_and_a_tap_says_them() -> None:
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=投诉&msgmenuid=1:type:TS">投诉</a>'
    account = Account(reply(f'哪一种?\n1. {link}\n<a href="https://a.cn">详情</a>'))
    platform = platform_of(account)
    phone = await said(platform)
    bubble = phone.bubbles(0)[-1]
    assert (bubble.text, [one.label for one in bubble.buttons]) == ("哪一种?\n1. 投诉\n详情", ["投诉"])
    await phone.tap(bubble.id, bubble.buttons[0].id)
    await platform.settled()
    tapped = account.pushes()[-1]
    assert (tapped["MsgType"], tapped["Content"], tapped["bizmsgmenuid"]) == ("text", "投诉", "1:type:TS")


async def test_there_is_nothing_to_tap_but_what_is_shown() -> None:
    phone = await said(platform_of(Account(reply("收到"))))
    for bubble_id in ("0", phone.bubbles(0)[-1].id):
        with pytest.raises(NoSuchButton):
            await phone.tap(bubble_id, "1:type:TS|投诉")


async def test_a_phone_is_known_again_and_a_strange_one_is_not() -> None:
    platform = platform_of(Account())
    phone = await said(platform)
    assert (await platform.phone(phone.user)).bubbles(0) == phone.bubbles(0)
    with pytest.raises(NoSuchPhone):
        await platform.phone("oNOBODY")


async def test_bubbles_and_messages_are_numbered_upwards() -> None:
    account = Account(reply("收到"))
    platform = platform_of(account)
    phone = await platform.phone(None)
    await phone.photos([Picked(b"1", "image/png", "1"), Picked(b"2", "image/png", "2")], "两张")
    await platform.settled()
    ids = [int(bubble.id) for bubble in phone.bubbles(0)]
    assert ids == sorted(set(ids))
    assert [push["MsgType"] for push in account.pushes()] == ["image", "image", "text"]


async def test_following_twice_is_once_and_leaving_shows_no_answer() -> None:
    account = Account(reply("收到"))
    platform = platform_of(account)
    phone = await platform.phone(None)
    await phone.open()
    await phone.open()
    await platform.settled()
    await phone.leave()
    await platform.settled()
    assert [push["Event"] for push in account.pushes()] == ["subscribe", "unsubscribe"]
    assert shown(phone) == ["followed", "收到"]


async def test_a_code_scanned_before_and_after_following() -> None:
    account = Account()
    platform = platform_of(account)
    phone = await platform.phone(None)
    await phone.scan("12")
    await phone.scan("13")
    await platform.settled()
    assert [(push["Event"], push["EventKey"]) for push in account.pushes()] == [
        ("subscribe", "qrscene_12"),
        ("SCAN", "13"),
    ]


async def test_old_citizens_and_files_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.wechat.server._MOST_CITIZENS", 2)
    monkeypatch.setattr("playground.wechat.server._MOST_MEDIA", 10)
    platform = platform_of(Account())
    users = [(await platform.phone(None)).user for _ in range(3)]
    with pytest.raises(NoSuchPhone):
        await platform.phone(users[0])
    files = [platform.keep("image", b"12345", "image/png") for _ in range(3)]
    assert [platform.media(one) is None for one in files] == [True, False, False]


# --- the API


class Api:
    def __init__(self, platform: WeChatPlatform) -> None:
        app = FastAPI()
        app.include_router(api_router(platform), prefix="/wechat-api")
        transport = httpx.ASGITransport(app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://api.test/wechat-api")

    async def stable(self, **more: Any) -> dict[str, Any]:
        asked = {"grant_type": "client_credential", "appid": "wx1", "secret": "app-secret"} | more
        return dict((await self.http.post("/cgi-bin/stable_token", json=asked)).json())

    async def send(self, token: str, user: str, text: str = "您好") -> int:
        body = httpx.Response(
            200, json={"touser": user, "msgtype": "text", "text": {"content": text}}
        ).content
        answer = await self.http.post(
            "/cgi-bin/message/custom/send", params={"access_token": token}, content=body
        )
        assert answer.status_code == 200
        return int(answer.json()["errcode"])


async def test_stable_tokens_are_the_same_for_all_and_renewed_five_minutes_early() -> None:
    now = [START]
    api = Api(platform_of(Account(), now=now))
    first = await api.stable()
    assert (await api.stable())["access_token"] == first["access_token"]
    now[0] += timedelta(minutes=115)
    assert (await api.stable())["access_token"] != first["access_token"]


async def test_plain_tokens_kill_each_other() -> None:
    api = Api(platform_of(Account()))
    params = {"grant_type": "client_credential", "appid": "wx1", "secret": "app-secret"}
    first, second = [(await api.http.get("/cgi-bin/token", params=params)).json() for _ in range(2)]
    assert await api.send(first["access_token"], "o") == 40001
    assert await api.send(second["access_token"], "o") == 40003


@pytest.mark.parametrize(
    ("wrong", "errcode"), [({"secret": "x"}, 40125), ({"appid": "wx2"}, 40013), ({"grant_type": ""}, 40002)]
)
async def test_wrong_credentials_get_no_token(wrong: dict[str, str], errcode: int) -> None:
    assert (await Api(platform_of(Account())).stable(**wrong))["errcode"] == errcode


async def test_tokens_missing_wrong_and_old() -> None:
    now = [START]
    api = Api(platform_of(Account(), now=now))
    token = (await api.stable())["access_token"]
    assert (await api.send("", "o"), await api.send("wrong", "o")) == (41001, 40001)
    now[0] += timedelta(hours=2)
    assert await api.send(token, "o") == 42001


async def test_the_budget_of_each_trigger() -> None:
    now = [START]
    platform = platform_of(Account(), now=now)
    api = Api(platform)
    token = (await api.stable())["access_token"]
    phone = await platform.phone(None)
    assert await api.send(token, phone.user) == 45015
    await phone.click("查进度")
    assert [await api.send(token, phone.user) for _ in range(4)] == [0, 0, 0, 45047]
    now[0] += timedelta(minutes=1)
    assert await api.send(token, phone.user) == 45015
    await phone.say("你好")
    assert [await api.send(token, phone.user) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    await phone.say("还在吗")
    assert await api.send(token, phone.user) == 0
    await phone.leave()
    assert await api.send(token, phone.user) == 45015
    await platform.settled()


async def test_what_custom_send_refuses() -> None:
    platform = platform_of(Account())
    api = Api(platform)
    phone = await said(platform)
    token = (await api.stable())["access_token"]
    assert await api.send(token, phone.user, "甲" * 683) == 45002
    assert await api.send(token, "oNOBODY") == 40003
    assert await api.send(token, phone.user, "") == 47001
    escaped = b'{"touser": "%s", "msgtype": "text", "text": {"content": "\\u8def"}}' % phone.user.encode()
    path, params = "/cgi-bin/message/custom/send", {"access_token": token}
    assert (await api.http.post(path, params=params, content=escaped)).json()["errcode"] == 40033
    assert (await api.http.post(path, params=params, content=b"garbage")).json()["errcode"] == 47001
    assert shown(phone) == []


async def test_files_come_as_files_videos_as_an_address_and_strange_ones_as_an_errcode() -> None:
    platform = platform_of(Account())
    api = Api(platform)
    token = (await api.stable())["access_token"]

    async def get(media_id: str) -> httpx.Response:
        params = {"access_token": token, "media_id": media_id}
        return await api.http.get("/cgi-bin/media/get", params=params)

    photo = await get(platform.keep("image", b"\xff\xd8", "image/jpeg"))
    assert (photo.content, photo.headers["content-type"]) == (b"\xff\xd8", "image/jpeg")
    video = await get(platform.keep("video", b"mp4", "video/mp4"))
    assert (await api.http.get(video.json()["video_url"])).content == b"mp4"
    assert (await get("strange")).json()["errcode"] == 40007


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([{"name": "查进度", "type": "click", "key": "查进度"}], 0),
        ([], 40016),
        ([{"name": "一"}] * 4, 40016),
        ([{"name": "六个汉字太长"}], 40018),
        ([{"name": "更多", "sub_button": [{"name": "长" * 21}]}], 40018),
    ],
)
async def test_a_menu_is_taken_within_its_limits(buttons: list[dict[str, Any]], errcode: int) -> None:
    platform = platform_of(Account())
    api = Api(platform)
    params = {"access_token": (await api.stable())["access_token"]}
    answer = await api.http.post("/cgi-bin/menu/create", params=params, json={"button": buttons})
    assert answer.json()["errcode"] == errcode
    assert (platform.menu is not None) == (errcode == 0)
