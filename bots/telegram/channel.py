"""Telegram as a channel of ours: what comes in is heard, what goes out is sent."""

import mimetypes
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramNotFound, TelegramUnauthorizedError
from aiogram.methods import SendMessage
from aiogram.types import File

from bots.telegram.client import RetryAfterMiddleware, open_bot
from bots.telegram.errors import asking, ours
from bots.telegram.incoming import deep_links
from bots.telegram.incoming.parse import hear, hear_raw
from bots.telegram.incoming.update import ButtonPress, FromGroup, Improper, ParsedUpdate, UnreadableUpdate
from bots.telegram.outgoing import split
from bots.telegram.outgoing.best_effort import if_possible
from bots.telegram.outgoing.keyboards import Keyboards
from bots.telegram.outgoing.pace import SendPace
from bots.telegram.outgoing.render import as_answer, render, webhook_answer
from bots.telegram.phrases import Phrases, built_in
from bots.telegram.shared import Shared
from intake.model.messages import Address, ChannelName, Inbound, Media, Outgoing, Reply
from intake.model.ports import Fetched, NotTaken, Rejected

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes. The Bot API hands out no larger ones."""


_PAPERS = (b"%PDF-", b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"{\\rtf")
"""How a PDF and the files of offices begin, whatever they are called."""

PUSHES = frozenset({"progress", "survey", "reminder"})
"""Purposes of what nobody waits for: it goes after the answers to those who write."""


class TelegramChannel:
    """One bot. Implements `intake.model.ports.Channel`."""

    name = ChannelName.TELEGRAM

    def __init__(
        self, bot: Bot, phrases: Phrases, shared: Shared | None = None, largest_file: int = LARGEST_FILE
    ) -> None:
        self.bot = bot
        self.phrases = phrases
        self._largest_file = largest_file
        self._keyboards = self._pace = self._mark = None
        if shared is not None:
            self._mark = partial(shared.digest, f"start {bot.id}")
            chats = partial(shared.digest, f"chat {bot.id}")
            self._keyboards = Keyboards(shared.memory, chats)
            self._pace = SendPace(shared.buckets, bot.id, chats) if shared.buckets else None
        if self._pace is not None:
            bot.session.middleware(RetryAfterMiddleware(self._pace))

    def hear(self, body: bytes, now: datetime) -> ParsedUpdate:
        """One update as the webhook got it. Raises UnreadableUpdate."""
        return self._checked(hear(body, self.bot.id, now))

    def read_again(self, body: bytes, now: datetime) -> Inbound | None:
        """As `ports.ReadsAgain` has it."""
        try:
            message = self.hear(body, now).message
        except UnreadableUpdate:
            return None
        return message if isinstance(message, Inbound) else None

    def hear_raw(self, raw: Any, now: datetime) -> ParsedUpdate:
        """One update as polling got it. Raises UnreadableUpdate."""
        return self._checked(hear_raw(raw, self.bot.id, now))

    async def link(self, carried: str) -> str:
        """A deep link that brings `carried` back with a start. Raises ValueError or Unavailable."""
        if self._mark is None:
            raise ValueError("without a key no link can be signed")
        sign = deep_links.signed(carried, self._mark)
        with asking():
            me = await self.bot.me()
        return f"https://t.me/{me.username}?start={sign}"

    async def send(self, outgoing: Outgoing) -> None:
        """Deliver one reply when it is its turn. Raises Unavailable, Paused, Rejected, Unreachable or Unsure.

        What does not fit one message (`parts`) comes again as a whole on a retry.
        """
        chat, reply = _chat(outgoing.address), outgoing.reply
        sent = None
        for message in render(chat, reply, self.phrases.ask(reply.language)):
            if self._pace is not None:
                await self._pace.turn(chat, push=outgoing.purpose in PUSHES)
            with ours():
                sent = await self.bot(message)
        if sent is not None:
            await if_possible(self._tidy(chat, sent.message_id, reply), "tidy")

    async def rest(self) -> float:
        """Seconds Telegram asked us to keep still; nothing need be tried before."""
        return await self._pace.rest() if self._pace else 0.0

    async def may_ride(self, address: Address) -> bool:
        """Whether a message may go to this chat at once without a call of ours; if so, it is counted."""
        return await self._pace.at_once(_chat(address)) if self._pace else True

    async def fetch(self, media: Media) -> Fetched:
        """Download a file a citizen sent. Raises Unavailable, or Rejected (gone, too large)."""
        with asking():
            file = await self._file(media)
            if not file.file_path:
                raise Rejected("Telegram has no path for this file")
            content = await self._download(file.file_path, file.file_size or 0)
        if content.startswith(_PAPERS):
            raise NotTaken("not_here", "a paper under another name: it may not be sent abroad")
        return Fetched(content, mimetypes.guess_type(file.file_path)[0] or "")

    async def _file(self, media: Media) -> File:
        """What the server has of it. Raises NotTaken for what it hands out to nobody."""
        try:
            return await self.bot.get_file(media.media_id)
        except TelegramBadRequest as error:
            if "too big" in error.message.lower():
                raise NotTaken("large", "too big for Telegram to hand it out") from None
            raise

    async def acknowledge(self, callback_id: str) -> None:
        """Stop the spinner on a pressed button. A press too old to be answered is left alone.

        Must come before anything slow: Telegram forgets a press within seconds. Raises Unavailable.
        """
        with asking():
            try:
                await self.bot.answer_callback_query(callback_id)
            except TelegramBadRequest:
                return  # "query is too old": its spinner has stopped by itself

    async def retire_buttons(self, tapped: ButtonPress) -> None:
        """Take the buttons away under an answered question. Raises Unavailable or Unreachable."""
        if tapped.message_id is None:
            return
        if self._keyboards is not None:
            await self._keyboards.forget(tapped.chat_id, tapped.message_id)
        await self._strip(tapped.chat_id, tapped.message_id)

    async def typing(self, address: Address) -> None:
        """Show for five seconds that we are at it. Raises Unavailable, Rejected or Unreachable."""
        with asking():
            await self.bot.send_chat_action(_chat(address), "typing")

    async def remove(self, improper: Improper) -> None:
        """Take a message of the citizen's out of the chat. Raises Unavailable, Rejected or Unreachable."""
        with asking():
            await self.bot.delete_message(improper.chat_id, improper.message_id)

    def webhook_answer(self, address: Address, reply: Reply) -> dict[str, Any] | None:
        """A reply as the body of the webhook's answer; None for what must be a call."""
        if not split.rides((reply,)):
            return None
        return webhook_answer(_chat(address), reply, self.phrases.ask(reply.language))

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
        """Where to write instead; None when another bot was called, or the group is told too often."""
        with asking():
            me = await self.bot.me()
        name = me.username or ""
        if group.called and group.called.lower() != name.lower():
            return None
        if self._pace is not None and not await self._pace.at_once(group.chat_id):
            return None
        start = deep_links.signed("group", self._mark) if self._mark else "group"
        text = self.phrases.group_hint.format(link=f"https://t.me/{name}?start={start}")
        return SendMessage(chat_id=group.chat_id, text=text, parse_mode=None)

    def _checked(self, heard: ParsedUpdate) -> ParsedUpdate:
        """With the payload of a start only if it bears our mark."""
        message = heard.message
        if not isinstance(message, Inbound) or not message.payload:
            return heard
        carried = deep_links.opened(message.payload, self._mark) if self._mark else ""
        return replace(heard, message=replace(message, payload=carried))

    async def _tidy(self, chat: int, sent: int, reply: Reply) -> None:
        """Take away the buttons this reply settles, and remember its own. Raises as `retire_buttons`."""
        if self._keyboards is None:
            return
        gone = await self._keyboards.answered(chat, reply.retires)
        if reply.choices and reply.ask is None:
            gone += await self._keyboards.shown(chat, sent, reply.step)
        for message_id in gone:
            await self._strip(chat, message_id)

    async def _strip(self, chat: int, message_id: int) -> None:
        with asking():
            try:
                await self.bot.edit_message_reply_markup(
                    chat_id=chat, message_id=message_id, reply_markup=None
                )
            except TelegramBadRequest:
                return  # "message is not modified", or the citizen deleted it: they are gone already

    async def _download(self, path: str, size: int) -> bytes:
        content = bytearray()
        async with aclosing(self._chunks(path)) as chunks:
            async for chunk in chunks:
                content += chunk
                if max(len(content), size) > self._largest_file:
                    raise NotTaken("large", "the file is too large")
        return bytes(content)

    def _chunks(self, path: str) -> AsyncGenerator[bytes]:
        url = self.bot.session.api.file_url(self.bot.token, path)
        return self.bot.session.stream_content(url, raise_for_status=True)


def open_telegram(
    token: str, api_url: str | None = None, proxy: str | None = None, shared: Shared | None = None
) -> TelegramChannel:
    """The channel for this bot; opens nothing yet. Raises ValueError for what is no token.

    Without `shared` no keyboard is remembered, no link signed and nothing paced.
    """
    return TelegramChannel(open_bot(token, api_url, proxy), built_in(), shared)


def _chat(address: Address) -> int:
    return int(address.user)
