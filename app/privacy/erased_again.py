"""Erasing again what was erased since a backup was made, when that backup is put back.

The rule: every erasure leaves a line in a ledger that no backup holds (`storage.privacy.ledger`). A database
that does not know a line is older than it: before a process of its takes a message, whoever the line means is
erased again, here and by the usual way at the backend, with the files that the restored rows do not know.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from app.attachments import ownership
from app.attachments.store import Files
from app.delivery.queue_replies import lane
from app.privacy import erasure
from intake.model.conversation import NO_DRAFT
from storage.db.database import Database, Tx
from storage.db.keyring import KeyRing
from storage.faults import caught, described
from storage.messages import conversations
from storage.messages.conversations import StoredConversation
from storage.periodic import every
from storage.privacy import erasure_lines, left_channel
from storage.privacy.ledger import Ledger, LedgerLine, SubjectKind
from storage.tickets import tickets

EVERY = timedelta(seconds=30)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Meant:
    """Whom unknown lines mean in this database: lines by conversation, and by a ticket's reference."""

    citizens: dict[int, list[LedgerLine]]
    tickets: dict[str, list[LedgerLine]]


class ErasedAgain:
    """Any number of processes may; each line is done once."""

    def __init__(
        self, database: Database, ledger: Ledger, files: Files, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._files = files
        self._clock = clock
        self._was_read = False

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        await every(EVERY, self._round, stop, "the ledger of erasures")

    async def _round(self) -> None:
        """The ledger is read once a life: a database is not restored under a process that runs."""
        await (self.write_down() if self._was_read else self.once())

    async def before_the_first_message(self) -> None:
        """At a start. A ledger that is away holds up nobody: it is looked at again, and the log says so."""
        fault = await caught(self.once())
        if fault is not None:
            log.error("the ledger of erasures was not read", fault=described(fault))

    async def once(self) -> None:
        """Write down what is new, then do what this database does not know. Raises OSError, Unavailable."""
        await self.write_down()
        lines = await self._ledger.lines()
        async with self._database.read() as tx:
            lines = await erasure_lines.unknown(tx, lines)
        if lines:
            await self._do(lines)
        self._was_read = True

    async def write_down(self) -> None:
        """As the function of that name."""
        await write_down(self._database, self._ledger, self._clock())

    async def _do(self, lines: list[LedgerLine]) -> None:
        """The lines that mean nobody here come last, so that who dies before begins again."""
        meant = await self._meant(lines)
        for conversation_id, theirs in meant.citizens.items():
            await self._citizen(conversation_id, theirs)
        for reference, of_it in meant.tickets.items():
            await self._ticket(reference, of_it)
        await self._files.discard_unknown()
        async with self._database.write() as tx:
            for line in lines:
                await erasure_lines.adopt(tx, line, None, self._clock())
        await self._database.scrub()
        log.warning("erased again", accounts=len(meant.citizens), tickets=len(meant.tickets))

    async def _meant(self, lines: list[LedgerLine]) -> _Meant:
        by_digest: dict[str, list[LedgerLine]] = {}
        for line in lines:
            by_digest.setdefault(line.digest, []).append(line)
        async with self._database.read() as tx:
            ring = await erasure_lines.digests(tx)
            citizens = {
                number: found
                async for number, address in erasure_lines.accounts(tx)
                if (found := _lines(ring, by_digest, erasure_lines.name_of(address)))
            }
            filed = {
                reference: found
                async for reference, key in erasure_lines.unrestricted(tx)
                if (found := _lines(ring, by_digest, erasure_lines.name_of(key)))
            }
        return _Meant(citizens, filed)

    async def _citizen(self, conversation_id: int, lines: list[LedgerLine]) -> None:
        now = self._clock()
        for line in sorted(lines):
            async with self._database.write() as tx:
                stored = await conversations.lock_by_id(tx, conversation_id)
                if stored is not None and await erasure_lines.adopt(tx, line, stored.id, now):
                    await _erase(tx, stored, line.kind, now)

    async def _ticket(self, reference: str, lines: list[LedgerLine]) -> None:
        now = self._clock()
        async with self._database.write() as tx:
            found = await tickets.find(tx, reference=reference, lock=True)
            new = [await erasure_lines.adopt(tx, line, None, now) for line in lines]
            if found is not None and any(new):
                await erasure.restricted(tx, found, now)


async def write_down(database: Database, ledger: Ledger, now: datetime) -> None:
    """What was erased and committed stands in the ledger then. Raises OSError, Unavailable."""
    while True:
        async with database.read() as tx:
            lines = await erasure_lines.pending(tx)
        if not lines:
            return
        await ledger.add(lines)
        async with database.write() as tx:
            await erasure_lines.written(tx, lines, now)


async def _erase(tx: Tx, stored: StoredConversation, kind: SubjectKind, now: datetime) -> None:
    """As it was done the first time; its line is written already."""
    match kind:
        case SubjectKind.LEFT:
            await erasure.leave(tx, stored, now)
        case SubjectKind.GIVEN_UP:
            await _give_up(tx, stored, now)
        case _:
            await erasure.take_out(tx, stored, now)
            await conversations.forget(tx, stored.id, now)


async def _give_up(tx: Tx, stored: StoredConversation, now: datetime) -> None:
    """What was being written, its files, and what was answered to it."""
    left = replace(stored.conversation, **NO_DRAFT)
    await conversations.save(tx, stored.id, left, now)
    await ownership.drop_unheld(tx, stored.id, left, now)
    filed = [found.ticket.reference for found in await tickets.of_conversation(tx, stored.id)]
    await left_channel.forget_answers(tx, stored.id, lane(stored.id), filed, now)


def _lines(ring: KeyRing, by_digest: dict[str, list[LedgerLine]], name: str) -> list[LedgerLine]:
    return _joined(by_digest.get(digest, ()) for digest in ring.digests(erasure_lines.PURPOSE, name))


def _joined(parts: Iterable[Iterable[LedgerLine]]) -> list[LedgerLine]:
    return [line for part in parts for line in part]
