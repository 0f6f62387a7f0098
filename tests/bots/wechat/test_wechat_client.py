"""The client and the channel against the platform's stand-in."""

import asyncio
import json
import logging
from datetime import datetime
from typing import Any

import httpx
import pytest

from bots.wechat.channel import MessageTemplates, WeChatChannel
from bots.wechat.client import ApiError, Client, Credentials
from bots.wechat.error_codes import until_midnight
from intake.model.messages import Address, ChannelName, Choice, Media, MediaKind, Outgoing, Reply
from intake.model.ports import NotNow, Rejected, Unavailable, Unreachable, Unsure
from playground.phones import Picked
from playground.wechat.phone import WeChatPhone
from playground.wechat.platform import WeChatPlatform

SEND = "/cgi-bin/message/custom/send"
TOKEN = "/cgi-bin/stable_token"
MEDIA = "/cgi-bin/media/get"


def to(phone: WeChatPhone, text: str = "已受理", key: str = "k1", **more: Any) -> Outgoing:
    return Outgoing(Address(ChannelName.WECHAT, phone.user), Reply(text, **more), key)


async def writer(platform: WeChatPlatform) -> WeChatPhone:
    """A citizen who has just written, so that the account may write back."""
    phone = await platform.phone(None)
    await phone.say("你好")
    await platform.settled()
    return phone


def heard(phone: WeChatPhone) -> list[str]:
    return [bubble.text for bubble in phone.bubbles(0) if bubble.side == "bot"]


def answering(status: int, body: bytes | dict[str, Any]) -> httpx.AsyncClient:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(status, content=content)))


async def test_a_message_arrives_with_its_choices_as_links(
    platform: WeChatPlatform, channel: WeChatChannel
) -> None:
    phone = await writer(platform)
    await channel.send(to(phone, "解决了吗?", choices=(Choice("yes", "解决了"),), step="solved"))
    bubble = phone.bubbles(0)[-1]
    assert bubble.text == "解决了吗?\n\n1. 解决了"
    assert [button.label for button in bubble.buttons] == ["解决了"]


async def test_a_long_message_goes_in_pieces_and_a_retry_repeats_none_that_went(
    platform: WeChatPlatform, channel: WeChatChannel, quota: Any
) -> None:
    phone = await writer(platform)
    long = to(phone, "甲" * 682 + "乙" * 682 + "丙" * 682)
    phone_window = platform.citizen(phone.user)
    assert phone_window is not None
    for _ in range(4):
        phone_window.window.take(platform.clock())
    with pytest.raises(NotNow):
        await channel.send(long)
    assert heard(phone) == ["甲" * 682]
    await phone.say("还有吗")
    await platform.settled()
    quota.left = 5
    await channel.send(long)
    assert heard(phone) == ["甲" * 682, "乙" * 682, "丙" * 682]


async def test_five_messages_and_not_a_sixth(platform: WeChatPlatform, channel: WeChatChannel) -> None:
    phone = await writer(platform)
    for number in range(5):
        await channel.send(to(phone, f"第{number}条"))
    with pytest.raises(NotNow, match="45047"):
        await channel.send(to(phone))
    assert len(heard(phone)) == 5


async def test_after_48_hours_nothing(platform: WeChatPlatform, channel: WeChatChannel, clock: Any) -> None:
    phone = await writer(platform)
    clock.on(hours=48, seconds=1)
    with pytest.raises(NotNow, match="45015"):
        await channel.send(to(phone))


async def test_whoever_left_is_told_nothing(platform: WeChatPlatform, channel: WeChatChannel) -> None:
    phone = await writer(platform)
    await phone.leave()
    with pytest.raises(NotNow):
        await channel.send(to(phone))


@pytest.mark.parametrize(
    ("errcode", "consequence"),
    [
        (45015, NotNow),
        (45047, NotNow),
        (48001, NotNow),
        (40003, Unreachable),
        (43004, Unreachable),
        (-1, Unavailable),
        (45011, Unavailable),
        (45009, Unavailable),
        (40164, Unavailable),
        (45002, Rejected),
        (99999, Rejected),
    ],
)
async def test_every_refusal_says_what_to_do_next(
    platform: WeChatPlatform, channel: WeChatChannel, errcode: int, consequence: type[Exception]
) -> None:
    phone = await writer(platform)
    platform.refuse[SEND] = errcode
    with pytest.raises(consequence) as caught:
        await channel.send(to(phone))
    assert type(caught.value) is consequence
    assert platform.calls[SEND] == 1


async def test_the_days_quota_is_waited_for_until_midnight_in_beijing(
    platform: WeChatPlatform, channel: WeChatChannel, clock: Any
) -> None:
    phone = await writer(platform)
    platform.refuse[SEND] = 45009
    with pytest.raises(Unavailable) as caught:
        await channel.send(to(phone))
    assert caught.value.retry_after == until_midnight(clock()) == (7 * 60 + 31) * 60


def test_midnight_is_never_in_the_past() -> None:
    for text in ("2024-02-29T15:59:59+00:00", "2024-02-29T16:00:00+00:00", "2024-12-31T23:59:59+08:00"):
        assert 0 < until_midnight(datetime.fromisoformat(text)) <= 86_460


async def test_many_cold_processes_ask_for_one_token(
    platform: WeChatPlatform, credentials: Credentials, cache: Any, http: httpx.AsyncClient
) -> None:
    clients = [Client(credentials, cache, http) for _ in range(20)]
    tokens = await asyncio.gather(*(client.token.get() for client in clients))
    assert len(set(tokens)) == 1
    assert platform.calls[TOKEN] == 1


async def test_a_token_refused_for_ever_costs_two_requests_and_then_a_pause(
    platform: WeChatPlatform, channel: WeChatChannel, clock: Any
) -> None:
    phone = await writer(platform)
    platform.refuse[SEND] = 40001
    for _ in range(5):
        with pytest.raises(Unavailable):
            await channel.send(to(phone))
    assert platform.calls[TOKEN] <= 2
    assert platform.calls[SEND] <= 2
    platform.refuse.clear()
    clock.on(minutes=2)
    await channel.send(to(phone))
    assert heard(phone) == ["已受理"]


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_stale_token_is_replaced_and_the_call_made_once_more(
    cache: Any, credentials: Credentials, errcode: int
) -> None:
    used: list[str] = []

    def api(request: httpx.Request) -> httpx.Response:
        if request.url.path == TOKEN:
            return httpx.Response(200, json={"access_token": "new", "expires_in": 7200})
        used.append(request.url.params["access_token"])
        return httpx.Response(200, json={"errcode": errcode if used[-1] == "old" else 0})

    await cache.set("wechat:token:wx49f0ab532d5d035a", "old", 60)
    await Client(credentials, cache, httpx.AsyncClient(transport=httpx.MockTransport(api))).post(SEND, {})
    assert used == ["old", "new"]


async def test_a_token_another_process_replaced_is_taken_over_not_asked_for(
    platform: WeChatPlatform, client: Client, cache: Any
) -> None:
    await cache.set("wechat:token:wx49f0ab532d5d035a", "theirs", 60)
    assert await client.token.instead_of("ours") == "theirs"
    assert platform.calls[TOKEN] == 0


async def test_a_token_is_renewed_before_it_ends_and_a_short_one_is_used(
    platform: WeChatPlatform, client: Client, clock: Any
) -> None:
    first = await client.token.get()
    clock.on(minutes=114)
    assert await client.token.get() == first
    clock.on(minutes=2)
    assert await client.token.get() != first
    assert platform.calls[TOKEN] == 2


async def test_a_token_with_five_minutes_to_live_is_still_shared(
    cache: Any, credentials: Credentials
) -> None:
    asked: list[bytes] = []

    def stable_token(request: httpx.Request) -> httpx.Response:
        asked.append(request.content)
        return httpx.Response(200, json={"access_token": "short", "expires_in": 300})

    client = Client(credentials, cache, httpx.AsyncClient(transport=httpx.MockTransport(stable_token)))
    assert [await client.token.get(), await client.token.get()] == ["short", "short"]
    assert [json.loads(body)["force_refresh"] for body in asked] == [False]


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full")]
)
async def test_what_never_left_may_be_sent_again(
    cache: Any, credentials: Credentials, fault: Exception
) -> None:
    await cache.set("wechat:token:wx49f0ab532d5d035a", "t", 60)
    with pytest.raises(Unavailable):
        await failing(cache, credentials, fault).post(SEND, {})


@pytest.mark.parametrize(
    "fault", [httpx.ReadTimeout("slow"), httpx.ReadError("cut"), httpx.RemoteProtocolError("odd")]
)
async def test_what_may_have_arrived_is_unsure(
    cache: Any, credentials: Credentials, fault: Exception
) -> None:
    await cache.set("wechat:token:wx49f0ab532d5d035a", "t", 60)
    with pytest.raises(Unsure):
        await failing(cache, credentials, fault).post(SEND, {})


async def test_a_token_that_never_came_is_asked_for_again(cache: Any, credentials: Credentials) -> None:
    with pytest.raises(Unavailable):
        await failing(cache, credentials, httpx.ReadTimeout("slow")).post(SEND, {})


@pytest.mark.parametrize(
    ("status", "body", "consequence"),
    [
        (500, b"oops", Unsure),
        (503, b"", Unavailable),
        (429, b"", Unavailable),
        (404, b"", Unavailable),
        (200, b"<html>", Unsure),
        (200, b"[]", Unsure),
        (200, {"errcode": "odd"}, ApiError),
    ],
)
async def test_odd_answers(
    cache: Any, credentials: Credentials, status: int, body: bytes, consequence: type[Exception]
) -> None:
    await cache.set("wechat:token:wx49f0ab532d5d035a", "t", 60)
    with pytest.raises(consequence):
        await Client(credentials, cache, answering(status, body)).post(SEND, {})


@pytest.mark.parametrize(
    "answer", [{"access_token": "t"}, {"expires_in": 1}, {"access_token": "t", "expires_in": "x"}]
)
async def test_half_a_token_is_none(cache: Any, credentials: Credentials, answer: dict[str, Any]) -> None:
    with pytest.raises(Unavailable):
        await Client(credentials, cache, answering(200, answer)).token.get()


async def test_text_goes_out_raw(cache: Any, credentials: Credentials) -> None:
    bodies: list[bytes] = []

    def take(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return httpx.Response(200, json={"errcode": 0})

    await cache.set("wechat:token:wx49f0ab532d5d035a", "t", 60)
    client = Client(credentials, cache, httpx.AsyncClient(transport=httpx.MockTransport(take)))
    await client.post(SEND, {"text": {"content": "路灯😀"}})
    assert "路灯😀".encode() in bodies[0]
    assert b"\\u" not in bodies[0]


async def test_no_secret_in_logs_or_errors(
    cache: Any, credentials: Credentials, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = Client(credentials, cache, http)
    token = await client.token.get()
    with pytest.raises(ApiError) as refused:
        await client.post(SEND, {"touser": "nobody", "msgtype": "text", "text": {"content": "x"}})
    with pytest.raises(Unavailable) as broken:
        await failing(cache, credentials, httpx.ConnectError(f"https://x/?access_token={token}")).post(
            SEND, {}
        )
    told = caplog.text + repr(refused.value) + repr(broken.value) + repr(credentials)
    assert "cgi-bin" in caplog.text  # httpx does log the address
    assert token not in told
    assert "app-secret" not in told
    assert broken.value.__cause__ is None


async def test_a_photo_and_a_voice_are_fetched_by_their_id(
    platform: WeChatPlatform, channel: WeChatChannel
) -> None:
    media_id = platform.keep("image", b"\xff\xd8jpeg", "image/jpeg")
    fetched = await channel.fetch(Media(MediaKind.PHOTO, media_id))
    assert (fetched.content, fetched.media_type) == (b"\xff\xd8jpeg", "image/jpeg")


async def test_a_file_that_looks_like_json_is_still_a_file(
    platform: WeChatPlatform, channel: WeChatChannel
) -> None:
    media_id = platform.keep("image", b'{"errcode": 40007}', "image/jpeg")
    assert (await channel.fetch(Media(MediaKind.PHOTO, media_id))).content == b'{"errcode": 40007}'


async def test_a_video_comes_by_the_address_that_stands_in_for_it(
    platform: WeChatPlatform, channel: WeChatChannel
) -> None:
    media_id = platform.keep("video", b"mp4", "video/mp4")
    assert (await channel.fetch(Media(MediaKind.VIDEO, media_id))).content == b"mp4"


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/x", "file:///etc/passwd", "http://qq.com.evil.cn/x", "", "http://evilqq.com/"]
)
async def test_no_other_address_is_read_for_a_video(
    cache: Any, credentials: Credentials, clock: Any, url: str, quota: Any
) -> None:
    await cache.set("wechat:token:wx49f0ab532d5d035a", "t", 60)
    http = answering(200, {"video_url": url})
    channel = WeChatChannel(
        Client(credentials, cache, http), cache, http, clock, quota, MessageTemplates({}, "UTC")
    )
    with pytest.raises(Rejected):
        await channel.fetch(Media(MediaKind.VIDEO, "m"))


async def test_after_three_days_a_file_is_gone(
    platform: WeChatPlatform, channel: WeChatChannel, clock: Any
) -> None:
    media_id = platform.keep("image", b"x", "image/jpeg")
    clock.on(days=3)
    with pytest.raises(Rejected, match="40007"):
        await channel.fetch(Media(MediaKind.PHOTO, media_id))


async def test_an_errcode_with_http_200_is_no_file(platform: WeChatPlatform, channel: WeChatChannel) -> None:
    media_id = platform.keep("image", b"x", "image/jpeg")
    platform.refuse[MEDIA] = -1
    with pytest.raises(Unavailable):
        await channel.fetch(Media(MediaKind.PHOTO, media_id))
    platform.refuse[MEDIA] = 40001
    with pytest.raises(Unavailable):
        await channel.fetch(Media(MediaKind.PHOTO, media_id))


async def test_a_file_beyond_our_limit_is_rejected(
    platform: WeChatPlatform, channel: WeChatChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.wechat.channel.LARGEST_FILE", 10)
    media_id = platform.keep("image", b"x" * 11, "image/jpeg")
    with pytest.raises(Rejected, match="larger"):
        await channel.fetch(Media(MediaKind.PHOTO, media_id))


async def test_the_phone_knows_what_the_account_sent_a_file_of(platform: WeChatPlatform) -> None:
    phone = await platform.phone(None)
    await phone.photos([Picked(b"a", "image/png", "a.png"), Picked(b"b", "image/png", "b.png")])
    await platform.settled()
    shown = [bubble.attached for bubble in phone.bubbles(0) if bubble.attached]
    assert [platform.media(attached.media_id) for attached in shown] == [
        (b"a", "image/png"),
        (b"b", "image/png"),
    ]


def failing(cache: Any, credentials: Credentials, fault: Exception) -> Client:
    def fail(_: httpx.Request) -> httpx.Response:
        raise fault

    return Client(credentials, cache, httpx.AsyncClient(transport=httpx.MockTransport(fail)))
