"""One message in, its replies out: claim, dialog step, ticket and outbox in one transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from app import effects
from app.identifiers import fresh
from app.replies import queue_replies
from intake.city import CityProfile
from intake.conversation import Conversation, Ids, Situation, Turn
from intake.dialog import advance
from intake.messages import Address, ChannelName, Inbound, Reply
from intake.phrases import pick_language
from intake.progress import asked_for
from intake.understand.reader import read
from storage import attachments, conversations, inbox, outbox, tickets
from storage.cache import Cache
from storage.conversations import StoredConversation
from storage.database import Database, Tx
from storage.tickets import ReferenceTaken

log = structlog.get_logger(__name__)

WORK = "outbox"
"""The topic that wakes the workers."""


class Service:
    """What the channels' webhooks and polling call."""

    def __init__(
        self, database: Database, cache: Cache, city: CityProfile, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._cache = cache
        self._city = city
        self._clock = clock

    async def receive(self, inbound: Inbound) -> tuple[Reply, ...]:
        """Take one message; a repeat gets its stored replies. Raises Unavailable without a database."""
        now = self._clock()
        async with self._database.write() as tx:
            stored = await conversations.lock(tx, inbound.address, now)
            before = await inbox.seen(tx, inbound.address.channel, inbound.id)
            if before is not None:
                log.info("repeat", channel=inbound.address.channel.value)
                return before.replies
            replies, work = await self._step(tx, stored, inbound, now)
        if work:
            await self._cache.publish(WORK)
        return replies

    async def put_aside(self, channel: ChannelName, message_id: str, body: bytes, reason: str) -> None:
        """Keep a message nobody can read, with the reason, so that it stops coming."""
        async with self._database.write() as tx:
            await inbox.put_aside(tx, channel, message_id, body, reason, self._clock())
        log.warning("put aside", channel=channel.value, reason=reason)

    async def send_late(self, address: Address, replies: tuple[Reply, ...], key: str) -> None:
        """Send by the outbox what the platform's own answer could not carry; once per key."""
        async with self._database.write() as tx:
            stored = await conversations.find(tx, address)
            if stored is not None:
                await queue_replies(tx, stored.id, address, replies, key, "reply", self._clock())
        await self._cache.publish(WORK)

    async def _step(
        self, tx: Tx, stored: StoredConversation, inbound: Inbound, now: datetime
    ) -> tuple[tuple[Reply, ...], bool]:
        if not stored.reachable:
            await conversations.set_reachable(tx, stored.id, True)
        situation = await self._situation(tx, stored, inbound, now)
        turn = await self._file(tx, stored, inbound, situation, now)
        kept = tuple(
            [
                reply
                for body in await outbox.take_kept(tx, stored.id, now)
                for reply in effects.replies_of(body)
            ]
        )
        replies = (*kept, *turn.replies)
        await conversations.save(tx, stored.id, turn.conversation, now)
        await inbox.record(tx, inbound.address.channel, inbound.id, stored.id, replies, now)
        await effects.forget(tx, stored.id, turn.effects, now)
        return replies, bool(turn.effects or inbound.media)

    async def _file(
        self, tx: Tx, stored: StoredConversation, inbound: Inbound, situation: Situation, now: datetime
    ) -> Turn:
        """The dialog's step and what it asks for; drawn anew while its reference is taken."""
        while True:
            turn = advance(stored.conversation, inbound, situation, self._city, now)
            try:
                await effects.carry_out(tx, turn.effects, stored, inbound, now)
            except ReferenceTaken:
                situation = replace(situation, ids=self._ids(inbound, now))
            else:
                return turn

    async def _situation(
        self, tx: Tx, stored: StoredConversation, inbound: Inbound, now: datetime
    ) -> Situation:
        files = tuple([await attachments.register(tx, stored.id, media, now) for media in inbound.media])
        await effects.fetch(tx, stored.id, inbound, files, now)
        held = stored.conversation.held
        situation = Situation(
            ids=self._ids(inbound, now),
            language=_language(stored.conversation, inbound),
            reading=read(inbound.text, self._city, now),
            held_reading=read(held.text, self._city, now) if held else None,
            tickets=await tickets.own(tx, stored.id),
            attachments=files,
        )
        return await self._look_up(tx, situation, stored.conversation, inbound, now)

    async def _look_up(
        self, tx: Tx, situation: Situation, conversation: Conversation, inbound: Inbound, now: datetime
    ) -> Situation:
        """A ticket asked for by number and code, where the message names both and asks for one."""
        asked = asked_for(inbound.text)
        wanted = situation.reading.command == "progress" or conversation.errand is not None
        if asked is None or not wanted:
            return situation
        outcome, view = await tickets.look_up(tx, *asked, now)
        return replace(situation, lookup=outcome, looked_up=view)

    def _ids(self, inbound: Inbound, now: datetime) -> Ids:
        return fresh(inbound.address.channel.code, now, self._city.timezone)


def _language(conversation: Conversation, inbound: Inbound) -> str:
    return conversation.language or pick_language(inbound.language)
