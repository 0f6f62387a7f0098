"""What a channel tells beside the dialog, written down and acted upon in one transaction.

The rule: only the channel's own word settles what it took from us, and a right that it denies is not
asked for again all day. The channel tells each thing once: without a database it waits in the spool, behind
what its citizen did before.
"""

from collections.abc import Callable
from datetime import datetime

import structlog

from app.receiver.spool import Spool, SpooledEvent
from app.turns.media_bursts import NO_MESSAGES
from intake.model.channel_event import ChannelEvent
from intake.model.messages import ChannelName
from storage.db.database import Database, Tx
from storage.faults import caught
from storage.messages import (
    account_issues,
    channel_events,
    conversations,
    delivery_receipts,
    send_quotas,
    template_opt_ins,
)
from storage.messages.conversations import StoredConversation

PUSHES = "push"
"""The note about pushes that bear our token's signature and still cannot be read."""

CLOCK = "clock"
"""The note about pushes that bear our token's signature and another time than ours."""

log = structlog.get_logger(__name__)


class ChannelEventRecorder:
    """What a channel's webhook tells, when it is not a citizen who speaks."""

    def __init__(self, database: Database, clock: Callable[[], datetime], spool: Spool | None = None) -> None:
        self._database = database
        self._clock = clock
        self._spool = spool

    async def record(self, event: ChannelEvent) -> None:
        """`write_down`; whatever prevents it, by way of the spool. Raises Unavailable."""
        if self._spool is None:
            await self.write_down(event)
        elif self._waits(event) or await caught(self.write_down(event)) is not None:
            await self._spool.keep(SpooledEvent(event))

    def _waits(self, event: ChannelEvent) -> bool:
        """Whether something waits that its citizen did before."""
        where = event.address
        return where is not None and self._spool is not None and self._spool.holds(where)

    async def write_down(self, event: ChannelEvent) -> None:
        """Write it down once, and do what follows from it. Raises Unavailable."""
        now = self._clock()
        async with self._database.write() as tx:
            stored = await self._citizen(tx, event, now)
            if await channel_events.record(tx, event, stored.id if stored else None, now):
                await _follow(tx, event, stored, now)
        log.info("happening", channel=event.channel.value, name=event.name)

    async def answers_in_turn_only(self, channel: ChannelName) -> bool:
        """Whether this account may not write later of its own accord. Raises Unavailable."""
        async with self._database.read() as tx:
            return NO_MESSAGES in await account_issues.read(tx, channel)

    async def note(self, channel: ChannelName, about: str, says: str) -> None:
        """Something is wrong with our account there. Raises Unavailable."""
        async with self._database.write() as tx:
            await account_issues.write(tx, channel, about, says, self._clock())

    async def clear(self, channel: ChannelName, about: str) -> None:
        """It is so no longer. Raises Unavailable."""
        async with self._database.write() as tx:
            await account_issues.clear(tx, channel, about)

    async def _citizen(self, tx: Tx, event: ChannelEvent, now: datetime) -> StoredConversation | None:
        """Their conversation, held; nobody is made known to us by an event alone."""
        if event.address is None or await conversations.find(tx, event.address) is None:
            return None
        return await conversations.lock(tx, event.address, now)


async def _follow(tx: Tx, event: ChannelEvent, stored: StoredConversation | None, now: datetime) -> None:
    for told in event.outcomes:
        await delivery_receipts.settle(tx, event.channel, told, now)
    if stored is None:
        return
    for given in event.permissions:
        await template_opt_ins.note(tx, stored.id, given, event.at)
    if event.grant is not None:
        await send_quotas.grant(tx, stored.id, event.grant, min(event.at, now))
