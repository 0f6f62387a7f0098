"""The way in as a test sees it: two processes of one machine, and a database that breaks and is mended."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.receiver.channel_events import ChannelEventRecorder
from app.receiver.receiver import SpoolingReceiver
from app.receiver.spool import Spool
from intake.model.messages import Address, ChannelName, Inbound, Reply
from intake.model.received import Answered
from storage.db.database import Database
from storage.messages import inbox
from storage.outbox import outbox

FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)
ANNA, BEN = Address(ChannelName.WECHAT, "anna"), Address(ChannelName.TELEGRAM, "100")


@dataclass
class Counter:
    """The receiver, a second one in another process of the machine, and the way to break the database."""

    receiver: SpoolingReceiver
    other: SpoolingReceiver
    recorder: ChannelEventRecorder
    database: Database
    spool: Spool
    down: Callable[[], AbstractAsyncContextManager[None]]

    async def settle(self) -> None:
        while self.spool.depth():
            await self.receiver.drain()
            await asyncio.sleep(0)

    async def handled(self, *messages: Inbound) -> list[tuple[str, ...] | None]:
        async with self.database.read() as tx:
            found = [await inbox.seen(tx, one.address.channel, one.id) for one in messages]
        return [turn and tuple(reply.text for reply in turn.replies) for turn in found]

    async def sent(self) -> list[str]:
        """What goes to citizens by the outbox, in order."""
        async with self.database.write() as tx:
            found = await outbox.claim(tx, now=FAR_AHEAD, lease=timedelta(seconds=60), limit=1000)
        return [entry.body["reply"]["text"] for entry in found if entry.kind == "reply"]


async def answered(receiver: SpoolingReceiver, message: Inbound) -> tuple[Reply, ...]:
    """What a turn at once had to say."""
    received = await receiver.receive(message)
    assert isinstance(received, Answered)
    return received.replies


def says(text: str, address: Address = ANNA, number: int = 0) -> Inbound:
    return Inbound(f"{address.user}-{text}-{number}", address, datetime.now(UTC), text=text)
