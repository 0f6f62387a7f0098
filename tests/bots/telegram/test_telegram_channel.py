"""The channel against the played server: its refusals and faults in our errors, then the usual."""

import json
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from bots.telegram.channel import TelegramChannel, open_telegram
from bots.telegram.incoming.update import ButtonPress, FromGroup
from bots.telegram.setup import introduce
from bots.telegram.shared import Shared
from intake.model.messages import Address, Ask, ChannelName, Choice, Media, MediaKind, Outgoing, Reply
from intake.model.ports import NotTaken, Rejected, Unavailable, Unreachable, Unsure
from playground.phones import Bubble, Picked
from playground.telegram.faults import ApiFault
from playground.telegram.files import LARGEST
from playground.telegram.phone import TelegramPhone
from playground.telegram.platform import TelegramPlatform
from storage.cache.cache import MemoryCache
from storage.cache.rate_limits import LocalBuckets
from storage.db.keyring import KeyRing

Listening = Callable[[FastAPI], AbstractAsyncContextManager[str]]

TOKEN = "4200:stand-in"


def to(phone: TelegramPhone, reply: Reply) -> Outgoing:
    return Outgoing(Address(ChannelName.TELEGRAM, phone.user), reply, key="4200:1")


def from_bot(phone: TelegramPhone) -> list[Bubble]:
    return [bubble for bubble in phone.bubbles(0) if bubble.side == "bot"]


@pytest.fixture
async def phone(platform: TelegramPlatform) -> TelegramPhone:
    phone = await platform.phone(None)
    await phone.open()
    return phone


async def test_a_citizen_who_blocked_the_bot_is_unreachable(
    telegram: TelegramChannel, phone: TelegramPhone
) -> None:
    await phone.block()
    with pytest.raises(Unreachable, match="blocked by the user"):
        await telegram.send(to(phone, Reply("进展")))


@pytest.mark.parametrize(
    "said",
    [
        *("chat not found", "PEER_ID_INVALID", "user not found", "USER_ID_INVALID", "user is deactivated"),
        *("INPUT_USER_DEACTIVATED", "CHAT_WRITE_FORBIDDEN", "USER_IS_BLOCKED", "chat_id is invalid"),
    ],
)
async def test_whoever_is_gone_is_unreachable_whatever_code_tells_it(
    telegram: TelegramChannel, phone: TelegramPhone, platform: TelegramPlatform, said: str
) -> None:
    platform.faults.order(ApiFault(code=400, description=f"Bad Request: {said}"))
    with pytest.raises(Unreachable):
        await telegram.send(to(phone, Reply("进展")))


@pytest.mark.parametrize("said", ["message thread not found", "BUTTON_USER_INVALID", "can't parse entities"])
async def test_what_judges_the_message_alone_rejects_it(
    telegram: TelegramChannel, phone: TelegramPhone, platform: TelegramPlatform, said: str
) -> None:
    platform.faults.order(ApiFault(code=400, description=f"Bad Request: {said}"))
    with pytest.raises(Rejected):
        await telegram.send(to(phone, Reply("进展")))


async def test_nobody_waits_for_days_because_telegram_says_so(
    telegram: TelegramChannel, phone: TelegramPhone, platform: TelegramPlatform
) -> None:
    platform.faults.order(ApiFault(code=429, retry_after=1_000_000, description="Too Many Requests"))
    with pytest.raises(Unavailable) as error:
        await telegram.send(to(phone, Reply("进展")))
    assert error.value.retry_after == 3600


async def test_a_stranger_is_unreachable_and_a_bad_message_is_rejected(
    telegram: TelegramChannel, platform: TelegramPlatform
) -> None:
    stranger = await platform.phone(None)
    with pytest.raises(Unreachable, match="chat not found"):
        await telegram.send(to(stranger, Reply("进展")))
    await stranger.open()
    with pytest.raises(Rejected, match="text is empty"):
        await telegram.send(to(stranger, Reply("  ")))


async def test_429_says_how_long_to_wait(
    telegram: TelegramChannel, phone: TelegramPhone, platform: TelegramPlatform
) -> None:
    platform.faults.order(ApiFault(code=429, retry_after=17, description="Too Many Requests: retry after 17"))
    with pytest.raises(Unavailable) as error:
        await telegram.send(to(phone, Reply("进展")))
    assert error.value.retry_after == 17
    assert phone.user not in error.value.reason


async def test_a_429_to_one_call_keeps_everybody_still_but_not_one_about_the_bot_itself(
    api_url: str, phone: TelegramPhone, platform: TelegramPlatform
) -> None:
    shared = Shared(MemoryCache(), KeyRing(["a secret"]).digest, LocalBuckets(lambda: 0.0))
    paced = open_telegram(TOKEN, api_url, shared=shared)
    platform.faults.order(ApiFault("setMyDescription", 429, retry_after=3600))
    with pytest.raises(Unavailable):
        await introduce(paced)
    assert await paced.rest() == 0
    platform.faults.order(ApiFault("sendMessage", 429, retry_after=17))
    with pytest.raises(Unavailable):
        await paced.send(to(phone, Reply("进展")))
    assert await paced.rest() == 17
    assert not await paced.may_ride(Address(ChannelName.TELEGRAM, "77"))
    await paced.aclose()


@pytest.mark.parametrize("description", ["Internal Server Error", "Bad Gateway: restart"])
async def test_a_fault_of_theirs_is_tried_later(
    telegram: TelegramChannel, phone: TelegramPhone, platform: TelegramPlatform, description: str
) -> None:
    platform.faults.order(ApiFault(code=502, description=description))
    with pytest.raises(Unavailable):
        await telegram.send(to(phone, Reply("进展")))
    assert from_bot(phone) == []


@pytest.mark.parametrize("carried_out", [True, False])
async def test_a_line_that_breaks_leaves_us_unsure(
    telegram: TelegramChannel, phone: TelegramPhone, platform: TelegramPlatform, carried_out: bool
) -> None:
    platform.faults.order(ApiFault(code=0, carried_out=carried_out))
    with pytest.raises(Unsure):
        await telegram.send(to(phone, Reply("进展")))
    assert len(from_bot(phone)) == carried_out


@pytest.fixture
async def gateway(listening: Listening) -> AsyncIterator[tuple[TelegramChannel, dict[str, Any]]]:
    """A server that answers as told, whatever is asked."""
    answer: dict[str, Any] = {"content": b"", "status_code": 200}
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def anything(request: Request) -> Response:
        await request.body()
        return Response(**answer)

    async with listening(app) as address:
        telegram = open_telegram(TOKEN, address)
        yield telegram, answer
        await telegram.aclose()


SENT = Outgoing(Address(ChannelName.TELEGRAM, "77"), Reply("x"), key="k")


@pytest.mark.parametrize("status", [200, 502])
async def test_an_answer_nobody_can_read_leaves_us_unsure(
    gateway: tuple[TelegramChannel, dict[str, Any]], status: int
) -> None:
    telegram, answer = gateway
    answer |= {"content": b"<html>gateway</html>", "status_code": status}
    with pytest.raises(Unsure, match="could not be read"):
        await telegram.send(SENT)


async def test_what_telegram_says_it_sent_is_sent_though_the_rest_of_its_answer_is_new_to_us(
    gateway: tuple[TelegramChannel, dict[str, Any]],
) -> None:
    telegram, answer = gateway
    sent = {"message_id": 5, "date": 0, "chat": {"id": "a new kind"}, "reply_markup": {"a new": "kind"}}
    answer |= {"content": json.dumps({"ok": True, "result": sent})}
    await telegram.send(SENT)
    answer |= {"content": json.dumps({"ok": True, "result": {"message_id": "?"}})}
    with pytest.raises(Unsure, match="could not be read"):
        await telegram.send(SENT)


@pytest.mark.parametrize("code", [401, 404])
async def test_a_refused_token_keeps_what_waits(
    gateway: tuple[TelegramChannel, dict[str, Any]], code: int
) -> None:
    telegram, answer = gateway
    answer |= {"content": b'{"ok":false,"error_code":%d,"description":"no"}' % code, "status_code": code}
    with pytest.raises(Unavailable, match="token"):
        await telegram.send(SENT)


async def test_nobody_there_means_nothing_was_sent(unused_port: int) -> None:
    telegram = open_telegram(TOKEN, f"http://127.0.0.1:{unused_port}")
    with pytest.raises(Unavailable, match="cannot be reached"):
        await telegram.send(SENT)
    await telegram.aclose()


async def test_the_proxy_is_gone_through_and_its_absence_means_nothing_was_sent(
    api_url: str, unused_port: int
) -> None:
    telegram = open_telegram(TOKEN, api_url, proxy=f"http://127.0.0.1:{unused_port}")
    with pytest.raises(Unavailable, match="cannot be reached"):
        await telegram.send(SENT)
    await telegram.aclose()


async def test_the_token_is_in_no_error(
    telegram: TelegramChannel, platform: TelegramPlatform, phone: TelegramPhone, unused_port: int
) -> None:
    away = open_telegram(TOKEN, f"http://127.0.0.1:{unused_port}")
    platform.faults.order(ApiFault(code=0))
    failing = [
        telegram.send(to(phone, Reply("x"))),
        away.send(SENT),
        telegram.fetch(Media(MediaKind.PHOTO, "unknown")),
        away.fetch(Media(MediaKind.PHOTO, "unknown")),
    ]
    for call in failing:
        with pytest.raises((Unsure, Unavailable, Rejected)) as error:
            await call
        assert "stand-in" not in "".join(traceback.format_exception(error.value))
    await away.aclose()


@pytest.mark.parametrize("token", ["", "abc", "12:", "1 2:x"])
def test_what_is_no_token_is_said_without_repeating_it(token: str) -> None:
    with pytest.raises(ValueError, match="has the form 123456"):
        open_telegram(token)


async def test_a_file_too_large_or_unknown_is_rejected(
    telegram: TelegramChannel, platform: TelegramPlatform, phone: TelegramPhone
) -> None:
    large = platform.files.keep("photos", Picked(b"x" * (LARGEST + 1), "image/jpeg", "large.jpg"))
    with pytest.raises(Rejected, match="too big"):
        await telegram.fetch(Media(MediaKind.PHOTO, large["file_id"]))
    with pytest.raises(Rejected, match="wrong file_id"):
        await telegram.fetch(Media(MediaKind.PHOTO, "unknown"))


async def test_a_file_too_big_to_be_handed_out_is_said_to_be_so(
    telegram: TelegramChannel, platform: TelegramPlatform
) -> None:
    large = platform.files.keep("photos", Picked(b"x" * (LARGEST + 1), "video/mp4", "film.mp4"))
    with pytest.raises(NotTaken) as refusal:
        await telegram.fetch(Media(MediaKind.VIDEO, large["file_id"]))
    assert refusal.value.why == "large"


@pytest.mark.parametrize("begins", [b"%PDF-1.7", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf1"])
async def test_a_paper_under_a_pictures_name_goes_no_further(
    telegram: TelegramChannel, platform: TelegramPlatform, begins: bytes
) -> None:
    kept = platform.files.keep("photos", Picked(begins + b"x" * 20, "image/jpeg", "a.jpg"))
    with pytest.raises(NotTaken) as refusal:
        await telegram.fetch(Media(MediaKind.PHOTO, kept["file_id"]))
    assert refusal.value.why == "not_here"


async def test_our_own_limit_holds_whatever_the_server_claims(
    api_url: str, platform: TelegramPlatform
) -> None:
    strict = open_telegram(TOKEN, api_url)
    strict = TelegramChannel(strict.bot, strict.phrases, largest_file=10)
    kept = platform.files.keep("photos", Picked(b"x" * 11, "image/jpeg", "a.jpg"))
    with pytest.raises(Rejected, match="too large"):
        await strict.fetch(Media(MediaKind.PHOTO, kept["file_id"]))
    await strict.aclose()


async def test_a_file_comes_with_its_type(telegram: TelegramChannel, platform: TelegramPlatform) -> None:
    kept = platform.files.keep("photos", Picked(b"\xff\xd8jpeg", "image/jpeg", "a.jpg"))
    fetched = await telegram.fetch(Media(MediaKind.PHOTO, kept["file_id"]))
    assert (fetched.content, fetched.media_type) == (b"\xff\xd8jpeg", "image/jpeg")


async def test_citizens_words_arrive_as_they_are(telegram: TelegramChannel, phone: TelegramPhone) -> None:
    await telegram.send(to(phone, Reply("您说：<b & 😀 *粗*")))
    assert from_bot(phone)[-1].text == "您说：<b & 😀 *粗*"


async def test_4096_emoji_arrive_in_two_messages(telegram: TelegramChannel, phone: TelegramPhone) -> None:
    await telegram.send(to(phone, Reply("😀" * 4096, choices=(Choice("ok", "提交"),), step="summary")))
    first, second = from_bot(phone)
    assert first.text + second.text == "😀" * 4096
    assert [button.label for button in second.buttons] == ["提交"]


async def test_a_card_can_be_asked_for(telegram: TelegramChannel, phone: TelegramPhone) -> None:
    await telegram.send(to(phone, Reply("电话？", ask=Ask.CONTACT)))
    assert from_bot(phone)[-1].buttons[0].asks == "contact"


async def test_a_press_too_old_to_be_answered_is_left_alone(
    telegram: TelegramChannel, platform: TelegramPlatform
) -> None:
    await telegram.acknowledge("long-gone")
    assert [method for method, _ in platform.calls] == ["answerCallbackQuery"]


async def test_buttons_of_an_answered_question_go_and_going_twice_is_harmless(
    telegram: TelegramChannel, phone: TelegramPhone
) -> None:
    await telegram.send(to(phone, Reply("？", choices=(Choice("yes", "是"),), step="q")))
    under = ButtonPress("q", int(phone.user), int(from_bot(phone)[-1].id))
    await telegram.retire_buttons(under)
    await telegram.retire_buttons(under)
    assert from_bot(phone)[-1].buttons == ()


async def test_a_group_is_shown_the_way_to_the_private_chat(telegram: TelegramChannel) -> None:
    hint = await telegram.group_answer(FromGroup(-5, "Hotline12345_Bot"))
    assert hint is not None
    assert hint["chat_id"] == -5
    assert "https://t.me/hotline12345_bot?start=" in hint["text"]
    assert await telegram.group_answer(FromGroup(-5, "another_bot")) is None


async def test_a_group_that_calls_and_calls_is_not_told_each_time(api_url: str) -> None:
    shared = Shared(MemoryCache(), KeyRing(["a secret"]).digest, LocalBuckets(lambda: 0.0))
    telegram = open_telegram(TOKEN, api_url, shared=shared)
    told = [await telegram.group_answer(FromGroup(-5)) for _ in range(8)]
    assert None not in told[:3]
    assert told[-1] is None
    assert await telegram.group_answer(FromGroup(-6)) is not None
    await telegram.aclose()
