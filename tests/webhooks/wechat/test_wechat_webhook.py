"""The WeChat webhook, pushed at by WeChat's stand-in."""

import asyncio
import hashlib
from typing import Any

import pytest

from intake.model.messages import Choice, Event, Reply
from intake.model.ports import Unavailable
from intake.phrases import say
from playground.phones import Picked
from playground.wechat.server import FAULT
from tests.receiving import BROKEN, BUSY, CITY, KEPT

PATH = "/webhooks/wechat"
MORE = say(CITY, "zh", "service.more")
MODES = ["plain", "compatible", "safe"]


def signed(timestamp: str = "1732177800", nonce: str = "0042", key: str = "t0ken") -> dict[str, str]:
    joined = "".join(sorted((key, timestamp, nonce)))
    signature = hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()
    return {"signature": signature, "timestamp": timestamp, "nonce": nonce}


def shown(phone: Any) -> list[str]:
    return [bubble.text or bubble.notice for bubble in phone.bubbles(0) if bubble.side != "citizen"]


# --- the address check


async def test_the_check_is_answered_with_the_bare_echo(stand: Any) -> None:
    answer = await stand.http.get(PATH, params=signed() | {"echostr": "4375120948345356249"})
    assert answer.content == b"4375120948345356249"
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "wrong", [{}, {"signature": "0" * 40}, {"signature": "签名"}, {"nonce": "42"}, {"timestamp": "١٢٣"}]
)
async def test_a_wrong_check_is_refused_and_echoes_nothing(stand: Any, wrong: dict[str, str]) -> None:
    params = (signed() | wrong if wrong else {}) | {"echostr": "<script>"}
    answer = await stand.http.get(PATH, params=params)
    assert (answer.status_code, answer.content) == (403, b"")


# --- who is let in


@pytest.mark.parametrize("mode", MODES)
async def test_a_push_of_nobodys_is_refused_before_its_body_is_looked_at(build: Any, mode: str) -> None:
    stand = build(mode)
    answer = await stand.http.post(PATH, params=signed(key="guess"), content=b"<" * 1_000_000)
    assert answer.status_code == 403
    assert not stand.service.started
    assert not stand.service.aside


async def test_in_safe_mode_a_plain_body_is_refused(stand: Any) -> None:
    body = b"<xml><MsgType>text</MsgType><FromUserName>o1</FromUserName><Content>x</Content></xml>"
    assert (await stand.http.post(PATH, params=signed(), content=body)).status_code == 403
    aes = signed() | {"encrypt_type": "aes"}
    assert (await stand.http.post(PATH, params=aes, content=body)).status_code == 403
    assert not stand.service.started


async def test_a_broken_cipher_is_the_senders_fault(stand: Any) -> None:
    params = signed()
    parts = sorted(("t0ken", params["timestamp"], params["nonce"], "broken"))
    signature = hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
    aes = params | {"encrypt_type": "aes", "msg_signature": signature}
    body = b"<xml><Encrypt>broken</Encrypt></xml>"
    assert (await stand.http.post(PATH, params=aes, content=body)).status_code == 400


async def test_a_body_beyond_the_limit_is_413(build: Any) -> None:
    stand = build("plain")
    body = b"<xml>" + b"<a/>" * 1_000_000 + b"</xml>"
    assert (await stand.http.post(PATH, params=signed(), content=body)).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        b"<xml><MsgType>",
        b"{",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><MsgType>&a;</MsgType></xml>',
    ],
)
async def test_a_verified_push_we_cannot_read_is_kept_and_answered(build: Any, body: bytes) -> None:
    stand = build("plain")
    answer = await stand.http.post(PATH, params=signed(), content=body)
    assert (answer.status_code, answer.content) == (200, b"success")
    assert [kept for _, kept, _ in stand.service.aside] == [body]
    await stand.http.post(PATH, params=signed(), content=body)
    assert len({message_id for message_id, _, _ in stand.service.aside}) == 1


# --- the story


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("in_json", [False, True])
async def test_a_citizen_writes_and_is_answered(build: Any, mode: str, in_json: bool) -> None:
    stand = build(mode, in_json=in_json)
    stand.service.replies = (Reply("哪一种?", (Choice("TS", "投诉"),), step="type"), Reply("]]> 😀"))
    phone = await stand.platform.phone(None)
    await phone.open()
    await stand.platform.settled()
    await phone.say("路灯坏了 ]]> 𠮷")
    await stand.platform.settled()
    assert [taken.event or taken.text for taken in stand.service.taken.values()] == [
        Event.START,
        "路灯坏了 ]]> 𠮷",
    ]
    assert shown(phone)[1:] == ["哪一种?\n\n1. 投诉\n\n]]> 😀"] * 2


async def test_a_tap_a_photo_a_voice_a_pin_and_a_contact(stand: Any) -> None:
    stand.service.replies = (Reply("哪一种?", (Choice("TS", "投诉"),), step="type"),)
    phone = await stand.platform.phone(None)
    await phone.say("你好")
    await stand.platform.settled()
    bubble = phone.bubbles(0)[-1]
    await phone.tap(bubble.id, bubble.buttons[0].id)
    await phone.photos([Picked(b"1", "image/jpeg", "1"), Picked(b"2", "image/jpeg", "2")])
    await phone.voice(Picked(b"v", "audio/amr", "v"))
    await phone.location(39.77, 98.29, "五一路")
    await phone.contact("13800138000", "王芳")
    await phone.sticker()
    await stand.platform.settled()
    taken = list(stand.service.taken.values())[1:]
    assert taken[0].tap is not None
    assert taken[0].tap.option == "TS"
    assert [len(one.media) for one in taken[1:4]] == [1, 1, 1]
    assert taken[4].location is not None
    assert taken[5].text == "王芳 13800138000"
    assert taken[6].event is Event.UNSUPPORTED


async def test_what_needs_no_answer_gets_none(stand: Any) -> None:
    citizen = stand.platform.citizen((await stand.platform.phone(None)).user)
    fields = {"CreateTime": 1732177800, "MsgType": "event", "Event": "LOCATION", "Latitude": 39.7}
    answer = await stand.platform.deliver(
        citizen, {"ToUserName": "gh", "FromUserName": citizen.openid} | fields
    )
    assert (answer.status_code, answer.content) == (200, b"success")
    assert not stand.service.started


async def test_a_menu_click_and_a_scan_reach_the_dialog(stand: Any) -> None:
    phone = await stand.platform.phone(None)
    await phone.scan("bus-12")
    await phone.scan("bus-13")
    await phone.click("查进度")
    await phone.leave()
    await stand.platform.settled()
    taken = list(stand.service.taken.values())
    assert [one.payload or one.text or one.event for one in taken] == [
        "bus-12",
        "bus-13",
        "查进度",
        Event.LEFT,
    ]


# --- too long, too slow, broken


async def test_what_does_not_fit_goes_by_the_outbox(stand: Any) -> None:
    stand.service.replies = (Reply("甲" * 600), Reply("乙" * 600))
    phone = await stand.platform.phone(None)
    await phone.say("你好")
    await stand.platform.settled()
    assert shown(phone) == ["甲" * 600]
    assert list(stand.service.late.values()) == [(Reply("乙" * 600),)]


async def test_where_nothing_can_follow_the_citizen_is_told_that_there_is_more(stand: Any) -> None:
    stand.recorder.in_turn_only = True
    stand.service.replies = (Reply("甲" * 680), Reply("乙" * 600))
    phone = await stand.platform.phone(None)
    await phone.say("你好")
    await stand.platform.settled()
    (heard,) = shown(phone)
    (rest,) = stand.service.late.values()
    assert heard.endswith(f"\n\n{MORE}")
    assert len(heard.encode()) <= 2048
    said = heard.removesuffix(f"\n\n{MORE}") + "".join(reply.text for reply in rest)
    assert said == "甲" * 680 + "乙" * 600


async def test_a_rest_that_finds_no_place_has_the_whole_answer_sent_again(stand: Any) -> None:
    """Else the end of a receipt would be lost with the database's next hiccup."""
    stand.service.replies = (Reply("甲" * 600), Reply("乙" * 600, durable=True))
    stand.service.late_fault = Unavailable("database")
    phone = await stand.platform.phone(None)
    await phone.say("你好")
    await stand.platform.settled()
    await until(lambda: stand.service.shelved)
    assert shown(phone) == ["甲" * 600]
    assert [inbound.text for inbound in stand.service.shelved] == ["你好"]
    assert stand.service.handed == []


async def test_a_slow_turn_is_answered_success_goes_on_and_is_told_later_once(build: Any) -> None:
    stand = build(patience=0.3)
    stand.service.gate = asyncio.Event()
    phone = await stand.platform.phone(None)
    await phone.say("你好")
    await stand.platform.settled()
    assert shown(phone) == []
    assert not stand.service.taken
    stand.service.gate.set()
    await until(lambda: stand.service.late)
    assert len(stand.service.taken) == 1
    assert list(stand.service.late.values()) == [(Reply("收到"),)]


async def test_the_platforms_repeats_join_the_running_turn(build: Any) -> None:
    stand = build(patience=5, platform_patience=0.5)
    stand.service.gate = asyncio.Event()
    phone = await stand.platform.phone(None)
    await phone.say("你好")
    await stand.platform.settled()
    assert shown(phone) == [FAULT]  # three deliveries cut off, none answered
    assert len(stand.service.started) == 1
    stand.service.gate.set()
    await until(lambda: stand.service.taken)


async def test_simultaneous_repeats_are_one_turn_and_equal_answers(stand: Any) -> None:
    stand.service.gate = asyncio.Event()
    citizen = stand.platform.citizen((await stand.platform.phone(None)).user)
    fields = {"FromUserName": citizen.openid, "ToUserName": "gh", "CreateTime": 1, "MsgType": "text"}
    fields |= {"Content": "你好", "MsgId": 7250021412600020992}
    three = [asyncio.create_task(stand.platform.deliver(citizen, fields)) for _ in range(3)]
    await until(lambda: stand.service.started)
    stand.service.gate.set()
    answers = [await one for one in three]
    assert len(stand.service.taken) == 1
    assert {stand.platform.wire.reply(one.status_code, one.content, citizen.openid) for one in answers} == {
        "收到"
    }


async def test_a_later_repeat_gets_the_stored_answer_again(stand: Any) -> None:
    citizen = stand.platform.citizen((await stand.platform.phone(None)).user)
    fields = {"FromUserName": citizen.openid, "ToUserName": "gh", "CreateTime": 1, "MsgType": "text"}
    fields |= {"Content": "你好", "MsgId": 1}
    for _ in range(3):
        answer = await stand.platform.deliver(citizen, fields)
        assert stand.platform.wire.reply(answer.status_code, answer.content, citizen.openid) == "收到"
    assert len(stand.service.taken) == 1


async def test_a_turn_that_breaks_is_kept_and_the_citizen_asked_to_write_again(stand: Any) -> None:
    stand.service.fault = RuntimeError("手机号 13800138000")
    phone = await stand.platform.phone(None)
    await phone.say("你好")
    await stand.platform.settled()
    assert shown(phone) == [BROKEN]
    [(message_id, body, reason)] = stand.service.aside
    assert message_id == stand.service.started[0].id
    assert "你好".encode() in body
    assert reason.startswith("RuntimeError at ")
    assert "13800138000" not in reason


async def test_even_with_nothing_left_working_the_answer_is_200(stand: Any) -> None:
    stand.service.fault = ConnectionError("database")
    stand.service.aside_fault = ConnectionError("database")
    stand.service.disk_fault = ConnectionError("disk")
    phone = await stand.platform.phone(None)
    await phone.say("你好")
    await stand.platform.settled()
    assert shown(phone) == [BUSY]


async def test_without_a_database_the_message_is_kept_and_the_citizen_told(stand: Any) -> None:
    stand.service.fault = Unavailable("database")
    phone = await stand.platform.phone(None)
    await phone.say("你好")
    await stand.platform.settled()
    assert shown(phone) == [KEPT]
    assert [inbound.text for inbound in stand.service.shelved] == ["你好"]
    assert len(stand.service.started) == 1


async def test_with_the_disk_full_too_the_citizen_is_asked_to_write_again(stand: Any) -> None:
    stand.service.fault = Unavailable("database")
    stand.service.disk_fault = Unavailable("disk")
    phone = await stand.platform.phone(None)
    await phone.say("你好")
    await stand.platform.settled()
    assert shown(phone) == [BUSY]
    assert not stand.service.aside


async def test_what_takes_too_long_is_on_the_disk_before_it_is_called_taken(build: Any) -> None:
    stand = build(patience=0.3)
    stand.service.gate = asyncio.Event()
    stand.service.fault = Unavailable("database")
    phone = await stand.platform.phone(None)
    await phone.say("你好")
    await stand.platform.settled()
    assert shown(phone) == []
    assert [inbound.text for inbound in stand.service.shelved] == ["你好"]
    stand.service.gate.set()  # and now the turn fails: the disk has the message already
    await until(lambda: not asyncio.all_tasks() - {asyncio.current_task()})
    assert len(stand.service.shelved) == 1


async def test_what_takes_too_long_with_a_full_disk_is_not_called_taken(build: Any) -> None:
    stand = build(patience=0.3)
    stand.service.gate = asyncio.Event()
    stand.service.disk_fault = Unavailable("disk")
    phone = await stand.platform.phone(None)
    await phone.say("你好")
    await stand.platform.settled()
    assert shown(phone) == [BUSY]
    stand.service.gate.set()


async def test_an_unreadable_push_that_is_kept_nowhere_is_not_taken_and_comes_again(build: Any) -> None:
    stand = build("plain")
    stand.service.aside_fault = stand.service.disk_fault = ConnectionError("neither database nor disk")
    refused = await stand.http.post(PATH, params=signed(), content=b"garbage")
    assert (refused.status_code, stand.service.aside) == (503, [])
    stand.service.aside_fault = None
    taken = await stand.http.post(PATH, params=signed(), content=b"garbage")
    assert (taken.status_code, taken.content) == (200, b"success")
    assert [body for _, body, _ in stand.service.aside] == [b"garbage"]


async def test_a_stop_waits_for_running_turns(build: Any) -> None:
    stand = build(patience=0.1)
    stand.service.gate = asyncio.Event()
    async with stand.app.router.lifespan_context(stand.app):
        phone = await stand.platform.phone(None)
        await phone.say("你好")
        await stand.platform.settled()
        asyncio.get_running_loop().call_later(0.05, stand.service.gate.set)
    assert list(stand.service.late.values()) == [(Reply("收到"),)]


async def until(ready: Any) -> None:
    while not ready():
        await asyncio.sleep(0.005)
