"""Checking the desk's history: tickets' chains, their standing against them, the journal, the anchors.

What the release before linked without a key is told apart. It holds where the first anchor of this release
covers it, which nobody can write under; behind that, only for the time of the roll, and only where there was
a release before. Behind the roll it counts as somebody's who has no key.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from desk.db import proof_keys
from desk.db.tables import events, tickets
from desk.history import anchors, journal
from desk.history.anchors import Anchor, Roll
from desk.history.journal import JournalCheck
from desk.tickets import ticket_events
from desk.tickets.ticket_events import HistoryCheck
from storage.db.database import Database

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first event of a ticket that does not hold: changed, missing, or not what the ticket says."""

    hotline_ref: str
    seq: int


@dataclass(frozen=True, slots=True)
class LateEvent:
    """An event without a key that the release before wrote beside this one, or somebody who has no key."""

    id: int
    hotline_ref: str
    seq: int


@dataclass(frozen=True, slots=True)
class AuditProgress:
    """So many tickets are done; `fault` ends the check. Since the last time: so many events without a key,
    and those among them that are late."""

    tickets: int
    fault: ChainFault | None = None
    unkeyed: int = 0
    late: tuple[LateEvent, ...] = ()


@dataclass(slots=True)
class AuditReport:
    """What was found; `late_events` and `late_lines` hold where `in_roll` allows them."""

    fault: ChainFault | None = None
    broken_line: int | None = None
    broken_anchor: Anchor | None = None
    unkeyed: int = 0
    late_events: list[LateEvent] = field(default_factory=list)
    late_lines: tuple[int, ...] = ()
    forged_late: bool = False
    missing: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nobody touched anything, as far as can be told."""
        broken = (self.fault, self.broken_line, self.broken_anchor)
        return all(one is None for one in broken) and not self.forged_late and not self.missing


async def size(database: Database) -> tuple[int, int]:
    """How many tickets and events there are."""
    async with database.read() as tx:
        counted = [
            (await tx.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (tickets, events)
        ]
    return counted[0], counted[1]


async def verify(
    database: Database, expected: Sequence[str] = (), done: Callable[[int], None] = lambda _: None
) -> AuditReport:
    """Check everything; the `expected` seals of anchors must stand. `done` hears how many tickets are."""
    report = AuditReport()
    async for checked in chains(database):
        done(checked.tickets)
        report.fault = checked.fault
        report.unkeyed += checked.unkeyed
        report.late_events += checked.late
    async with database.read() as tx:
        roll, ring = await anchors.roll(tx), await proof_keys.ring(tx)
        lines = await journal.check(tx, ring, roll.line)
        report.broken_anchor = await anchors.first_broken(tx)
        report.missing = tuple([seal for seal in expected if not await anchors.stands(tx, seal)])
    report.broken_line, report.late_lines = lines.broken, lines.late
    report.forged_late = _forged(report, roll, lines)
    report.unkeyed += lines.unkeyed
    return report


def _forged(report: AuditReport, roll: Roll, lines: JournalCheck) -> bool:
    """Whether something late cannot be of a roll: there was no release before, or the roll is over."""
    if roll.event is None:
        return False
    older = report.unkeyed - len(report.late_events) + lines.unkeyed - len(lines.late)
    if not older and not roll.after_older:
        return bool(report.late_events or lines.late)
    over = roll.end_event is not None and any(late.id > roll.end_event for late in report.late_events)
    return over or (roll.end_line is not None and any(line > roll.end_line for line in lines.late))


async def chains(database: Database) -> AsyncIterator[AuditProgress]:
    """Check every ticket's chain, in order, and stop at the first fault."""
    done, last = 0, 0
    while True:
        ids, progress = await _some(database, done, last)
        yield progress
        if progress.fault is not None or not ids:
            return
        done, last = done + len(ids), ids[-1]


async def _some(database: Database, done: int, after: int) -> tuple[list[int], AuditProgress]:
    """The next tickets, up to the first with a fault."""
    unkeyed, late = 0, list[LateEvent]()
    async with database.read() as tx:
        roll, ring = await anchors.roll(tx), await proof_keys.ring(tx)
        query = select(tickets.c.id).where(tickets.c.id > after).order_by(tickets.c.id).limit(_AT_ONCE)
        ids = list((await tx.execute(query)).scalars())
        for position, ticket_id in enumerate(ids):
            found = await ticket_events.check(tx, ring, ticket_id)
            if found.broken is not None:
                fault = ChainFault(found.hotline_ref, found.broken)
                return ids[:position], AuditProgress(done + position, fault, unkeyed, tuple(late))
            unkeyed += len(found.unkeyed)
            late += _late(found, roll)
    return ids, AuditProgress(done + len(ids), None, unkeyed, tuple(late))


def _late(found: HistoryCheck, roll: Roll) -> list[LateEvent]:
    """Without a key, behind the first anchor of this release; while there is none, behind a keyed one."""
    return [
        LateEvent(number, found.hotline_ref, seq)
        for number, seq in found.unkeyed
        if (number > roll.event if roll.event is not None else seq > found.first_keyed)
    ]


async def broken_anchor(database: Database) -> Anchor | None:
    """The first anchor that does not hold."""
    async with database.read() as tx:
        return await anchors.first_broken(tx)


async def broken_line(database: Database) -> int | None:
    """The first line of the journal that does not hold."""
    async with database.read() as tx:
        return await journal.broken_at(tx)


async def newest_anchor(database: Database) -> Anchor | None:
    """The newest anchor; `line` of it is worth keeping elsewhere."""
    async with database.read() as tx:
        return await anchors.newest(tx)


async def has_anchor(database: Database, mac: str) -> bool:
    """Whether an anchor with this seal stands."""
    async with database.read() as tx:
        return await anchors.stands(tx, mac)
