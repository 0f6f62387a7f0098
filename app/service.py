"""One message in, its replies out: claim, dialog step, ticket and outbox in one transaction.

A message that breaks our own code must not come for ever: it is put aside with the place where it broke,
its sender is told so, and its repeats get the same answer. Only what passes by itself is `Unavailable`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter
from types import MappingProxyType

import structlog
from pydantic import TypeAdapter

from app import bursts, echoing, effects, metrics, own_data
from app.faults import caught, described
from app.identifiers import fresh
from app.pace import Pace
from app.replies import (
    LANE,
    SURVEYS,
    hold_back,
    once_keys,
    outgoing_of,
    queue_album,
    queue_late,
    queue_replies,
)
from app.telling import Telling
from app.tracing import traced
from app.transcription import as_it_is
from intake import crowd, offers
from intake.bound_phone import CODE, code_in
from intake.city import CityProfile
from intake.conversation import Answered, Conversation, Effect, FileTicket, Ids, Side, Situation, Turn
from intake.dialog import advance
from intake.messages import Address, Burst, ChannelName, Event, Inbound, Outgoing, Reply
from intake.phrases import pick_language, say
from intake.ports import Unavailable
from intake.progress import asked_for
from intake.second import with_second
from intake.steps import still_asks
from intake.understand.reader import read
from intake.understand.reading import Reading
from storage import bindings, budgets, conversations, held_back, inbox, outbox, tickets, turns
from storage.cache import Cache
from storage.conversations import StoredConversation
from storage.crypto import Undecryptable
from storage.database import Database, Tx
from storage.inbox import AlreadyRecorded
from storage.tickets import ReferenceTaken
from storage.turns import Begun

log = structlog.get_logger(__name__)

WORK = "outbox"
"""The topic that wakes the workers."""

DRAWS = 50
"""References tried before the second is given up as full."""

Rides = Callable[[tuple[Reply, ...]], bool]
Hear = Callable[[Inbound], Awaitable[Inbound]]

_inbound = TypeAdapter(Inbound)


class _Repeat(Exception):
    """Taken before: the transaction is given up, and this was the answer."""

    def __init__(self, replies: tuple[Reply, ...]) -> None:
        super().__init__("taken before")
        self.replies = replies


@dataclass(frozen=True, slots=True)
class _Taken:
    """A turn, and whether there is something to deliver at once."""

    conversation_id: int
    replies: tuple[Reply, ...]
    effects: tuple[Effect, ...]
    work: bool


class Service:
    """What the channels' webhooks and polling call."""

    def __init__(
        self,
        database: Database,
        cache: Cache,
        city: CityProfile,
        clock: Callable[[], datetime],
        rides: Mapping[ChannelName, Rides] = MappingProxyType({}),
        hear: Hear = as_it_is,
        pace: Pace | None = None,
    ) -> None:
        """`rides`: for a channel whose answers need not carry the replies, which of them may.

        `hear` writes down what was only spoken, in the time it allows itself.
        """
        self._database = database
        self._cache = cache
        self._city = city
        self._clock = clock
        self._rides = rides
        self._hear = hear
        self._telling = Telling(city)
        self._pace = pace

    async def receive(self, inbound: Inbound) -> tuple[Reply, ...]:
        """Take one message; a repeat gets its stored replies. Raises Unavailable, and nothing else.

        Returns what the platform's own answer shall carry; what may not ride it is in the outbox already.
        """
        channel, started = inbound.address.channel.value, perf_counter()
        if self._pace is not None and await self._pace.is_too_fast(inbound):
            return self._slowed(inbound)
        with traced():
            taken = await self._take(await self._hear(inbound))
            if isinstance(taken, Exception):
                return await self._broken(inbound, taken)
            if taken.work:
                await self._cache.publish(WORK)
        metrics.turns.labels(channel, "turn").inc()
        metrics.turn_seconds.labels(channel).observe(perf_counter() - started)
        return taken.replies

    def _slowed(self, inbound: Inbound) -> tuple[Reply, ...]:
        """Told, counted, and not taken."""
        metrics.turns.labels(inbound.address.channel.value, "too_fast").inc()
        return (Reply(say(self._city, pick_language(inbound.language), "welcome.too_fast")),)

    async def handed_over(self, inbound: Inbound, replies: tuple[Reply, ...]) -> None:
        """The platform's own answer carried these replies of `receive`. Raises Unavailable.

        Without this word they are sent through the outbox a little later.
        """
        if any(reply.durable for reply in replies):
            keys = once_keys(inbound.address.channel, inbound.id, len(replies))
            async with self._database.turn() as tx:
                await held_back.settle(tx, keys, self._clock())

    async def put_aside(self, channel: ChannelName, message_id: str, body: bytes, reason: str) -> None:
        """Keep a message nobody can read, with the reason, so that it stops coming."""
        await self._keep_aside(channel, message_id, body, reason, ())

    async def send_late(self, address: Address, replies: tuple[Reply, ...], key: str) -> None:
        """Send by the outbox what the platform's own answer could not carry; once per key."""
        async with self._database.write() as tx:
            stored = await conversations.find(tx, address)
            if stored is not None:
                await queue_late(tx, stored.id, address, replies, key, self._clock())
        await self._cache.publish(WORK)

    async def _take(self, inbound: Inbound) -> _Taken | Exception:
        """The turn, or what broke it. A message recorded at the same moment elsewhere is looked at again."""
        taken = await caught(self._turn(inbound))
        return await caught(self._turn(inbound)) if isinstance(taken, AlreadyRecorded) else taken

    async def _turn(self, inbound: Inbound) -> _Taken:
        now = self._clock()
        async with self._database.turn() as tx:
            begun = await turns.begin(tx, inbound.address, inbound.id, LANE, now)
            if begun.before is not None:
                raise _Repeat(begun.before.replies)
            taken = await self._burst(tx, begun.stored, inbound, now)
            taken = taken or await self._step(tx, begun, inbound, now)
        _say_what_happened(inbound.address.channel, taken)
        return taken

    async def _broken(self, inbound: Inbound, fault: Exception) -> tuple[Reply, ...]:
        """The answer where there was no turn. Raises Unavailable for what passes, or an operator mends."""
        channel = inbound.address.channel
        if isinstance(fault, _Repeat):
            metrics.turns.labels(channel.value, "repeat").inc()
            log.info("repeat", channel=channel.value)
            return fault.replies
        if isinstance(fault, Unavailable | Undecryptable):
            metrics.turns.labels(channel.value, "unavailable").inc()
            log.warning("turn put off", channel=channel.value, fault=described(fault))
            raise fault if isinstance(fault, Unavailable) else Unavailable("a key is missing") from fault
        metrics.turns.labels(channel.value, "fault").inc()
        log.error("turn failed", channel=channel.value, fault=described(fault))
        sorry = (Reply(say(self._city, pick_language(inbound.language), "welcome.fault")),)
        body = _inbound.dump_json(inbound)
        await self._keep_aside(channel, inbound.id, body, described(fault), sorry)
        return sorry

    async def _keep_aside(
        self, channel: ChannelName, message_id: str, body: bytes, reason: str, replies: tuple[Reply, ...]
    ) -> None:
        async with self._database.write() as tx:
            await inbox.put_aside(tx, channel, message_id, body, reason, self._clock(), replies)
        metrics.aside.labels(channel.value).inc()
        log.error("put aside", channel=channel.value, reason=reason)

    async def _burst(
        self, tx: Tx, stored: StoredConversation, inbound: Inbound, now: datetime
    ) -> _Taken | None:
        """A file alone is only stored, and a burst has no end while files still come."""
        if inbound.burst is not None and inbound.grant is not None:
            await budgets.grant(tx, stored.id, inbound.grant, min(inbound.at, now))
        if inbound.burst is Burst.PART:
            await bursts.take_part(tx, stored, inbound, now)
            return _Taken(stored.id, (), (), True)
        if inbound.burst is Burst.END and not await bursts.is_over(tx, stored.id, now):
            return _Taken(stored.id, (), (), False)
        return None

    async def _step(self, tx: Tx, begun: Begun, inbound: Inbound, now: datetime) -> _Taken:
        stored = begun.stored
        reachable = inbound.event is not Event.LEFT
        if stored.reachable != reachable:
            await conversations.set_reachable(tx, stored.id, reachable)
        inbound = await bursts.whole(tx, stored.id, inbound)
        situation = await self._situation(tx, begun, inbound, now)
        turn = await self._file(tx, stored, inbound, situation, now)
        await bursts.settle(tx, inbound, situation.attachments, turn)
        kept = await self._kept(tx, begun, inbound, now)
        told = self._telling.told(turn, stored.conversation, situation.language)
        kept, told = _once_each(kept, told, turn.conversation)
        replies = (*(outgoing.reply for outgoing in kept), *told)
        queued = await self._queued(tx, begun, inbound, replies, now)
        replies = () if queued else replies
        if not _has_survey(kept):
            await hold_back(tx, stored.id, inbound.address, replies, inbound.id, now)
        await self._end(tx, stored, inbound, turn, replies, now)
        return _Taken(stored.id, replies, turn.effects, bool(queued or turn.effects or inbound.media))

    async def _end(
        self,
        tx: Tx,
        stored: StoredConversation,
        inbound: Inbound,
        turn: Turn,
        replies: tuple[Reply, ...],
        now: datetime,
    ) -> None:
        """Save, record and commit; whoever leaves is forgotten last."""
        if effects.forgets(turn.effects):
            await conversations.save(tx, stored.id, turn.conversation, now)
            await inbox.record(tx, inbound.address.channel, inbound.id, stored.id, replies, now)
            await effects.forget(tx, stored, turn.effects, now)
        else:
            grants = () if inbound.grant is None else ((inbound.grant, min(inbound.at, now)),)
            await turns.end(tx, stored, inbound.id, turn.conversation, replies, now, grants)

    async def _queued(
        self, tx: Tx, begun: Begun, inbound: Inbound, replies: tuple[Reply, ...], now: datetime
    ) -> bool:
        """Whether the replies went into the outbox: what may not ride, or would overtake what waits there."""
        stored, address = begun.stored, inbound.address
        may_ride = self._rides.get(address.channel)
        if may_ride is None:
            return False
        if inbound.group:
            await queue_album(tx, stored.id, address, replies, inbound.group, inbound.id, now)
            return True
        if may_ride(replies) and not begun.waits:
            return False
        await queue_replies(tx, stored.id, address, replies, inbound.id, "reply", now)
        return bool(replies)

    async def _kept(self, tx: Tx, begun: Begun, inbound: Inbound, now: datetime) -> list[Outgoing]:
        """What waited for this contact; whoever leaves is told nothing, and news of a file is no contact."""
        if inbound.event is Event.LEFT or inbound.file is not None or not begun.kept:
            return []
        return [outgoing_of(body) for body in await outbox.take_kept(tx, begun.stored.id, now)]

    async def _file(
        self, tx: Tx, stored: StoredConversation, inbound: Inbound, situation: Situation, now: datetime
    ) -> Turn:
        """The dialog's step and what it asks for; drawn anew while its reference is taken."""
        for _ in range(DRAWS):
            turn = await self._advance(tx, stored, inbound, situation, now)
            try:
                await effects.carry_out(tx, turn.effects, stored, inbound, now)
            except ReferenceTaken:
                situation = replace(situation, ids=self._ids(inbound, now))
            else:
                return turn
        raise Unavailable("no reference is free in this second", retry_after=1)

    async def _advance(
        self, tx: Tx, stored: StoredConversation, inbound: Inbound, situation: Situation, now: datetime
    ) -> Turn:
        """The dialog's step; once more, with what other citizens said, where it needs that."""
        try:
            return advance(stored.conversation, inbound, situation, self._city, now)
        except crowd.OthersUnknown as needs:
            echoes = await echoing.heard(tx, stored.id, needs.draft, self._city, now)
        situation = replace(situation, echoes=echoes)
        return advance(stored.conversation, inbound, situation, self._city, now)

    async def _situation(self, tx: Tx, begun: Begun, inbound: Inbound, now: datetime) -> Situation:
        stored = begun.stored
        files = await bursts.files(tx, stored.id, inbound, now, loose=begun.loose)
        held = stored.conversation.held
        situation = Situation(
            ids=self._ids(inbound, now),
            language=_language(stored.conversation, inbound),
            reading=self._read(inbound.text, inbound, now),
            held_reading=self._read(held.text, inbound, now) if held else None,
            tickets=begun.tickets,
            attachments=files,
            echoes=None,
        )
        if _asks_for_own(situation, inbound, stored.conversation):
            situation = replace(situation, own=await own_data.gather(tx, stored))
        return await self._look_up(tx, situation, stored.conversation, inbound, now)

    def _read(self, text: str, inbound: Inbound, now: datetime) -> Reading:
        return with_second(read(text, self._city, now), inbound.second, self._city, now)

    async def _look_up(
        self, tx: Tx, situation: Situation, conversation: Conversation, inbound: Inbound, now: datetime
    ) -> Situation:
        """A ticket asked for by number and code where the message names both; or a phone's code."""
        errand, code = conversation.errand, code_in(inbound.text)
        if errand is not None and errand.side is Side.BIND and errand.step == CODE and code:
            return replace(situation, code=await bindings.tried(tx, errand.text, code, now))
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


def _asks_for_own(situation: Situation, inbound: Inbound, conversation: Conversation) -> bool:
    tapped = inbound.tap.option if inbound.tap else None
    numbered = offers.taken(conversation, inbound, situation.reading)
    return not {situation.reading.command, tapped, numbered}.isdisjoint(("mydata", "mydata_json"))


def _once_each(
    kept: list[Outgoing], told: tuple[Reply, ...], conversation: Conversation
) -> tuple[list[Outgoing], tuple[Reply, ...]]:
    """Of surveys that waited for this contact only the last question that still waits, and that once."""
    latest = {one.reply.step: one for one in kept if one.purpose in SURVEYS}
    still = [
        one
        for one in kept
        if one.purpose not in SURVEYS
        or (latest[one.reply.step] is one and still_asks(conversation, one.reply.step))
    ]
    asked = {one.reply.step for one in still if one.purpose in SURVEYS and one.reply.choices}
    return still, tuple(reply for reply in told if reply.step not in asked)


def _has_survey(kept: list[Outgoing]) -> bool:
    """A survey must not come twice, so its turn is not held back."""
    return any(outgoing.purpose in SURVEYS for outgoing in kept)


def _say_what_happened(channel: ChannelName, taken: _Taken) -> None:
    """Which kinds of things, and a ticket's number: the thread to its deliveries."""
    for effect in taken.effects:
        if isinstance(effect, Answered):
            metrics.answers.labels("solved" if effect.solved else "not_solved").inc()
    filed = [effect.ticket.reference for effect in taken.effects if isinstance(effect, FileTicket)]
    log.info(
        "turn",
        channel=channel.value,
        conversation=taken.conversation_id,
        effects=[type(effect).__name__ for effect in taken.effects],
        **({"ticket": filed[0]} if filed else {}),
    )
