"""What Telegram must know about the bot: where to bring updates, its commands and its description.

Everything here states how things shall be, so it may be run again at any time, at every start too.
"""

import re

from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats

from bots.telegram.channel import Telegram
from bots.telegram.errors import asking
from bots.telegram.inbound import TAKEN
from bots.telegram.phrases import Phrases, built_in

PATH = "/webhooks/telegram"

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")

_EVERYONE = "zh"
"""The language shown to those whose app speaks one we have no words in."""


async def set_up(telegram: Telegram, public_url: str, secret: str) -> None:
    """Webhook with secret, the kinds of update we take, commands and descriptions.

    Raises ValueError for a secret Telegram would not accept, Unavailable or Rejected.
    """
    if not _SECRET.fullmatch(secret):
        raise ValueError("the webhook secret must be 1 to 256 letters, digits, _ or -")
    with asking():
        await telegram.bot.set_webhook(
            public_url.rstrip("/") + PATH, secret_token=secret, allowed_updates=list(TAKEN)
        )
    await introduce(telegram)


async def introduce(telegram: Telegram) -> None:
    """Commands and descriptions in every language we have. Raises Unavailable or Rejected."""
    phrases = built_in()
    for language in phrases.description:
        await _introduce(telegram, phrases, language)


async def leave_webhook(telegram: Telegram) -> None:
    """Let updates wait for polling; none is dropped. Raises Unavailable or Rejected."""
    with asking():
        await telegram.bot.delete_webhook(drop_pending_updates=False)


async def _introduce(telegram: Telegram, phrases: Phrases, language: str) -> None:
    code = None if language == _EVERYONE else language
    bot, everyone = telegram.bot, BotCommandScopeAllPrivateChats()
    menu = [BotCommand(command=one.name, description=one.description[language]) for one in phrases.commands]
    with asking():
        await bot.set_my_commands(menu, scope=everyone, language_code=code)
        await bot.set_my_description(phrases.description[language], language_code=code)
        await bot.set_my_short_description(phrases.short_description[language], language_code=code)
