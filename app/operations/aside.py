"""What was put aside, wherever it lies: messages, deliveries, our own desk's callbacks, spoilt files.

The rule: it is told by kind, number and reason, and nothing in that is a person's: a platform's own id of a
message may be an account's name, so a digest stands for it. To let something go twice is to let it go once.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from app.receiver.put_aside import PutAsideMessages
from app.receiver.spool import Spool
from desk import outbox as callbacks
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.messages import inbox
from storage.messages.inbox import AsideRow
from storage.outbox.engine import Entry, Outbox
from storage.outbox.outbox import OUTBOX

MANY = 100_000
_DIGITS = 16
_NO_KEY = "none of our keys opens it, or no release of ours reads it: it is tried by itself"
_SPOILT = "the disk spoilt it: nothing of ours reads more of it"


class AsideKind(StrEnum):
    """Where it lies."""

    MESSAGE = "message"
    DELIVERY = "delivery"
    CALLBACK = "callback"
    SPOOL = "spool"


KINDS: Mapping[Outbox[Any], AsideKind] = {
    OUTBOX: AsideKind.DELIVERY,
    callbacks.OUTBOX: AsideKind.CALLBACK,
}


@dataclass(frozen=True, slots=True)
class SetAside:
    """One thing. `id` is unique among all kinds; `again` whether `retry` can do something for it."""

    kind: AsideKind
    id: str
    of: str
    since: datetime
    reason: str
    again: bool


@dataclass(frozen=True, slots=True)
class TriedAgain:
    """How many were let go again, and how many stay."""

    gone: int
    stay: int


class AsideList:
    """Everything of one installation; the spool is this machine's."""

    def __init__(
        self,
        database: Database,
        keyring: KeyRing,
        spool: Spool,
        messages: PutAsideMessages,
        clock: Callable[[], datetime],
        *,
        own_desk: bool,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._spool = spool
        self._messages = messages
        self._clock = clock
        self._boxes = {kind: box for box, kind in KINDS.items() if own_desk or box is OUTBOX}

    async def listed(self, kinds: Collection[AsideKind], limit: int) -> list[SetAside]:
        """Up to so many of each of these kinds, the oldest first."""
        found: list[SetAside] = []
        async with self._database.read() as tx:
            if AsideKind.MESSAGE in kinds:
                found += [self._message(row) for row in await inbox.listed(tx, limit)]
            for kind, box in self._boxes.items():
                if kind in kinds:
                    found += [_entry(kind, entry) for entry in await box.given_up(tx, limit)]
        if AsideKind.SPOOL in kinds:
            found += (await self._spooled())[:limit]
        return found

    async def again(self, ids: Collection[str] | None, kinds: Collection[AsideKind]) -> TriedAgain:
        """Let these go again, or all of these kinds. What may have arrived goes by its id alone.

        Raises Unavailable.
        """
        wanted = [one for one in await self.listed(kinds, MANY) if ids is None or one.id in ids]
        tried = [await self._again(one) for one in wanted if one.again or ids is not None]
        return TriedAgain(sum(tried), len(wanted) - sum(tried))

    async def _again(self, one: SetAside) -> bool:
        if one.kind is AsideKind.MESSAGE:
            rows = await self._rows()
            return one.id in rows and await self._messages.again(rows[one.id])
        box = self._boxes.get(one.kind)
        if box is None:
            return False
        async with self._database.write() as tx:
            return await box.retry_given_up(tx, int(one.id.partition(":")[2]), self._clock())

    async def _rows(self) -> Mapping[str, AsideRow]:
        async with self._database.read() as tx:
            return {self._name(row): row for row in await inbox.listed(tx, MANY)}

    def _message(self, row: AsideRow) -> SetAside:
        return SetAside(AsideKind.MESSAGE, self._name(row), row.channel.value, row.at, row.reason, again=True)

    def _name(self, row: AsideRow) -> str:
        own = f"{row.channel.value}:{row.message_id.removeprefix(inbox.LIFTED)}"
        return f"{AsideKind.MESSAGE.value}:{self._keyring.digest('put aside', own)[:_DIGITS]}"

    async def _spooled(self) -> list[SetAside]:
        waits = [(one.number, _NO_KEY) for one in await self._spool.unreadable()]
        spoilt = [(number, _SPOILT) for number in self._spool.damaged()]
        return [_spooled(number, reason) for number, reason in sorted(waits + spoilt)]


def _entry(kind: AsideKind, entry: Entry) -> SetAside:
    known = entry.state == "buried"
    name, of = f"{kind.value}:{entry.id}", f"{entry.destination} {entry.kind}"
    reason = entry.reason or ""
    return SetAside(
        kind, name, of, entry.queued_at, reason if known else f"may have arrived: {reason}", known
    )


def _spooled(number: int, reason: str) -> SetAside:
    since = datetime.fromtimestamp(number / 1e9, UTC)
    return SetAside(AsideKind.SPOOL, f"{AsideKind.SPOOL.value}:{number}", "disk", since, reason, again=False)
