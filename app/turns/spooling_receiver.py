"""Where messages come in while something of ours is down: the turn if it can be done, else the spool.

The rule: nobody overtakes, and nothing that was kept is dropped. While a message of a citizen waits in the
spool, their next ones wait behind it; the spool is emptied in order, by whichever process gets to it, as soon
as the database answers again. A message leaves it when its turn is done or it is put aside with the reason,
and for nothing else. How fast somebody writes is asked at the door alone: what was kept has paid.
"""

import asyncio

import structlog
from pydantic import TypeAdapter

from app.base import metrics
from app.turns.channel_events import ChannelEventRecorder
from app.turns.rate_limit import RateLimit
from app.turns.service import Service
from app.turns.spool import Aside, Spool, Spooled, SpooledEvent
from app.turns.spool_log import Record
from intake.city import CityProfile
from intake.dialog.id_numbers import discreet
from intake.model.channel_event import ChannelEvent
from intake.model.messages import Address, ChannelName, Inbound, Reply
from intake.model.ports import Unavailable
from intake.phrases import FALLBACK, pick_language, say
from storage.db.keyring import Undecryptable
from storage.faults import caught, described
from storage.periodic import pause

log = structlog.get_logger(__name__)

AT_ONCE = 8
LOOK_AGAIN = 0.5  # seconds
AWAY_AFTER = 3
"""Turns that failed one after the other: then the next ones are not kept waiting for the same."""
AWAY_FOR = 1.0  # seconds

_happening = TypeAdapter(ChannelEvent)


class Behind(Unavailable):
    """An earlier message of this citizen waits in the spool: this one goes there too."""


class SpoolingReceiver:
    """`webhooks.ports.Receiver`: the service, and the spool behind it."""

    def __init__(
        self,
        service: Service,
        witness: ChannelEventRecorder,
        spool: Spool,
        city: CityProfile,
        pace: RateLimit | None = None,
    ) -> None:
        self._service = service
        self._witness = witness
        self._spool = spool
        self._city = city
        self._pace = pace
        self._failed = 0
        self._failed_at = 0.0
        self._tried = 0

    async def receive(self, inbound: Inbound) -> tuple[Reply, ...]:
        """As `Service.receive`, for who does not write too fast. Raises Unavailable: then `shelve` it."""
        if self._pace is not None and await self._pace.is_too_fast(inbound):
            return self._slowed(inbound)
        if self._spool.holds(inbound.address):
            raise Behind("an earlier message waits in the spool")
        if self._away():
            raise Unavailable("the database was away a moment ago")
        try:
            replies = await self._service.receive(inbound)
        except Unavailable:
            self._failed, self._failed_at = self._failed + 1, _now()
            raise
        self._failed = 0
        return replies

    async def shelve(self, inbound: Inbound) -> tuple[Reply, ...]:
        """Keep the message on the disk for later; what its sender is told. Raises SpoolFull."""
        await self._spool.keep(discreet(inbound))
        metrics.spooled.labels(inbound.address.channel.value).inc()
        return (Reply(self._say(inbound, "service.spooled")),)

    def sorry(self, inbound: Inbound) -> tuple[Reply, ...]:
        """What the sender of a message is told that could not even be shelved."""
        return (Reply(self._say(inbound, "service.busy")),)

    def more(self, replies: tuple[Reply, ...]) -> str:
        """The word that there is more, in the language of what was said."""
        language = next((reply.language for reply in replies if reply.language), FALLBACK)
        return say(self._city, language, "service.more")

    async def put_aside(self, channel: ChannelName, message_id: str, body: bytes, reason: str) -> None:
        """As `Service.put_aside`; whatever prevents it, by way of the spool. Raises SpoolFull."""
        fault = await caught(self._service.put_aside(channel, message_id, body, reason))
        if fault is not None:
            await self._spool.keep(Aside(channel, message_id, body, reason))

    async def send_late(self, address: Address, replies: tuple[Reply, ...], key: str) -> None:
        """As `Service.send_late`. Raises Unavailable."""
        await self._service.send_late(address, replies, key)

    async def handed_over(self, inbound: Inbound, replies: tuple[Reply, ...]) -> None:
        """As `Service.handed_over`. Raises Unavailable."""
        await self._service.handed_over(inbound, replies)

    async def run(self, stop: asyncio.Event) -> None:
        """Empty the spool whenever there is something in it, until `stop`."""
        while not stop.is_set():
            if not await self.drain():
                await pause(stop, LOOK_AGAIN)

    async def drain(self) -> bool:
        """One round: the oldest message of several citizens. Whether there is more to do at once.

        The next round goes on behind them, so that what nobody can handle holds up its own citizen only.
        """
        if not self._spool.depth():
            return False
        with self._spool.alone() as alone:
            if not alone:  # another process of this machine is at it
                return False
            heads = self._spool.heads(AT_ONCE, self._tried)
            self._tried = heads[-1].number if heads else 0
            return any(await asyncio.gather(*map(self._settle, heads)))

    async def _settle(self, record: Record) -> bool:
        """Do what one message asks for, and take it off; whatever went wrong, it stays: False."""
        done = await caught(self._settled(record))
        if isinstance(done, Exception) and not isinstance(done, Unavailable):
            log.error("a spooled message stays", fault=described(done))
        return done is True

    async def _settled(self, record: Record) -> bool:
        message = await self._spool.read(record)
        if message is None:
            return False
        await self._do(message)
        await self._spool.done(record)
        return True

    async def _do(self, message: Spooled) -> None:
        """Returns once it is in the database, one way or another; what was done before is not done again."""
        match message:
            case Aside(channel, message_id, body, reason):
                await self._service.put_aside(channel, message_id, body, reason)
            case SpooledEvent(happening):
                await self._write_down(happening)
            case Inbound():
                replies = await self._service.receive(message)
                if replies:
                    await self._service.send_late(message.address, replies, message.id)

    async def _write_down(self, told: ChannelEvent) -> None:
        """What breaks our own code is put aside, as messages are. Raises Unavailable or Undecryptable."""
        fault = await caught(self._witness.write_down(told))
        if isinstance(fault, Unavailable | Undecryptable):
            raise fault
        if fault is not None:
            body = _happening.dump_json(told)
            await self._service.put_aside(told.channel, told.id, body, described(fault))

    def _slowed(self, inbound: Inbound) -> tuple[Reply, ...]:
        """Told, counted, and not taken."""
        metrics.turns.labels(inbound.address.channel.value, "too_fast").inc()
        return (Reply(self._say(inbound, "welcome.too_fast")),)

    def _away(self) -> bool:
        return self._failed >= AWAY_AFTER and _now() < self._failed_at + AWAY_FOR

    def _say(self, inbound: Inbound, key: str) -> str:
        return say(self._city, pick_language(inbound.language), key)


def _now() -> float:
    return asyncio.get_running_loop().time()
