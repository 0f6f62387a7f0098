"""Messages put aside, taken anew: after an upgrade that reads them, or once what broke their turn is mended.

The rule: nothing is taken out before its turn is committed. While it is tried the row only changes its id, so
that the message's own is free; who dies in between leaves it where the next retry finds it, and a turn that
was taken already is a repeat then. What fails again stands aside again, with the new reason.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from app.receiver.channel_events import ChannelEventRecorder
from app.turns.service import Service
from intake.model.channel_event import ChannelEvent
from intake.model.messages import ChannelName, Inbound
from intake.model.ports import ReadsAgain
from storage.db.database import Database
from storage.messages import inbox
from storage.messages.inbox import AsideRow

Message = Inbound | ChannelEvent
_message: TypeAdapter[Message] = TypeAdapter(Message)


class PutAsideMessages:
    """Those of one database."""

    def __init__(
        self,
        database: Database,
        service: Service,
        channel_events: ChannelEventRecorder,
        channels: Mapping[ChannelName, object],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._service = service
        self._channel_events = channel_events
        self._channels = channels
        self._clock = clock

    async def again(self, row: AsideRow) -> bool:
        """Take it anew; False if it stays put aside. Raises Unavailable."""
        async with self._database.read() as tx:
            body = await inbox.opened(tx, row)
        if body is None:
            return False
        message = self._read(row.channel, body)
        if message is None:
            return False
        async with self._database.write() as tx:
            if not await inbox.lift(tx, row):
                return False
        await self._taken(message)
        async with self._database.write() as tx:
            await inbox.let_go(tx, row)
            return not await inbox.is_aside(tx, row.channel, message.id)

    async def _taken(self, message: Message) -> None:
        """As the spool does it: its answer leaves by the outbox."""
        if isinstance(message, ChannelEvent):
            await self._channel_events.write_down(message)
            return
        replies = await self._service.receive(message)
        if replies:
            await self._service.send_late(message.address, replies, message.id)

    def _read(self, channel: ChannelName, body: bytes) -> Message | None:
        """Ours as we wrote it down, else the channel's own."""
        try:
            return _message.validate_json(body)
        except ValidationError:
            reader = self._channels.get(channel)
            return reader.read_again(body, self._clock()) if isinstance(reader, ReadsAgain) else None
