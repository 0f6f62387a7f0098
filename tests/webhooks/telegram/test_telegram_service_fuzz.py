"""Whatever Telegram's schema allows, against the real service: no 5xx, no hang, nothing stored twice.

`FUZZ_SECONDS` says about how long (`make fuzz`); a few seconds without it.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import strategies as st

from bots.telegram.channel import TelegramChannel, open_telegram
from bots.telegram.outgoing.split import rides
from bots.telegram.shared import Shared
from intake.model.messages import ChannelName
from storage.cache.cache import MemoryCache
from storage.db.keyring import KeyRing
from tests.webhooks import service_fuzz
from tests.webhooks.service_fuzz import LONGEST, Door, client, clock, keep_knocking
from webhooks.telegram import telegram_router

SECRET = "a-secret"
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}

WORDS = (
    *("同意", "单独同意", "提交", "修改", "取消", "返回", "人工", "查进度", "1", "2", "/start", "/new@bot"),
    "新华路15号院油烟太大电话13912345678",
)

POLL = {
    "id": "1",
    "question": "?",
    "options": [],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": False,
    "members_only": False,
}

words = st.one_of(
    st.text(max_size=60),
    st.sampled_from(WORDS),
    st.text(alphabet="<b>&😀\u202e\u0000\ud83d好", max_size=40),
    st.text(min_size=4000, max_size=4096, alphabet="甲😀\n"),
)
chat = st.fixed_dictionaries(
    {
        "id": st.sampled_from([77, 78, -5, 2**52, -1001234567890]),
        "type": st.sampled_from(["private", "group", "supergroup", "channel"]),
    }
)
person = st.fixed_dictionaries(
    {"id": st.sampled_from([77, 78]), "is_bot": st.booleans(), "first_name": st.text(max_size=5)},
    optional={"language_code": st.sampled_from(["zh-hans", "zh-hant", "en", "", "xx"])},
)
file = st.fixed_dictionaries(
    {"file_id": st.text(min_size=1, max_size=8), "file_unique_id": st.just("u")},
    optional={"file_size": st.integers(0, 2**40), "mime_type": st.sampled_from(["image/png", "text/x", ""])},
)
pin = st.fixed_dictionaries(
    {"latitude": st.floats(-90, 90), "longitude": st.floats(-180, 180)},
    optional={"live_period": st.integers(1, 99), "horizontal_accuracy": st.floats(0, 1500)},
)
card = st.fixed_dictionaries(
    {"phone_number": st.text(max_size=15), "first_name": st.text(max_size=9)},
    optional={"user_id": st.sampled_from([77, 1])},
)
sized = file.map(lambda one: one | {"width": 1, "height": 1})
timed = file.map(lambda one: one | {"duration": 1})
content = {
    "text": words,
    "caption": words,
    "photo": st.lists(sized, max_size=3),
    "voice": timed,
    "audio": timed,
    "video": sized.map(lambda one: one | {"duration": 1}),
    "document": file,
    "location": pin,
    "venue": pin.map(lambda one: {"location": one, "title": "x", "address": "y"}),
    "contact": card,
    "sticker": sized.map(lambda one: one | {"type": "regular", "is_animated": False, "is_video": False}),
    "media_group_id": st.sampled_from(["1", "2"]),
    "new_chat_title": st.text(max_size=5),
    "from": person,
    "dice": st.just({"emoji": "🎲", "value": 3}),
    "animation": sized.map(lambda one: one | {"duration": 1}),
    "video_note": file.map(lambda one: one | {"duration": 1, "length": 1}),
    "poll": st.just(POLL),
    "story": st.just({"chat": {"id": 77, "type": "private"}, "id": 1}),
    "forward_origin": st.just({"type": "hidden_user", "sender_user_name": "王", "date": 1}),
    "reply_to_message": st.just(
        {"message_id": 1, "date": 0, "chat": {"id": 77, "type": "private"}, "text": "x"}
    ),
    "entities": st.lists(
        st.fixed_dictionaries(
            {
                "type": st.sampled_from(["bot_command", "url", "custom_emoji", "new"]),
                "offset": st.integers(-9, 9999),
                "length": st.integers(-9, 9999),
            }
        ),
        max_size=2,
    ),
    "edit_date": st.integers(0, 2**33),
    "pinned_message": st.just({"message_id": 1, "date": 0, "chat": {"id": 77, "type": "private"}}),
}
message = st.fixed_dictionaries(
    {
        "message_id": st.integers(1, 30),
        "date": st.integers(0, 2**33),
        "chat": chat,
    },
    optional=content,
)
press = st.fixed_dictionaries(
    {"id": st.text(min_size=1, max_size=9), "from": person, "chat_instance": st.just("1")},
    optional={
        "data": words | st.sampled_from(["1|notice|agree", "1|summary|submit", "0|x|y", "1|menu|progress"]),
        "message": message,
        "inline_message_id": st.text(max_size=5),
    },
)
standing = st.sampled_from(["kicked", "member", "left", "administrator"]).map(
    lambda status: {
        "status": status,
        "user": {"id": 4200, "is_bot": True, "first_name": "b"},
        "until_date": 0,
    }
)
member = st.fixed_dictionaries(
    {
        "chat": chat,
        "from": person,
        "date": st.integers(0, 2**33),
        "old_chat_member": standing,
        "new_chat_member": standing,
    }
)
update = st.fixed_dictionaries(
    {"update_id": st.integers(0, 2**31)},
    optional={
        "message": message,
        "edited_message": message,
        "callback_query": press,
        "my_chat_member": member,
        "channel_post": message,
    },
)


@asynccontextmanager
async def opened(sqlite_url: str, keyring: KeyRing, folder: Path, nobody: int) -> AsyncIterator[Door]:
    """The real webhook, receiver and service; Telegram itself is away."""
    shared = Shared(MemoryCache(), keyring.digest)
    telegram: TelegramChannel = open_telegram("4200:x", f"http://127.0.0.1:{nobody}", shared=shared)
    async with service_fuzz.opened(sqlite_url, keyring, folder, {ChannelName.TELEGRAM: rides}) as runtime:
        app = FastAPI()
        app.include_router(telegram_router(SECRET, runtime.receiver, telegram, clock))
        async with client(app) as http:

            async def push(one: dict[str, Any]) -> httpx.Response:
                return await http.post("/webhooks/telegram", content=json.dumps(one), headers=HEADERS)

            try:
                yield Door(ChannelName.TELEGRAM, runtime, push)
            finally:
                await telegram.aclose()


@pytest.mark.timeout(LONGEST)
def test_every_update_is_taken_once_however_odd(
    sqlite_url: str, keyring: KeyRing, tmp_path: Path, unused_tcp_port: int
) -> None:
    keep_knocking(opened(sqlite_url, keyring, tmp_path, unused_tcp_port), update)
