"""Telegram as a channel of ours: what comes in is heard, what goes out is sent."""

import mimetypes
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramNotFound, TelegramUnauthorizedError
from aiogram.methods import SendMessage

from bots.telegram.client import open_bot
from bots.telegram.errors import asking, ours
from bots.telegram.heard import FromGroup, Heard, Tapped
from bots.telegram.hearing import hear, hear_raw
from bots.telegram.phrases import Phrases, built_in
from bots.telegram.render import as_answer, render, webhook_answer
from intake.messages import Address, ChannelName, Media, Outgoing, Reply
from intake.ports import Fetched, Rejected

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes. The Bot API hands out no larger ones."""


class Telegram:
    """One bot. Implements `intake.ports.Channel`."""

    name = ChannelName.TELEGRAM

    def __init__(self, bot: Bot, phrases: Phrases, largest_file: int = LARGEST_FILE) -> None:
        self.bot = bot
        self.phrases = phrases
        self._largest_file = largest_file

    def hear(self, body: bytes, now: datetime) -> Heard:
        """One update as the webhook got it. Raises Unreadable."""
        return hear(body, self.bot.id, now)

    def hear_raw(self, raw: Any, now: datetime) -> Heard:
        """One update as polling got it. Raises Unreadable."""
        return hear_raw(raw, self.bot.id, now)

    async def send(self, outgoing: Outgoing) -> None:
        """Deliver one reply; a long one as several messages, all of which come again on a retry.

        Raises Unavailable, Rejected, Unreachable or Unsure.
        """
        for message in render(_chat(outgoing.address), outgoing.reply, self.phrases.ask):
            with ours():
                await self.bot(message)

    async def fetch(self, media: Media) -> Fetched:
        """Download a file a citizen sent. Raises Unavailable, or Rejected (gone, too large)."""
        with asking():
            file = await self.bot.get_file(media.media_id)
            if not file.file_path:
                raise Rejected("Telegram has no path for this file")
            content = await self._download(file.file_path, file.file_size or 0)
        return Fetched(content, mimetypes.guess_type(file.file_path)[0] or "")

    async def acknowledge(self, callback_id: str) -> None:
        """Stop the spinner on a pressed button. A press too old to be answered is left alone.

        Must come before anything slow: Telegram forgets a press within seconds. Raises Unavailable.
        """
        with asking():
            try:
                await self.bot.answer_callback_query(callback_id)
            except TelegramBadRequest:
                return  # "query is too old": its spinner has stopped by itself

    async def retire_buttons(self, tapped: Tapped) -> None:
        """Take the buttons away under an answered question. Raises Unavailable or Unreachable."""
        if tapped.message_id is None:
            return
        with asking():
            try:
                await self.bot.edit_message_reply_markup(
                    chat_id=tapped.chat_id, message_id=tapped.message_id, reply_markup=None
                )
            except TelegramBadRequest:
                return  # "message is not modified", or the citizen deleted it: they are gone already

    def webhook_answer(self, address: Address, reply: Reply) -> dict[str, Any] | None:
        """A reply as the body of the webhook's answer; None for what takes several messages."""
        return webhook_answer(_chat(address), reply, self.phrases.ask)

    async def group_answer(self, group: FromGroup) -> dict[str, Any] | None:
        """The hint for a group as the body of the webhook's answer. Raises Unavailable."""
        hint = await self._hint(group)
        return None if hint is None else as_answer(hint)

    async def answer_group(self, group: FromGroup) -> None:
        """The hint for a group by a call. Raises Unavailable, Rejected or Unreachable."""
        hint = await self._hint(group)
        if hint is not None:
            with asking():
                await self.bot(hint)

    async def probe(self) -> None:
        """Ask who we are. Raises Unavailable, or Rejected for a wrong token."""
        with asking():
            try:
                await self.bot.get_me()
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise Rejected("Telegram does not know this token") from None

    async def aclose(self) -> None:
        """Close the line."""
        await self.bot.session.close()

    async def _hint(self, group: FromGroup) -> SendMessage | None:
        """Where to write instead; None when another bot was called."""
        with asking():
            me = await self.bot.me()
        name = me.username or ""
        if group.called and group.called.lower() != name.lower():
            return None
        text = self.phrases.group_hint.format(link=f"https://t.me/{name}?start=group")
        return SendMessage(chat_id=group.chat_id, text=text, parse_mode=None)

    async def _download(self, path: str, size: int) -> bytes:
        content = bytearray()
        async with aclosing(self._chunks(path)) as chunks:
            async for chunk in chunks:
                content += chunk
                if max(len(content), size) > self._largest_file:
                    raise Rejected("the file is too large")
        return bytes(content)

    def _chunks(self, path: str) -> AsyncGenerator[bytes]:
        url = self.bot.session.api.file_url(self.bot.token, path)
        return self.bot.session.stream_content(url, raise_for_status=True)


def open_telegram(token: str, api_url: str | None = None, proxy: str | None = None) -> Telegram:
    """The channel for this bot; opens nothing yet. Raises ValueError for what is no token."""
    return Telegram(open_bot(token, api_url, proxy), built_in())


def _chat(address: Address) -> int:
    return int(address.user)
