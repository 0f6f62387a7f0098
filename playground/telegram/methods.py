"""The Bot API's methods, by name: what each checks and does.

A method gets the platform and the call's parameters, returns its `result`, and raises Refused in
Telegram's words.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from playground.telegram import keyboard_markup, text_entities
from playground.telegram.delivery import Hook
from playground.telegram.room import BotChat
from playground.telegram.server import TelegramServer
from playground.telegram.wire import BotApiError, Json, Params, bad, units

Method = Callable[[TelegramServer, Params], Awaitable[Any]]

LONGEST_TEXT = 4096  # UTF-16 units
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


async def get_me(platform: TelegramServer, _: Params) -> Json:
    return platform.bot


async def send_message(platform: TelegramServer, params: Params) -> Json:
    room = _reachable(platform, params)
    text = _text(params)
    markup = keyboard_markup.checked(params.structure("reply_markup"))
    return platform.bot_says(room, text, markup)


async def edit_text(platform: TelegramServer, params: Params) -> Json:
    room = _reachable(platform, params)
    markup = keyboard_markup.checked(params.structure("reply_markup"))
    return room.changed(params.number("message_id"), _text(params), markup)


async def edit_markup(platform: TelegramServer, params: Params) -> Json:
    room = _reachable(platform, params)
    markup = keyboard_markup.checked(params.structure("reply_markup"))
    return room.changed(params.number("message_id"), None, markup)


async def delete_message(platform: TelegramServer, params: Params) -> bool:
    _reachable(platform, params).deleted(params.number("message_id"))
    return True


async def answer_callback(platform: TelegramServer, params: Params) -> bool:
    text = params.text("text")
    if units(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    platform.stop_spinner(params.text("callback_query_id"), text)
    return True


async def chat_action(platform: TelegramServer, params: Params) -> bool:
    _reachable(platform, params)
    if not params.text("action"):
        raise bad("wrong parameter action in request")
    return True


async def get_file(platform: TelegramServer, params: Params) -> Json:
    return platform.files.described(params.text("file_id"))


async def set_webhook(platform: TelegramServer, params: Params) -> bool:
    secret = params.text("secret_token")
    if not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    url = params.text("url")
    allowed = tuple(params.structure("allowed_updates") or ())
    hook = Hook(url, secret, allowed) if url else None
    if hook != platform.delivery.hook:
        _not_too_often(platform)
        await platform.delivery.point(hook, drop=_flag(params, "drop_pending_updates"))
    return True


def _not_too_often(platform: TelegramServer) -> None:
    """A second must lie between two changes; saying the same again is no change."""
    if platform.delivery.changed_within(1.0):
        raise BotApiError(429, "Too Many Requests: retry after 1", 1)


async def delete_webhook(platform: TelegramServer, params: Params) -> bool:
    await platform.delivery.point(None, drop=_flag(params, "drop_pending_updates"))
    return True


async def webhook_info(platform: TelegramServer, _: Params) -> Json:
    delivery = platform.delivery
    about: Json = {
        "url": delivery.hook.url if delivery.hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(delivery.pending()),
    }
    if delivery.last_error:
        about["last_error_message"] = delivery.last_error
    return about


async def get_updates(platform: TelegramServer, params: Params) -> list[Json]:
    platform.allowed = tuple(params.structure("allowed_updates") or platform.allowed)
    return await platform.delivery.get(
        params.number("offset", 0), params.number("limit", 100), params.number("timeout", 0)
    )


async def set_commands(platform: TelegramServer, params: Params) -> bool:
    commands = params.structure("commands") or []
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(str(command.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    platform.profile["commands", _language(params)] = commands
    return True


async def get_commands(platform: TelegramServer, params: Params) -> Any:
    return platform.profile.get(("commands", _language(params)), [])


async def set_description(platform: TelegramServer, params: Params) -> bool:
    return _describe(platform, params, "description", 512)


async def get_description(platform: TelegramServer, params: Params) -> Json:
    return _described(platform, params, "description")


async def get_short_description(platform: TelegramServer, params: Params) -> Json:
    return _described(platform, params, "short_description")


async def set_short_description(platform: TelegramServer, params: Params) -> bool:
    return _describe(platform, params, "short_description", 120)


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "editMessageText": edit_text,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_callback,
    "sendChatAction": chat_action,
    "getFile": get_file,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": webhook_info,
    "getUpdates": get_updates,
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "setMyDescription": set_description,
    "setMyShortDescription": set_short_description,
    "getMyDescription": get_description,
    "getMyShortDescription": get_short_description,
}


def rides_an_answer(method: str) -> bool:
    """Whether the server obeys this method in a webhook's answer."""
    return not method.startswith("get") and method not in {"setWebhook", "deleteWebhook", "close", "logOut"}


def _reachable(platform: TelegramServer, params: Params) -> BotChat:
    room = platform.rooms.get(params.number("chat_id"))
    if room is None or not room.started:
        raise bad("chat not found")
    if room.blocked:
        raise BotApiError(403, "Forbidden: bot was blocked by the user")
    return room


def _text(params: Params) -> str:
    entities = params.structure("entities")
    text = text_entities.shown(params.text("text"), params.text("parse_mode"), entities).strip()
    if not text:
        raise bad("message text is empty")
    if units(text) > LONGEST_TEXT:
        raise bad("message is too long")
    return text


def _describe(platform: TelegramServer, params: Params, what: str, longest: int) -> bool:
    text = params.text(what)
    if units(text) > longest:
        raise bad(f"{what} is too long")
    platform.profile[what, _language(params)] = text
    return True


def _described(platform: TelegramServer, params: Params, what: str) -> Json:
    """In this language, or else in everybody's."""
    everybodys = platform.profile.get((what, ""), "")
    return {what: platform.profile.get((what, _language(params)), everybodys)}


def _language(params: Params) -> str:
    code = params.text("language_code")
    if code and not re.fullmatch("[a-z]{2}", code):
        raise bad("invalid language code specified")
    return code


def _flag(params: Params, name: str) -> bool:
    return params.text(name).lower() in {"true", "1"}
