"""Polling: the same turns as behind the webhook, and a queue nothing can block."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI

from bots.telegram import polling as polling_module
from bots.telegram.channel import TelegramChannel, open_telegram
from bots.telegram.polling import Poll, next_offset
from bots.telegram.setup import introduce, leave_webhook, set_up
from intake.model.messages import Choice, Event, Inbound, Reply
from intake.model.ports import Rejected, Unavailable
from intake.understand.commands import find
from playground.telegram.bot_api import api_router
from playground.telegram.faults import ApiFault
from playground.telegram.phone import TelegramPhone
from playground.telegram.platform import TelegramPlatform
from tests.receiving import KEPT, receiver_over

Desk = Any  # the fixture's remembering service
TOKEN = "4200:stand-in"
Polling = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
def polling(telegram: TelegramChannel, platform: TelegramPlatform, desk: Desk) -> Polling:
    """Runs the poller until everything the server held is confirmed."""

    @asynccontextmanager
    async def until_all_taken() -> AsyncIterator[None]:
        poll = Poll(telegram, receiver_over(desk), platform.clock, wait=1, first_pause=0.001)
        running = asyncio.create_task(poll.run())
        yield
        while platform.delivery.pending():
            assert not running.done()
            await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    return until_all_taken


def texts(phone: TelegramPhone) -> list[str]:
    return [bubble.text for bubble in phone.bubbles(0) if bubble.side == "bot"]


async def test_an_update_nobody_can_read_is_put_aside_and_blocks_nobody(
    polling: Polling, platform: TelegramPlatform, desk: Desk
) -> None:
    phone = await platform.phone(None)
    await phone.say("一")
    platform.post(phone.user, "message", {"message_id": "poison", "text": "我叫王小明"})
    await phone.say("二")
    async with polling():
        pass
    assert [inbound.text for inbound in desk.received] == ["一", "二"]
    (message_id, reason) = desk.aside[0]
    assert message_id.startswith("4200:")
    assert "王小明" not in reason
    assert texts(phone) == ["好的：一", "好的：二"]


async def test_a_bot_token_nobody_knows_ends_it(api_url: str, desk: Desk, platform: TelegramPlatform) -> None:
    stranger = open_telegram("4200:wrong", api_url)
    with pytest.raises(Rejected, match="does not know this token"):
        await Poll(stranger, receiver_over(desk), platform.clock).run()
    await stranger.aclose()


async def test_polling_and_answers_go_through_the_proxy(
    platform: TelegramPlatform, desk: Desk, listening: Any, unused_port: int
) -> None:
    """Telegram itself cannot be reached from here; only the proxy can, which is asked for whole addresses."""
    phone, beyond = await platform.phone(None), FastAPI()
    beyond.include_router(api_router(platform))
    await phone.say("一")

    async def proxy(scope: Any, receive: Any, send: Any) -> None:
        await beyond({**scope, "path": urlsplit(scope["path"]).path}, receive, send)

    async with listening(proxy) as way:
        there = open_telegram(TOKEN, f"http://127.0.0.1:{unused_port}", way)
        running = asyncio.create_task(Poll(there, receiver_over(desk), platform.clock, wait=1).run())
        while not texts(phone):
            assert not running.done()
            await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await there.aclose()
        await platform.aclose()
    assert texts(phone) == ["好的：一"]


@pytest.mark.parametrize(
    "fault",
    [
        ApiFault("getUpdates", 409, 2, description="Conflict: terminated by other getUpdates request"),
        ApiFault("getUpdates", 502, 2),
        ApiFault("getUpdates", 0, 2),
    ],
    ids=["another poller", "server fault", "broken line"],
)
async def test_a_fault_of_telegrams_is_waited_out(
    polling: Polling, platform: TelegramPlatform, desk: Desk, fault: ApiFault
) -> None:
    platform.faults.order(fault)
    phone = await platform.phone(None)
    await phone.say("一")
    async with polling():
        pass
    assert texts(phone) == ["好的：一"]


async def test_with_no_database_and_no_disk_nothing_is_confirmed_and_nothing_skipped(
    polling: Polling, platform: TelegramPlatform, desk: Desk
) -> None:
    desk.down = desk.full = 2
    phone = await platform.phone(None)
    await phone.say("一")
    await phone.say("二")
    async with polling():
        pass
    assert [inbound.text for inbound in desk.received] == ["一", "二"]


async def test_a_turn_that_cannot_be_done_is_kept_and_said_and_holds_up_nobody(
    polling: Polling, platform: TelegramPlatform, desk: Desk
) -> None:
    """One citizen's row that no key opens must not end the bot for all the others."""
    unlucky, other = await platform.phone(None), await platform.phone(None)
    receive = desk.receive

    async def sealed(inbound: Inbound) -> tuple[Reply, ...]:
        if inbound.address.user == unlucky.user:
            raise Unavailable("a key is missing")
        return await receive(inbound)

    desk.receive = sealed
    await unlucky.say("一")
    await other.say("二")
    async with polling():
        pass
    assert ([kept.text for kept in desk.shelved], texts(unlucky)) == (["一"], [KEPT])
    assert texts(other) == ["好的：二"]


@pytest.mark.parametrize(
    "fault",
    [ApiFault("sendMessage", 502), ApiFault("sendMessage", 0), ApiFault("sendMessage", 429, retry_after=5)],
)
async def test_a_prompt_that_failed_goes_through_the_outbox(
    polling: Polling, platform: TelegramPlatform, desk: Desk, fault: ApiFault
) -> None:
    platform.faults.order(fault)
    phone = await platform.phone(None)
    await phone.say("一")
    async with polling():
        pass
    assert [replies[0].text for replies in desk.late.values()] == ["好的：一"]


async def test_a_blocked_bot_does_not_try_for_ever(
    polling: Polling, platform: TelegramPlatform, desk: Desk
) -> None:
    phone = await platform.phone(None)
    await phone.say("一")
    await phone.block()
    async with polling():
        pass
    assert {inbound.event for inbound in desk.received} == {None, Event.LEFT}
    assert (texts(phone), desk.late) == ([], {})


async def test_what_comes_again_gets_its_stored_answer_and_is_one_turn(
    polling: Polling, platform: TelegramPlatform, desk: Desk
) -> None:
    phone = await platform.phone(None)
    await phone.say("一")
    update = platform.delivery.pending()[0]
    async with polling():
        pass
    platform.delivery.add(phone.user, update, life=3600)
    async with polling():
        pass
    assert len(desk.received) == 1
    assert texts(phone) == ["好的：一", "好的：一"]


async def test_a_receipt_goes_through_the_outbox_under_the_updates_id(
    polling: Polling, platform: TelegramPlatform, desk: Desk
) -> None:
    receipt = (Reply("受理编号 1", durable=True),)
    desk.answer = lambda _: receipt
    phone = await platform.phone(None)
    await phone.say("提交")
    async with polling():
        pass
    assert desk.late == {desk.received[0].id: receipt}
    assert texts(phone) == []


async def test_bursts_of_many_chats_stay_in_order_each(
    polling: Polling, platform: TelegramPlatform, desk: Desk
) -> None:
    phones = [await platform.phone(None) for _ in range(12)]
    for number in range(5):
        for phone in phones:
            await phone.say(str(number))
    async with polling():
        pass
    for phone in phones:
        own = [inbound.text for inbound in desk.received if inbound.address.user == phone.user]
        assert own == ["0", "1", "2", "3", "4"]


async def test_a_press_is_answered_and_its_buttons_go(
    polling: Polling, platform: TelegramPlatform, desk: Desk, telegram: TelegramChannel
) -> None:
    desk.worker = telegram
    ask = Reply("提交吗？", choices=(Choice("yes", "提交"),), step="summary")
    desk.answer = lambda inbound: (Reply("已提交"),) if inbound.tap else (ask,)
    phone = await platform.phone(None)
    await phone.say("一")
    async with polling():
        pass
    asked = phone.bubbles(0)[-1]
    await phone.tap(asked.id, asked.buttons[0].id)
    async with polling():
        pass
    assert platform.spinning() == 0
    assert phone.bubbles(0)[1].buttons == ()
    assert texts(phone)[-1] == "已提交"


def test_update_ids_may_begin_anew_so_none_is_kept_as_a_threshold() -> None:
    assert next_offset([{"update_id": 7}, {"update_id": 9}, {"no": "id"}, "junk"]) == 10
    assert next_offset([]) == 0


async def test_set_up_says_it_all_and_may_be_run_again(
    telegram: TelegramChannel, platform: TelegramPlatform
) -> None:
    for _ in range(2):
        await set_up(telegram, "https://12345.example.org/", "a-secret")
    hook = platform.delivery.hook
    assert hook is not None
    assert (hook.url, hook.secret) == ("https://12345.example.org/webhooks/telegram", "a-secret")
    assert set(hook.allowed) == {"message", "edited_message", "callback_query", "my_chat_member"}
    assert set(platform.profile) == {
        (what, language)
        for what in ("commands", "description", "short_description")
        for language in ("", "en")
    }
    await leave_webhook(telegram)
    assert platform.delivery.hook is None


async def test_what_is_so_already_is_not_changed_again(
    telegram: TelegramChannel, platform: TelegramPlatform
) -> None:
    await introduce(telegram)
    platform.calls.clear()
    await introduce(telegram)
    assert [method for method, _ in platform.calls if method.startswith("set")] == []


async def test_a_description_changed_too_often_keeps_nobody_from_being_answered(
    telegram: TelegramChannel, platform: TelegramPlatform
) -> None:
    platform.faults.order(ApiFault("setMyDescription", 429, retry_after=3600))
    with pytest.raises(Unavailable):
        await introduce(telegram)
    assert await telegram.rest() == 0


async def test_a_wrong_token_ends_the_start(api_url: str) -> None:
    stranger = open_telegram("4200:wrong", api_url)
    for starting in (leave_webhook(stranger), set_up(stranger, "https://12345.example.org", "a-secret")):
        with pytest.raises(Rejected, match="does not know this token"):
            await starting
    await stranger.aclose()


async def test_a_server_that_says_nothing_without_waiting_is_left_in_peace_for_a_moment(
    listening: Any, desk: Desk, platform: TelegramPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, rests = [], asyncio.Queue[float]()

    async def rest(seconds: float) -> None:
        rests.put_nowait(seconds)
        await asyncio.Event().wait()

    app = FastAPI()

    @app.post("/{path:path}")
    async def nothing(path: str) -> dict[str, Any]:
        asked.append(path)
        return {"ok": True, "result": []}

    async with listening(app) as address:
        telegram = open_telegram("4200:x", address)
        monkeypatch.setattr(polling_module, "sleep", rest)
        running = asyncio.create_task(Poll(telegram, receiver_over(desk), platform.clock).run())
        assert 0 <= await rests.get() <= 1
        assert len(asked) == 1
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await telegram.aclose()


@pytest.mark.parametrize("secret", ["", "has space", "x" * 257, "密"])
async def test_a_secret_telegram_would_not_take_is_refused_here(
    telegram: TelegramChannel, secret: str
) -> None:
    with pytest.raises(ValueError, match="1 to 256"):
        await set_up(telegram, "https://12345.example.org", secret)


async def test_every_command_of_the_menu_is_known_to_the_dialog_in_both_languages(
    telegram: TelegramChannel, platform: TelegramPlatform
) -> None:
    await introduce(telegram)
    for command in telegram.phrases.commands:
        assert find(f"/{command.name}")[0]
        assert set(command.description) == {"zh", "en"}
