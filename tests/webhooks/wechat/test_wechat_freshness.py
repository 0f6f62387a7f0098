"""A captured push, or its signature alone, is worth nothing: neither later nor with other words."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from intake.model.messages import Reply
from storage.cache.redis_cache import RedisCache
from tests.webhooks.wechat.conftest import NOW

PATH = "/webhooks/wechat"
MODES = ["plain", "compatible", "safe"]
STAMP = str(int(NOW.timestamp()))
WORDS = {"ToUserName": "gh_1", "FromUserName": "oWang", "MsgType": "text", "Content": "查进度"}


def captured(
    stand: Any, stamp: str = STAMP, nonce: str = "0042", **fields: Any
) -> tuple[dict[str, str], bytes]:
    """One push as it goes over the line."""
    whole = WORDS | {"CreateTime": stamp, "MsgId": "7250021412600020992"} | fields
    added, body = stand.platform.wire.push(whole, stamp, nonce)
    return stand.platform.wire.query(stamp, nonce, "oWang") | added, body


async def post(stand: Any, push: tuple[dict[str, str], bytes]) -> int:
    status: int = (await stand.http.post(PATH, params=push[0], content=push[1])).status_code
    return status


def texts(stand: Any) -> list[str]:
    return [inbound.text for inbound in stand.service.started]


# --- later


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("late", [timedelta(days=5 * 365), timedelta(hours=1), timedelta(seconds=-301)])
async def test_a_captured_push_opens_nothing_at_another_time(build: Any, mode: str, late: timedelta) -> None:
    stand = build(mode, clock=lambda: NOW + late)
    assert await post(stand, captured(stand)) == 403
    assert not stand.service.started
    assert not stand.service.aside


@pytest.mark.parametrize("mode", MODES)
async def test_what_arrives_late_within_minutes_and_its_repeat_are_answered(build: Any, mode: str) -> None:
    now = [NOW]
    stand = build(mode, clock=lambda: now[0])
    push = captured(stand)
    for seconds in (0, 5, 15, 290):
        now[0] = NOW + timedelta(seconds=seconds)
        answer = await stand.http.post(PATH, params=push[0], content=push[1])
        assert stand.platform.wire.reply(answer.status_code, answer.content, "oWang") == "收到"
    assert len(stand.service.taken) == 1


@pytest.mark.parametrize("mode", MODES)
async def test_an_old_address_check_is_not_echoed(build: Any, mode: str) -> None:
    stand = build(mode, clock=lambda: NOW + timedelta(hours=1))
    query = stand.platform.wire.query(STAMP, "0042", "oWang") | {"echostr": "4375120948345356249"}
    answer = await stand.http.get(PATH, params=query)
    assert (answer.status_code, answer.content) == (403, b"")


# --- with other words


async def test_in_plain_mode_a_signature_lets_in_the_body_it_came_with_and_no_other(build: Any) -> None:
    stand = build("plain")
    query, body = captured(stand)
    forged = captured(stand, FromUserName="oSomebodyElse", Content="删除我的数据", MsgId="1")[1]
    assert await post(stand, (query, body)) == 200
    assert await post(stand, (query, forged)) == 403
    assert await post(stand, (query, b"garbage")) == 403
    assert await post(stand, (query, body)) == 200  # WeChat's own repeat
    assert set(texts(stand)) == {"查进度"}
    assert not stand.service.aside


async def test_in_plain_mode_the_address_checks_signature_is_no_pass_for_a_push(build: Any) -> None:
    stand = build("plain")
    query, body = captured(stand)
    for _ in range(2):
        answer = await stand.http.get(PATH, params=query | {"echostr": "437"})
        assert (answer.status_code, answer.content) == (200, b"437")
    assert await post(stand, (query, body)) == 403
    assert not stand.service.started


async def test_in_plain_mode_a_time_ahead_of_ours_is_remembered_until_it_is_over(build: Any) -> None:
    ahead = str(int(STAMP) + 290)
    now = [NOW]
    stand = build("plain", clock=lambda: now[0])
    query, body = captured(stand, ahead)
    assert await post(stand, (query, body)) == 200
    now[0] = NOW + timedelta(seconds=580)
    assert await post(stand, (query, captured(stand, ahead, Content="撤回")[1])) == 403


async def test_two_citizens_of_one_second_are_two(build: Any) -> None:
    stand = build("plain")
    assert await post(stand, captured(stand, nonce="1", MsgId="1")) == 200
    assert (
        await post(stand, captured(stand, nonce="2", MsgId="2", FromUserName="oLi", Content="路灯坏了"))
        == 200
    )
    assert texts(stand) == ["查进度", "路灯坏了"]


@pytest.mark.parametrize("in_json", [False, True])
async def test_in_compatible_mode_only_the_encrypted_copy_is_read(build: Any, in_json: bool) -> None:
    stand = build("compatible", in_json=in_json)
    query, body = captured(stand)
    forged = body.replace("查进度".encode(), "删除我的数据".encode()).replace(b"oWang", b"oOther")
    assert forged != body
    assert await post(stand, (query, forged)) == 200
    (inbound,) = stand.service.started
    assert (inbound.text, inbound.address.user) == ("查进度", "oWang")


# --- several processes, and a cache that is away


@pytest.fixture
async def caches(redis_url: str) -> AsyncIterator[list[RedisCache]]:
    opened = [
        RedisCache(redis_url, prefix=f"fresh-{hashlib.sha256(redis_url.encode()).hexdigest()[:6]}:")
        for _ in "ab"
    ]
    yield opened
    for cache in opened:
        await cache.aclose()


async def test_another_process_knows_what_a_signature_came_with(build: Any, caches: list[RedisCache]) -> None:
    here, there = (build("plain", cache=cache) for cache in caches)
    push = captured(here, nonce="0077")
    assert await post(here, push) == 200
    assert await post(there, (push[0], captured(there, nonce="0077", Content="撤回")[1])) == 403
    assert await post(there, push) == 200
    assert texts(there) == ["查进度"]


async def test_without_redis_no_honest_message_is_lost_and_one_process_holds_alone(
    build: Any, unused_tcp_port: int
) -> None:
    away = RedisCache(f"redis://127.0.0.1:{unused_tcp_port}/0")
    stand = build("plain", cache=away)
    push = captured(stand)
    assert await post(stand, push) == 200
    assert await post(stand, (push[0], captured(stand, Content="撤回")[1])) == 403
    assert await post(stand, push) == 200
    assert set(texts(stand)) == {"查进度"}
    await away.aclose()


# --- a clock that is wrong


@pytest.mark.parametrize(("hours", "says"), [(8, "behind ours"), (-8, "ahead of ours")])
async def test_a_clock_that_is_wrong_is_said_once_and_never_silently(
    build: Any, hours: int, says: str
) -> None:
    now = [NOW + timedelta(hours=hours)]
    stand = build(clock=lambda: now[0])
    with capture_logs() as logs:
        for number in range(3):
            assert await post(stand, captured(stand, MsgId=str(number))) == 403
        await asyncio.sleep(0)
    assert [entry["about"] for entry in logs if entry["log_level"] == "warning"] == ["clock"]
    assert stand.recorder.notes["clock"] == f"its time is 28800 s {says}"
    assert "oWang" not in str(logs)
    now[0] = NOW
    stand.service.replies = (Reply("收到"),)
    assert await post(stand, captured(stand)) == 200
    await asyncio.sleep(0)
    assert stand.recorder.notes == {}


async def test_a_strangers_old_signature_is_no_word_about_our_clock(stand: Any) -> None:
    query, body = captured(stand, str(int(STAMP) - 3600))
    assert await post(stand, (query | {"signature": "0" * 40}, body)) == 403
    await asyncio.sleep(0)
    assert stand.recorder.notes == {}
