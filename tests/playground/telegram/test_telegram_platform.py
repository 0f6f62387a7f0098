"""The played Bot API server: strict where the real one is, and as stubborn."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from playground.phones import NoSuchButton, NoSuchPhone, Picked
from playground.telegram.bot_api import api_router
from playground.telegram.faults import ApiFault
from playground.telegram.files import LARGEST
from playground.telegram.platform import TelegramPlatform

TOKEN = "4200:stand-in"


class Bot:
    """A webhook that answers as told and remembers in which order it was called."""

    def __init__(self) -> None:
        self.answers: list[Response] = []
        self.updates: list[dict[str, Any]] = []
        self.secrets: list[str] = []
        self.gate: asyncio.Event | None = None

    async def take(self, request: Request) -> Response:
        self.updates.append(await request.json())
        self.secrets.append(request.headers.get("x-telegram-bot-api-secret-token", ""))
        if self.gate and "message" in self.updates[-1]:
            await self.gate.wait()
        return self.answers.pop(0) if self.answers else Response()

    def texts(self) -> list[str]:
        return [update["message"].get("text", "") for update in self.updates if "message" in update]


class World:
    def __init__(self, platform: TelegramPlatform, http: httpx.AsyncClient, bot: Bot) -> None:
        self.platform, self.http, self.bot = platform, http, bot

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        answer = await self.http.post(f"http://tg/bot{TOKEN}/{method}", json=params)
        found: dict[str, Any] = answer.json()
        assert found["ok"] == answer.is_success
        return found

    async def settled(self) -> None:
        await self.platform.delivery.idle()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    app, bot = FastAPI(), Bot()
    app.post("/hook")(bot.take)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport) as http:
        platform = TelegramPlatform(
            TOKEN, "http://bot/hook", "s3cret", http, lambda: datetime.now(UTC), time_scale=0.000001
        )
        app.include_router(api_router(platform))
        yield World(platform, http, bot)
        await platform.aclose()


async def test_one_chats_messages_wait_for_the_one_before(world: World) -> None:
    world.bot.gate = asyncio.Event()
    one, other = await world.platform.phone(None), await world.platform.phone(None)
    await one.say("一")
    await one.say("二")
    await other.say("别人")
    while len(world.bot.updates) < 2:
        await asyncio.sleep(0)
    assert world.bot.texts() == ["一", "别人"]
    world.bot.gate.set()
    await world.settled()
    assert world.bot.texts() == ["一", "别人", "二"]
    assert set(world.bot.secrets) == {"s3cret"}


async def test_a_failure_is_tried_again_until_taken_and_holds_back_the_chat(world: World) -> None:
    world.bot.answers = [Response(status_code=500)] * 3
    phone = await world.platform.phone(None)
    await phone.say("一")
    await phone.say("二")
    await world.settled()
    assert world.bot.texts() == ["一"] * 4 + ["二"]
    assert len({update["update_id"] for update in world.bot.updates}) == 2


async def test_after_a_day_of_failures_a_message_is_dropped(world: World) -> None:
    world.bot.answers = [Response(status_code=503, headers={"Retry-After": "9999"})] * 99
    phone = await world.platform.phone(None)
    await phone.say("一")
    await world.settled()
    assert len(world.bot.texts()) in {24, 25}  # an hour apart: the longest wait that is honoured


async def test_taps_have_a_queue_of_their_own_and_live_150_seconds(world: World) -> None:
    phone = await world.platform.phone(None)
    await phone.open()
    keyboard = {"inline_keyboard": [[{"text": "是", "callback_data": "yes"}]]}
    sent = await world.call("sendMessage", chat_id=int(phone.user), text="？", reply_markup=keyboard)
    await world.settled()
    world.bot.gate = asyncio.Event()
    await phone.say("慢的话")
    await phone.tap(str(sent["result"]["message_id"]), "0.0")
    while "callback_query" not in world.bot.updates[-1]:
        await asyncio.sleep(0)
    query = world.bot.updates[-1]["callback_query"]
    assert (query["data"], query["message"]["reply_markup"]) == ("yes", keyboard)
    world.bot.gate.set()
    world.bot.gate = None
    await world.settled()
    world.bot.answers = [Response(status_code=503, headers={"Retry-After": "100"})] * 9
    await phone.tap(str(sent["result"]["message_id"]), "0.0")
    await world.settled()
    assert len([update for update in world.bot.updates if "callback_query" in update]) == 1 + 2


async def test_an_album_is_several_messages_the_first_with_the_caption(world: World) -> None:
    phone = await world.platform.phone(None)
    await phone.photos([Picked(b"a", "image/jpeg", "a"), Picked(b"b", "image/jpeg", "b")], "看")
    await phone.photos([Picked(b"c", "image/jpeg", "c")])
    await world.settled()
    first, second, alone = (update["message"] for update in world.bot.updates)
    assert first["media_group_id"] == second["media_group_id"]
    assert (first.get("caption"), second.get("caption")) == ("看", None)
    assert "media_group_id" not in alone


async def test_a_webhooks_answer_is_obeyed_and_its_failure_told_to_nobody(world: World) -> None:
    phone = await world.platform.phone(None)
    world.bot.answers = [
        Response(
            json.dumps({"method": "sendMessage", "chat_id": int(phone.user), "text": "好"}),
            media_type="application/json",
        ),
        Response('{"method": "sendMessage", "chat_id": 1, "text": ""}', media_type="application/json"),
        Response('{"method": "deleteWebhook"}', media_type="application/json"),
        Response("not json", media_type="application/json"),
    ]
    for _ in range(4):
        await phone.say("喂")
    await world.settled()
    assert [bubble.text for bubble in phone.bubbles(0) if bubble.side == "bot"] == ["好"]
    assert world.platform.delivery.hook is not None


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"chat_id": 1, "text": "x"}, "chat not found"),
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "<b", "parse_mode": "HTML"}, 'Unsupported start tag "b" at byte offset 0'),
        ({"text": "a < b", "parse_mode": "HTML"}, "at byte offset 2"),
        ({"text": "😀<h1>x</h1>", "parse_mode": "HTML"}, 'Unsupported start tag "h1" at byte offset 2'),
        ({"text": "<b>x", "parse_mode": "HTML"}, 'end tag corresponding to start tag "b"'),
        ({"text": "<b>x</i>", "parse_mode": "HTML"}, 'Unmatched end tag "i"'),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "*x", "parse_mode": "MarkdownV2"}, "unsupported parse_mode"),
        ({"text": "x", "entities": [{"type": "big", "offset": 0, "length": 1}]}, "unsupported type"),
        ({"text": "x", "entities": [{"type": "bold", "offset": 0}]}, "wrong offset or length"),
        ({"text": "😀", "entities": [{"type": "bold", "offset": 1, "length": 2}]}, "out of the message"),
        ({"text": "x", "chat_id": "abc"}, "chat_id must be a number"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply_markup"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "噪" * 22}]]}},
            "BUTTON_DATA_INVALID",
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": ""}]]}},
            "BUTTON_DATA_INVALID",
        ),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": ""}]]}}, "must be non-empty"),
    ],
)
async def test_a_bad_message_is_refused_in_telegrams_words(
    world: World, params: dict[str, Any], said: str
) -> None:
    phone = await world.platform.phone(None)
    await phone.open()
    answer = await world.call("sendMessage", **{"chat_id": int(phone.user), **params})
    assert answer["error_code"] == 400
    assert said in answer["description"]


@pytest.mark.parametrize(
    ("params", "shown"),
    [
        ({"text": "<b>粗</b> &lt;b&gt; &amp;copy; &nbsp;", "parse_mode": "HTML"}, "粗 <b> &copy; &nbsp;"),
        ({"text": '<a href="http://x">里</a>', "parse_mode": "html"}, "里"),
        ({"text": "😀好", "entities": [{"type": "bold", "offset": 2, "length": 1}]}, "😀好"),
        ({"text": "<b & 😀"}, "<b & 😀"),
    ],
)
async def test_markup_is_read_and_plain_text_is_left_alone(
    world: World, params: dict[str, Any], shown: str
) -> None:
    phone = await world.platform.phone(None)
    await phone.open()
    answer = await world.call("sendMessage", chat_id=int(phone.user), **params)
    assert answer["result"]["text"] == shown


async def test_a_webhook_changes_once_a_second_at_most(world: World) -> None:
    first = await world.call("setWebhook", url="http://bot/hook", secret_token="other")
    assert first["ok"]
    world.platform.delivery.changed_within = lambda _: True  # type: ignore[method-assign]  # no second has passed
    assert (await world.call("setWebhook", url="http://bot/hook", secret_token="other"))["ok"]
    refused = await world.call("setWebhook", url="http://bot/hook", secret_token="third")
    assert (refused["error_code"], refused["parameters"]) == (429, {"retry_after": 1})


async def test_who_says_gone_for_23_hours_loses_the_webhook(world: World) -> None:
    world.bot.answers = [Response(status_code=410, headers={"Retry-After": "3600"})] * 99
    phone = await world.platform.phone(None)
    await phone.say("一")
    await world.settled()
    assert world.platform.delivery.hook is None
    assert len(world.bot.texts()) == 24
    assert [update["message"]["text"] for update in world.platform.delivery.pending()] == ["一"]


async def test_nobody_is_written_to_who_has_not_started_or_has_blocked(world: World) -> None:
    phone = await world.platform.phone(None)
    refused = await world.call("sendMessage", chat_id=int(phone.user), text="x")
    assert refused["error_code"] == 400
    await phone.open()
    await phone.block()
    refused = await world.call("sendMessage", chat_id=int(phone.user), text="x")
    assert refused["error_code"] == 403


@pytest.mark.parametrize("form", ["json", "data", "files"])
async def test_parameters_come_as_json_or_either_form(world: World, form: str) -> None:
    phone = await world.platform.phone(None)
    await phone.open()
    params: dict[str, Any] = {"chat_id": phone.user, "text": "好"}
    sent = {name: (None, value) for name, value in params.items()} if form == "files" else params
    answer = await world.http.post(f"http://tg/bot{TOKEN}/sendMessage", **{form: sent})
    assert answer.json()["result"]["text"] == "好"


async def test_a_wrong_token_or_method_is_told_so(world: World) -> None:
    assert (await world.http.get("http://tg/bot4200:other/getMe")).status_code == 401
    assert (await world.http.get(f"http://tg/bot{TOKEN}/makeCoffee")).status_code == 404
    assert (await world.http.get("http://tg/file/bot4200:other/photos/file_1.jpg")).status_code == 404


async def test_faults_come_as_ordered(world: World) -> None:
    world.platform.faults.order(ApiFault("getMe", 429, retry_after=3, description="Too Many Requests"))
    assert (await world.call("getMe"))["parameters"] == {"retry_after": 3}
    assert (await world.call("getMe"))["result"]["is_bot"]


async def test_an_edit_changes_the_bubble_and_no_edit_is_refused(world: World) -> None:
    phone = await world.platform.phone(None)
    await phone.open()
    chat = int(phone.user)
    keyboard = {"inline_keyboard": [[{"text": "是", "callback_data": "yes"}]]}
    number = (await world.call("sendMessage", chat_id=chat, text="？", reply_markup=keyboard))["result"][
        "message_id"
    ]
    seen = phone.bubbles(0)[-1].version
    await world.call("editMessageReplyMarkup", chat_id=chat, message_id=number)
    (changed,) = phone.bubbles(seen)
    assert (changed.id, changed.buttons) == (str(number), ())
    again = await world.call("editMessageReplyMarkup", chat_id=chat, message_id=number)
    assert "message is not modified" in again["description"]
    await world.call("editMessageText", chat_id=chat, message_id=number, text="好")
    assert phone.bubbles(0)[-1].text == "好"
    with pytest.raises(NoSuchButton):
        await phone.tap(str(number), "0.0")


async def test_a_reply_keyboard_types_its_label_and_goes_after_one_use(world: World) -> None:
    phone = await world.platform.phone(None)
    await phone.open()
    keyboard = {"keyboard": [[{"text": "发送号码", "request_contact": True}], [{"text": "匿名"}]]}
    await world.call("sendMessage", chat_id=int(phone.user), text="电话？", reply_markup=keyboard)
    asked = phone.bubbles(0)[-1]
    assert [button.asks for button in asked.buttons] == ["contact", ""]
    await phone.tap(asked.id, asked.buttons[1].id)
    await world.settled()
    assert world.bot.texts()[-1] == "匿名"
    assert all(not bubble.buttons for bubble in phone.bubbles(0))


async def test_a_query_is_answered_once(world: World) -> None:
    refused = await world.call("answerCallbackQuery", callback_query_id="never-was")
    assert "query is too old" in refused["description"]


async def test_files_are_fetched_by_path_up_to_20_mb(world: World) -> None:
    phone = await world.platform.phone(None)
    await phone.photos([Picked(b"jpeg", "image/jpeg", "a.jpg")])
    await phone.document(Picked(b"x" * (LARGEST + 1), "application/pdf", "b.pdf"))
    await world.settled()
    photo = world.bot.updates[0]["message"]["photo"][-1]
    path = (await world.call("getFile", file_id=photo["file_id"]))["result"]["file_path"]
    assert (await world.http.get(f"http://tg/file/bot{TOKEN}/{path}")).content == b"jpeg"
    assert world.platform.media(photo["file_id"]) == (b"jpeg", "image/jpeg")
    large = world.bot.updates[1]["message"]["document"]["file_id"]
    assert "file is too big" in (await world.call("getFile", file_id=large))["description"]


async def test_without_a_webhook_updates_wait_until_confirmed(world: World) -> None:
    assert (await world.call("getUpdates"))["error_code"] == 409
    await world.call("deleteWebhook")
    phone = await world.platform.phone(None)
    await phone.say("一")
    await phone.say("二")
    for _ in range(2):
        waiting = (await world.call("getUpdates"))["result"]
        assert [update["message"]["text"] for update in waiting] == ["一", "二"]
    rest = (await world.call("getUpdates", offset=waiting[0]["update_id"] + 1))["result"]
    assert [update["message"]["text"] for update in rest] == ["二"]
    await world.call("setWebhook", url="http://bot/hook", secret_token="new")
    await world.settled()
    assert (world.bot.texts(), world.bot.secrets) == (["二"], ["new"])


async def test_a_second_poller_ends_the_first(world: World) -> None:
    await world.call("deleteWebhook")
    first = asyncio.create_task(world.call("getUpdates", timeout=50))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(world.call("getUpdates", timeout=50))
    assert (await first)["error_code"] == 409
    await (await world.platform.phone(None)).say("一")
    assert len((await second)["result"]) == 1


async def test_kinds_that_were_not_asked_for_do_not_come(world: World) -> None:
    await world.call("setWebhook", url="http://bot/hook", allowed_updates=["message"])
    phone = await world.platform.phone(None)
    await phone.open()
    await phone.block()
    await world.settled()
    assert [sorted(update) for update in world.bot.updates] == [["message", "update_id"]]


async def test_what_is_too_long_the_app_itself_splits(world: World) -> None:
    phone = await world.platform.phone(None)
    await phone.say("😀" * 2049)
    await world.settled()
    assert [len(text) for text in world.bot.texts()] == [2048, 1]


async def test_a_phone_is_found_again_by_its_number_and_no_other(world: World) -> None:
    phone = await world.platform.phone(None)
    await phone.say("一")
    again = await world.platform.phone(phone.user)
    assert [bubble.text for bubble in again.bubbles(0)] == ["一"]
    for stranger in ("1", "abc", ""):
        with pytest.raises(NoSuchPhone):
            await world.platform.phone(stranger)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ({"command": "进度", "description": "x"}, "BOT_COMMAND_INVALID"),
        ({"command": "status", "description": ""}, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)
async def test_commands_are_latin_and_described(world: World, command: dict[str, str], said: str) -> None:
    assert said in (await world.call("setMyCommands", commands=[command]))["description"]
