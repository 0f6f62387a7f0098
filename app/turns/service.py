"""One message in, its replies out: claim, dialog step, ticket and outbox in one transaction.

A message that breaks our own code must not come for ever: it is put aside with the place where it broke,
its sender is told so, and its repeats get the same answer. Only what passes by itself is `Unavailable`.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from time import perf_counter

import structlog
from pydantic import TypeAdapter

from app.attachments import day_limits
from app.base import metrics
from app.base.jobs import WORK
from app.base.tracing import traced
from app.delivery.queue_replies import LANE, once_keys, queue_late
from app.turns.effects import forgets
from app.turns.step import EVERYWHERE, TurnStep, TurnTaken
from app.turns.transcription import as_it_is
from bots.answers import Rides
from intake.city import CityProfile
from intake.dialog.focus.own_words import own
from intake.dialog.id_numbers import discreet
from intake.model.conversation import AnswerRated, FileTicket
from intake.model.messages import Address, ChannelName, Inbound, Reply
from intake.model.ports import Unavailable
from intake.phrases import pick_language, say
from storage import turn_store
from storage.cache.cache import Cache
from storage.db.database import Database
from storage.db.keyring import Undecryptable
from storage.faults import caught, described
from storage.messages import conversations, inbox
from storage.messages.inbox import AlreadyRecorded
from storage.outbox import passive_fallback

log = structlog.get_logger(__name__)


Hear = Callable[[Inbound], Awaitable[Inbound]]
Forgotten = Callable[[Address], Awaitable[None]]

_inbound = TypeAdapter(Inbound)


async def nowhere_else(address: Address) -> None:
    """Nothing lies outside the database."""


class _Repeat(Exception):
    """Taken before: the transaction is given up, and this was the answer."""

    def __init__(self, replies: tuple[Reply, ...]) -> None:
        super().__init__("taken before")
        self.replies = replies


class Service:
    """What the channels' webhooks and polling call."""

    def __init__(
        self,
        database: Database,
        cache: Cache,
        city: CityProfile,
        clock: Callable[[], datetime],
        rides: Mapping[ChannelName, Rides] = EVERYWHERE,
        hear: Hear = as_it_is,
        forgotten: Forgotten = nowhere_else,
    ) -> None:
        """`rides`: for a channel whose answers need not carry the replies, which of them may.

        `hear` writes down what was only spoken, in the time it allows itself. `forgotten` is told whom a turn
        has erased, for what lies of theirs outside the database.
        """
        self._database = database
        self._cache = cache
        self._city = city
        self._clock = clock
        self._step = TurnStep(city, rides)
        self._hear = hear
        self._forgotten = forgotten

    async def receive(self, inbound: Inbound) -> tuple[Reply, ...]:
        """Take one message; a repeat gets its stored replies. Raises Unavailable, and nothing else.

        Once it returns, the message has had its turn or is put aside with the reason. What it gives shall be
        carried by the platform's own answer; what may not ride it is in the outbox already.
        """
        channel, started = inbound.address.channel.value, perf_counter()
        with traced():
            inbound = discreet(own(await self._heard(discreet(inbound))))
            taken = await self._take(inbound)
            if isinstance(taken, Exception):
                return await self._broken(inbound, taken)
            if taken.work:
                await self._cache.publish(WORK)
            if forgets(taken.effects):
                await self._forget_elsewhere(inbound.address)
        metrics.turns.labels(channel, "turn").inc()
        metrics.turn_seconds.labels(channel).observe(perf_counter() - started)
        return taken.replies

    async def handed_over(self, inbound: Inbound, replies: tuple[Reply, ...]) -> None:
        """The platform's own answer carried these replies of `receive`. Raises Unavailable.

        Without this word they are sent through the outbox a little later.
        """
        if any(reply.durable for reply in replies):
            keys = once_keys(inbound.address.channel, inbound.id, len(replies))
            async with self._database.turn() as tx:
                await passive_fallback.settle(tx, keys, self._clock())

    async def put_aside(self, channel: ChannelName, message_id: str, body: bytes, reason: str) -> None:
        """Keep a message nobody can read, with the reason, so that it stops coming."""
        await self._keep_aside(channel, message_id, body, reason, ())

    async def send_late(self, address: Address, replies: tuple[Reply, ...], key: str) -> None:
        """Send by the outbox what the platform's own answer could not carry; once per key.

        Who has no conversation (their first message was put aside, or they were forgotten) gets it as well.
        """
        async with self._database.write() as tx:
            stored = await conversations.find(tx, address)
            await queue_late(tx, stored.id if stored else None, address, replies, key, self._clock())
        await self._cache.publish(WORK)

    async def _forget_elsewhere(self, address: Address) -> None:
        """What prevents it is a full or broken disk: the turn is done, and the term ends the rest."""
        fault = await caught(self._forgotten(address))
        if fault is not None:
            log.error("not erased on the disk", fault=described(fault))

    async def _heard(self, inbound: Inbound) -> Inbound:
        """With what was only spoken; where that breaks, as it was: it helps a turn and must not cost one."""
        if inbound.media and not await self._may_be_fetched(inbound):
            return inbound
        heard = await caught(self._hear(inbound))
        if isinstance(heard, Inbound):
            return heard
        log.error("not written down", channel=inbound.address.channel.value, fault=described(heard))
        return inbound

    async def _may_be_fetched(self, inbound: Inbound) -> bool:
        """Whether its sender has room for a file today. Who cannot tell fetches nothing."""
        if self._hear is as_it_is:
            return True
        found = await caught(day_limits.is_open(self._database, inbound.address, self._city, self._clock()))
        return found is True

    async def _take(self, inbound: Inbound) -> TurnTaken | Exception:
        """The turn, or what broke it. A message recorded at the same moment elsewhere is looked at again."""
        taken = await caught(self._turn(inbound))
        return await caught(self._turn(inbound)) if isinstance(taken, AlreadyRecorded) else taken

    async def _turn(self, inbound: Inbound) -> TurnTaken:
        now = self._clock()
        async with self._database.turn() as tx:
            begun = await turn_store.begin(tx, inbound.address, inbound.id, LANE, now)
            if begun.before is not None:
                raise _Repeat(begun.before.replies)
            taken = await self._step.take(tx, begun, inbound, now)
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
        unkept = await caught(self._broke(inbound, described(fault), sorry))
        if unkept is not None:  # it is nowhere yet: whoever brought it keeps it, and comes again
            log.error("could not be put aside", channel=channel.value, fault=described(unkept))
            raise Unavailable("neither taken nor put aside") from unkept
        return sorry

    async def _broke(self, inbound: Inbound, reason: str, sorry: tuple[Reply, ...]) -> None:
        body = _inbound.dump_json(inbound)
        await self._keep_aside(inbound.address.channel, inbound.id, body, reason, sorry)

    async def _keep_aside(
        self, channel: ChannelName, message_id: str, body: bytes, reason: str, replies: tuple[Reply, ...]
    ) -> None:
        async with self._database.write() as tx:
            await inbox.put_aside(tx, channel, message_id, body, reason, self._clock(), replies)
        metrics.aside.labels(channel.value).inc()
        log.error("put aside", channel=channel.value, reason=reason)


def _say_what_happened(channel: ChannelName, taken: TurnTaken) -> None:
    """Which kinds of things, and a ticket's number: the thread to its deliveries."""
    for effect in taken.effects:
        if isinstance(effect, AnswerRated):
            metrics.answers.labels("solved" if effect.solved else "not_solved").inc()
    filed = [effect.ticket.reference for effect in taken.effects if isinstance(effect, FileTicket)]
    log.info(
        "turn",
        channel=channel.value,
        conversation=taken.conversation_id,
        effects=[type(effect).__name__ for effect in taken.effects],
        **({"ticket": filed[0]} if filed else {}),
    )
