"""Messages taken while the database was away, on the local disk until their turns are done.

The rule: what is spooled is acknowledged, so it is on the disk, sealed, before the platform hears 200; a
citizen's later messages queue behind it; and it is taken off only when its turn and its replies are
committed. A turn goes by the message's own id, so that a drain which dies and begins again changes nothing.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from app.base import metrics
from app.receiver.spool_log import Log, Record
from intake.model.channel_event import ChannelEvent
from intake.model.messages import Address, ChannelName, Inbound
from intake.model.ports import Unavailable
from storage.db.keyring import KeyRing, Undecryptable

log = structlog.get_logger(__name__)

DAMAGED_LASTS = timedelta(days=30)
"""How long a file that the disk spoilt waits for somebody who can read more of it than we can."""


class SpoolFull(Unavailable):
    """Not even the local disk takes it: nothing was kept, and the sender must know."""


@dataclass(frozen=True, slots=True)
class SpooledUnreadable:
    """A genuine message nobody can read, on its way to where such messages are kept."""

    channel: ChannelName
    message_id: str
    body: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class SpooledEvent:
    """What a channel told beside the dialog, on its way to where it is written down."""

    happening: ChannelEvent  # a stored name


Spooled = Inbound | SpooledUnreadable | SpooledEvent
_spooled: TypeAdapter[Spooled] = TypeAdapter(
    Spooled, config={"ser_json_bytes": "base64", "val_json_bytes": "base64"}
)


class Spool:
    """The spool of this machine; all its processes share the folder."""

    def __init__(self, folder: Path, keyring: KeyRing, clock: Callable[[], datetime]) -> None:
        self._log = Log(folder)
        self._keyring = keyring
        self._clock = clock

    async def keep(self, message: Spooled) -> None:
        """Put it on the disk. Raises SpoolFull."""
        sealed = self._keyring.encrypt(_spooled.dump_json(message))
        at = int(self._clock().timestamp() * 1e9)
        try:
            await asyncio.to_thread(self._log.append, self._who(message), sealed, at)
        except OSError as fault:
            metrics.spool_refused.inc()
            log.error("the spool takes no more", fault=fault.strerror)  # noqa: TRY400  no words of theirs
            raise SpoolFull(f"spool: {fault.strerror}") from fault

    def holds(self, address: Address) -> bool:
        """Whether a message of this citizen waits here: then the next one must wait behind it."""
        mine = self._digests(_name(address))
        return any(record.who in mine for record in self._log.open())

    def depth(self) -> int:
        """How many messages wait."""
        return len(self._log.open())

    def oldest(self) -> datetime | None:
        """Since when the oldest of them waits."""
        waiting = self._log.open()
        return datetime.fromtimestamp(waiting[0].number / 1e9, UTC) if waiting else None

    def heads(self, limit: int, after: int = 0) -> list[Record]:
        """The oldest message of each of up to `limit` citizens; those behind number `after` come first."""
        first: dict[bytes, Record] = {}
        for record in self._log.open():
            first.setdefault(record.who, record)
        return sorted(first.values(), key=lambda one: (one.number <= after, one.number))[:limit]

    async def read(self, record: Record) -> Spooled | None:
        """The message. None if it cannot be read: it is aside then, and its citizen's next ones go on."""
        sealed = await asyncio.to_thread(self._log.payload, record)
        message, reason = self._opened(sealed)
        if message is None:
            await asyncio.to_thread(self._log.set_aside, record)
            metrics.spool_aside.set(self.aside())
            log.error("a spooled message was put aside", number=record.number, reason=reason)
        return message

    async def bring_back(self) -> int:
        """What was put aside and can be read by now, as with an earlier key given again; how many."""
        at = int(self._clock().timestamp() * 1e9)
        back = await asyncio.to_thread(self._log.bring_back, self._is_readable, at)
        metrics.spool_aside.set(self.aside())
        return back

    def aside(self) -> int:
        """How many messages are put aside, as nobody can read them."""
        return len(self._log.aside())

    async def done(self, record: Record) -> None:
        """Its turn is committed."""
        await asyncio.to_thread(self._log.done, record.number)

    async def forget(self, address: Address) -> None:
        """Drop what waits of this citizen, and what lies here of theirs though it is done. Raises OSError."""
        await asyncio.to_thread(self._log.forget, self._digests(_name(address)))

    async def overwrite_done(self, address: Address) -> None:
        """What lies here of this citizen's though it is done is to be read by nobody. Raises OSError."""
        await asyncio.to_thread(self._log.overwrite_done, self._digests(_name(address)))

    async def unreadable(self) -> list[Record]:
        """What waits here and our keys do not open, or no release of ours can read."""
        return [record for record in self._log.open() if await self.read(record) is None]

    def damaged(self) -> list[int]:
        """The files that the disk spoilt, by when they were begun (nanoseconds)."""
        return self._log.damaged()

    async def drop_damaged(self) -> int:
        """Remove what the disk spoilt so long ago that nobody will mend it; returns how many files."""
        before = (self._clock() - DAMAGED_LASTS).timestamp()
        return await asyncio.to_thread(self._log.drop_damaged, int(before * 1e9))

    def alone(self) -> AbstractContextManager[bool]:
        """Be the one process that empties the spool; False if another one is at it."""
        return self._log.alone()

    def _is_readable(self, sealed: bytes) -> bool:
        return self._opened(sealed)[0] is not None

    def _opened(self, sealed: bytes) -> tuple[Spooled | None, str | None]:
        """The message, or why there is none."""
        try:
            return _spooled.validate_json(self._keyring.decrypt(sealed)), None
        except Undecryptable:
            return None, "none of our keys opens it"
        except ValidationError:
            return None, "it is no message as this release knows them"

    def _who(self, message: Spooled) -> bytes:
        """Their queue; that of an older key where they wait in it, so that nothing of theirs is overtaken."""
        whom = _whom(message)
        mine, now = self._digests(whom), bytes.fromhex(self._keyring.digest("spool", whom))
        if len(mine) == 1:
            return now
        return next((record.who for record in self._log.open() if record.who in mine), now)

    def _digests(self, whom: str) -> frozenset[bytes]:
        return frozenset(bytes.fromhex(digest) for digest in self._keyring.digests("spool", whom))


def _whom(message: Spooled) -> str:
    """In whose queue it waits."""
    match message:
        case Inbound():
            return _name(message.address)
        case SpooledEvent(event) if event.address is not None:
            return _name(event.address)
        case SpooledEvent(event):
            return f"told:{event.channel.value}"
        case SpooledUnreadable():
            return f"aside:{message.channel.value}"


def _name(address: Address) -> str:
    return f"{address.channel.value}:{address.user}"
