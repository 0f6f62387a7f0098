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
from app.receiver.channel_events import ChannelEventRecorder
from app.receiver.rate_limit import RateLimit
from app.receiver.running_turns import RunningTurns
from app.receiver.spool import Spool, Spooled, SpooledEvent, SpooledUnreadable
from app.receiver.spool_log import Record
from app.receiver.tasks import Tasks, left
from app.turns.service import Service
from intake.city import CityProfile
from intake.dialog.id_numbers import discreet
from intake.model.channel_event import ChannelEvent
from intake.model.messages import ChannelName, Inbound, Reply
from intake.model.ports import Unavailable
from intake.model.received import Answered, Kept, Lost, Received
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
TIDY_EVERY = 3600.0  # seconds

_inbound = TypeAdapter(Inbound)
_channel_event: TypeAdapter[ChannelEvent] = TypeAdapter(ChannelEvent)


class Behind(Unavailable):
    """An earlier message of this citizen waits in the spool: this one goes there too."""


class SpoolingReceiver:
    """`intake.model.received.Receiver`: the service, and the spool behind it."""

    def __init__(
        self,
        service: Service,
        channel_events: ChannelEventRecorder,
        spool: Spool,
        city: CityProfile,
        pace: RateLimit | None = None,
    ) -> None:
        self._service = service
        self._channel_events = channel_events
        self._spool = spool
        self._city = city
        self._pace = pace
        self._tasks = Tasks()
        self._turns = RunningTurns(self._tasks, self._take, self._keep, self.send_on)
        self._failed = 0
        self._failed_at = 0.0
        self._tried = 0
        self._tidy_at = 0.0

    async def receive(self, inbound: Inbound, deadline: float | None = None) -> Received:
        """The message's turn; what has none, or none in time, is on the disk before it is called taken."""
        return await self._turns.result(inbound, deadline)

    async def put_aside(
        self,
        channel: ChannelName,
        message_id: str,
        body: bytes,
        reason: str,
        deadline: float | None = None,
    ) -> Received:
        """Keep what nobody can read: in the database, and whatever prevents that, on the disk."""
        aside = self._tasks.start(self._aside(SpooledUnreadable(channel, message_id, body, reason)))
        await asyncio.wait({aside}, timeout=left(deadline))
        return aside.result() if aside.done() else Lost()

    async def send_on(
        self, inbound: Inbound, replies: tuple[Reply, ...], key: str, deadline: float | None = None
    ) -> Received:
        """Queue what the platform's answer does not carry; else keep the message: all goes out again."""
        queued = self._tasks.start(caught(self._service.send_late(inbound.address, replies, key)))
        await asyncio.wait({queued}, timeout=left(deadline))
        if queued.done() and queued.result() is None:
            return Answered()
        keeping = self._tasks.start(self._keep(inbound))
        await asyncio.wait({keeping}, timeout=left(deadline))
        return keeping.result() if keeping.done() else Lost()

    async def handed_over(self, inbound: Inbound, replies: tuple[Reply, ...]) -> None:
        """As `Service.handed_over`. Raises Unavailable."""
        await self._service.handed_over(inbound, replies)

    def more(self, replies: tuple[Reply, ...]) -> str:
        """The word that there is more, in the language of what was said."""
        language = next((reply.language for reply in replies if reply.language), FALLBACK)
        return say(self._city, language, "service.more")

    async def settle(self, seconds: float) -> None:
        """Before a stop: give running turns the time to end."""
        await self._tasks.settle(seconds)

    async def _take(self, inbound: Inbound) -> Received:
        """One turn for who does not write too fast. Raises Unavailable: then it is to be kept."""
        taken = await caught(self._turn(inbound))
        if isinstance(taken, Unavailable):
            raise taken
        return await self._broken(inbound, taken) if isinstance(taken, Exception) else Answered(taken)

    async def _turn(self, inbound: Inbound) -> tuple[Reply, ...]:
        if self._pace is not None and await self._pace.is_too_fast(inbound):
            return self._slowed(inbound) if await self._pace.is_told(inbound) else ()
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

    async def _broken(self, inbound: Inbound, fault: Exception) -> Kept:
        """Our own code broke before the service could put it aside. Raises Unavailable if that fails too."""
        address, reason = inbound.address, described(fault)
        log.error("turn failed", channel=address.channel.value, fault=reason)
        body = _inbound.dump_json(discreet(inbound))
        if isinstance(await self._aside(SpooledUnreadable(address.channel, inbound.id, body, reason)), Lost):
            raise Unavailable("neither taken nor put aside") from fault
        return Kept(self._told(inbound, "welcome.fault"))

    async def _keep(self, inbound: Inbound) -> Kept | Lost:
        """On the disk for later, and what its sender is told."""
        fault = await caught(self._spool.keep(discreet(inbound)))
        if fault is not None:
            log.error("could not be kept", fault=described(fault))
            return Lost(self._told(inbound, "service.busy"))
        metrics.spooled.labels(inbound.address.channel.value).inc()
        return Kept(self._told(inbound, "service.spooled"))

    async def _aside(self, message: SpooledUnreadable) -> Kept | Lost:
        filed = self._service.put_aside(message.channel, message.message_id, message.body, message.reason)
        if await caught(filed) is None:
            return Kept()
        fault = await caught(self._spool.keep(message))
        return Kept() if fault is None else Lost()

    async def run(self, stop: asyncio.Event) -> None:
        """Empty the spool whenever there is something in it, until `stop`."""
        while not stop.is_set():
            await self._tidied()
            if not await self.drain():
                await pause(stop, LOOK_AGAIN)

    async def _tidied(self) -> None:
        """About once an hour."""
        if _now() < self._tidy_at:
            return
        self._tidy_at = _now() + TIDY_EVERY
        for tidied in (self._spool.drop_damaged(), self._spool.bring_back()):
            fault = await caught(tidied)
            if isinstance(fault, Exception):
                log.warning("the spool cannot be tidied", fault=described(fault))

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
        if message is not None:
            await self._do(message)
            await self._spool.done(record)
        return True

    async def _do(self, message: Spooled) -> None:
        """Returns once it is in the database, one way or another; what was done before is not done again."""
        match message:
            case SpooledUnreadable(channel, message_id, body, reason):
                await self._service.put_aside(channel, message_id, body, reason)
            case SpooledEvent(event):
                await self._write_down(event)
            case Inbound():
                replies = await self._service.receive(message)
                if replies:
                    await self._service.send_late(message.address, replies, message.id)

    async def _write_down(self, told: ChannelEvent) -> None:
        """What breaks our own code is put aside, as messages are. Raises Unavailable or Undecryptable."""
        fault = await caught(self._channel_events.write_down(told))
        if isinstance(fault, Unavailable | Undecryptable):
            raise fault
        if fault is not None:
            body = _channel_event.dump_json(told)
            await self._service.put_aside(told.channel, told.id, body, described(fault))

    def _slowed(self, inbound: Inbound) -> tuple[Reply, ...]:
        """Told, counted, and not taken."""
        metrics.turns.labels(inbound.address.channel.value, "too_fast").inc()
        return self._told(inbound, "welcome.too_fast")

    def _away(self) -> bool:
        return self._failed >= AWAY_AFTER and _now() < self._failed_at + AWAY_FOR

    def _told(self, inbound: Inbound, key: str) -> tuple[Reply, ...]:
        return (Reply(say(self._city, pick_language(inbound.language), key)),)


def _now() -> float:
    return asyncio.get_running_loop().time()
