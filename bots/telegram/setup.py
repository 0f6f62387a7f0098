"""What Telegram must know about the bot: where to bring updates, its commands and its description.

Everything here states how things shall be, so it may be run again at any time, at every start too.
What is so already is only asked for: Telegram counts changes of a bot's description, and few are allowed.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from aiogram.exceptions import TelegramNotFound, TelegramUnauthorizedError
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats

from bots.telegram.channel import TelegramChannel
from bots.telegram.errors import asking
from bots.telegram.incoming.inbound import TAKEN
from bots.telegram.phrases import Phrases, built_in
from intake.model.ports import Rejected

PATH = "/webhooks/telegram"

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")

_EVERYONE = "zh"
"""The language shown to those whose app speaks one we have no words in."""


async def set_up(telegram: TelegramChannel, public_url: str, secret: str) -> None:
    """Webhook with secret, the kinds of update we take, commands and descriptions.

    Raises ValueError for a secret Telegram would not accept, Unavailable or Rejected.
    """
    if not _SECRET.fullmatch(secret):
        raise ValueError("the webhook secret must be 1 to 256 letters, digits, _ or -")
    with _known():
        await telegram.bot.set_webhook(
            public_url.rstrip("/") + PATH, secret_token=secret, allowed_updates=list(TAKEN)
        )
    await introduce(telegram)


async def introduce(telegram: TelegramChannel) -> None:
    """Commands and descriptions in every language we have. Raises Unavailable or Rejected."""
    phrases = built_in()
    for language in phrases.description:
        await _introduce(telegram, phrases, language)


async def leave_webhook(telegram: TelegramChannel) -> None:
    """Let updates wait for polling; none is dropped. Raises Unavailable, or Rejected for a wrong token."""
    with _known():
        await telegram.bot.delete_webhook(drop_pending_updates=False)


@contextmanager
def _known() -> Iterator[None]:
    """A refused token ends a start: only what waits to be sent has the time to wait for another."""
    with asking():
        try:
            yield
        except (TelegramUnauthorizedError, TelegramNotFound):
            raise Rejected("Telegram does not know this token") from None


async def _introduce(telegram: TelegramChannel, phrases: Phrases, language: str) -> None:
    code = None if language == _EVERYONE else language
    bot, everyone = telegram.bot, BotCommandScopeAllPrivateChats()
    menu = [BotCommand(command=one.name, description=one.description[language]) for one in phrases.commands]
    long, short = phrases.description[language], phrases.short_description[language]
    with asking():
        known = await bot.get_my_commands(scope=everyone, language_code=code)
        if [one.model_dump() for one in known] != [one.model_dump() for one in menu]:
            await bot.set_my_commands(menu, scope=everyone, language_code=code)
        if (await bot.get_my_description(language_code=code)).description != long:
            await bot.set_my_description(long, language_code=code)
        if (await bot.get_my_short_description(language_code=code)).short_description != short:
            await bot.set_my_short_description(short, language_code=code)
