"""One engine for every outbox: what has to reach the outside, kept until it has.

The rule: an entry is queued in the transaction that decides it, claimed by a lease (its `due_at` moves on
and the claim commits before the network is touched), and settled after. A worker that dies settles nothing:
its entry falls due again. Within one lane of one destination the entries go out in the order in which they
were queued; an open entry, claimed or waiting, holds up those behind it.

Leases and due times go by the clock that all processes share (`storage.db.clock`), and a claim is settled
only by who holds it: whoever claims the entry after that, or lets it go again, changes attempt or lease.

States: `due` open, waiting for its time or claimed; `done` delivered; `kept` for the citizen's next contact;
`buried` given up, an operator may retry; `unsure` may have arrived, must not be repeated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    case,
    func,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate, Update

from intake.model.ports import Unavailable
from storage.db.clock import shared
from storage.db.keyring import Undecryptable
from storage.db.sealed import Tx, UnreadableRow, unseal
from storage.outbox.backoff import LONGEST, MOST_UNENDED, REST, over_term

B = TypeVar("B")
S = TypeVar("S", bound=Select[*tuple[Any, ...]])

DUE, DONE, KEPT, BURIED, UNSURE = "due", "done", "kept", "buried", "unsure"
UNREADABLE = "its body cannot be read with our keys"
_LONGEST_REASON = 512


class LookAgain(Unavailable):
    """Nothing is wrong: look again after `retry_after`, which is set, and count no failure."""


class TakenOver(Exception):
    """The lease has ended meanwhile: the entry is another worker's, and there is nothing to write down."""


@dataclass(frozen=True, slots=True)
class Claimed(Generic[B]):
    """An entry that is ours `until` its lease ends; `attempts` counts this one, `reason` is the last one's.

    `queued_at` and `until` are by the claimer's own clock; `lease` is the same end as it is stored. `unended`
    counts the claims in a row, with this one, of which nobody wrote down the end.
    """

    id: int
    destination: str
    kind: str
    lane: str
    body: B
    attempts: int
    queued_at: datetime
    conversation_id: int | None
    ticket_id: int | None
    until: datetime
    lease: datetime
    reason: str | None = None
    unended: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry without its body. `reason` is the last failure's."""

    id: int
    destination: str
    kind: str
    lane: str
    state: str
    attempts: int
    queued_at: datetime
    due_at: datetime
    settled_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Stuck:
    """What a destination has not taken: how many, since when the oldest waits, why one of them does."""

    destination: str
    count: int
    oldest: datetime
    reason: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Outbox(Generic[B]):
    """A table of entries, and how it spells what the engine speaks of: stored names stay as they are.

    `destination`: where all of them go, if there is no such column. `states`: those that are stored by
    another name. `longest`: the pause between two tries once many were in vain. `anew`: an operator's retry
    begins the three days anew; not so where an entry's age tells whether it may have been tried before.
    """

    table: Table
    body: type[B]
    destination: str | None = None
    kind: str = "kind"
    settled_at: str = "settled_at"
    states: Mapping[str, str] = field(default_factory=dict)
    longest: timedelta = LONGEST
    anew: bool = False

    async def claim(
        self,
        tx: Tx,
        *,
        now: datetime,
        lease: timedelta,
        limit: int,
        destinations: Sequence[str] | None = None,
        urgent: bool | None = None,
    ) -> list[Claimed[B]]:
        """Take up to `limit` due entries, the head of each lane, urgent and oldest first.

        `urgent` True or False takes only those that are, or are not; None takes both.
        Commit before acting on them. Several workers may claim at once: none gets another's. What workers
        seem to die of is leased for long, so that whatever comes of this try the next one is not soon.
        """
        statement = _taking(self, None if destinations is None else tuple(destinations), urgent)
        at = await shared(tx, now)
        values = {"at": at, "until": at + lease, "rested": at + REST, "most": limit}
        rows = (await tx.execute(statement, values)).all()
        claimed = []
        for row in sorted(rows, key=self._order):
            body = self._read(tx, row)
            if body is None:
                await self._put_aside(tx, row, at)
            else:
                claimed.append(self._claimed(row, body, at - now))
        return claimed

    async def settle(
        self, tx: Tx, which: Claimed[B] | int, state: str, reason: str | None, now: datetime
    ) -> bool:
        """Its end.

        A worker names an entry by its claim; raises TakenOver, and changes nothing, where that is over. An
        operator names it by its number, whoever has it in hand; False if there is none that is not done.
        """
        values = {"state": self.spelled(state), "reason": short(reason), self.settled_at: now}
        return await self._set(tx, which, update(self.table).values(values))

    async def later(
        self, tx: Tx, which: Claimed[B] | int, pause: timedelta, reason: str, now: datetime
    ) -> bool:
        """Try again after `pause`; its lane waits. As `settle`."""
        moved = {"due_at": await shared(tx, now) + pause, "reason": short(reason), "unended": 0}
        return await self._set(tx, which, update(self.table).where(self.is_open).values(moved))

    async def put_back(self, tx: Tx, claimed: Claimed[B], reason: str) -> None:
        """It was not tried, and goes first again. Raises TakenOver."""
        back = {"due_at": self.table.c.queued_at, "reason": short(reason), "unended": 0}
        await self._set(tx, claimed, update(self.table).values(back))

    async def note(self, tx: Tx, claimed: Claimed[B], reason: str) -> None:
        """Leave a word for whoever claims it next, should we die. Raises TakenOver."""
        await self._set(tx, claimed, update(self.table).values(reason=short(reason)))

    async def give_back(
        self, tx: Tx, claims: Sequence[Claimed[B]], now: datetime, pause: timedelta = timedelta()
    ) -> None:
        """They were claimed but not begun: another worker may have them after `pause`."""
        free = {"due_at": await shared(tx, now) + pause, **self.counted(-1)}
        for claimed in claims:
            await tx.execute(update(self.table).where(self._named(claimed)).values(free))

    async def bury(self, tx: Tx, which: Claimed[B] | int, reason: str, now: datetime) -> bool:
        """Give up; the lane goes on. An operator sees it and may retry. As `settle`."""
        return await self.settle(tx, which, BURIED, reason, now)

    async def done(self, tx: Tx, which: Claimed[B] | int, now: datetime) -> bool:
        """It has arrived. As `settle`."""
        return await self.settle(tx, which, DONE, None, now)

    async def retry(self, tx: Tx, entry_id: int, now: datetime) -> bool:
        """Let an entry that is not done fall due at once, as if new; False if there is none."""
        fresh = {"state": self.spelled(DUE), "attempts": 0, self.settled_at: None, "unended": 0}
        fresh["due_at"] = await shared(tx, now)
        if self.anew:
            fresh["queued_at"] = fresh["due_at"]
        again = update(self.table).where(self.table.c.body_sealed.is_not(None))
        return await self._set(tx, entry_id, again.values(fresh))

    async def given_up(self, tx: Tx, limit: int = 50) -> list[Entry]:
        """The oldest entries that an operator may let go again: buried ones, and what may have arrived."""
        closed = (self._is(BURIED) | self._is(UNSURE)) & self.table.c.body_sealed.is_not(None)
        statement = select(*self.shown).where(closed).order_by(self.table.c.id).limit(limit)
        return [Entry(*row) for row in await tx.execute(statement)]

    async def depth_given_up(self, tx: Tx) -> tuple[int, datetime | None]:
        """How many of these there are, and since when the oldest is here."""
        queued_at = self.table.c.queued_at
        closed = (self._is(BURIED) | self._is(UNSURE)) & self.table.c.body_sealed.is_not(None)
        statement = select(func.count(), func.min(queued_at, type_=queued_at.type)).where(closed)
        count, oldest = (await tx.execute(statement)).one()
        return count, oldest

    async def oldest(self, tx: Tx, kind: str) -> datetime | None:
        """Since when the oldest open entry of this kind waits."""
        queued_at = self.table.c.queued_at
        waits = self.is_open & (self.table.c[self.kind] == kind)
        found: datetime | None = await tx.scalar(
            select(func.min(queued_at, type_=queued_at.type)).where(waits)
        )
        return found

    async def retry_given_up(self, tx: Tx, entry_id: int, now: datetime) -> bool:
        """As `retry`, for what `given_up` tells; False where another did it first."""
        state = await tx.scalar(
            select(self.table.c.state).where(self.table.c.id == entry_id).with_for_update()
        )
        closed = {self.spelled(BURIED), self.spelled(UNSURE)}
        return state in closed and await self.retry(tx, entry_id, now)

    async def entries(self, tx: Tx, state: str | None = None, limit: int = 50) -> list[Entry]:
        """The oldest entries in this state (None = any)."""
        statement = select(*self.shown).order_by(self.table.c.id).limit(limit)
        if state is not None:
            statement = statement.where(self._is(state))
        return [Entry(*row) for row in await tx.execute(statement)]

    async def stuck(self, tx: Tx, before: datetime) -> list[Stuck]:
        """What has been due since `before`, or was tried in vain and queued before then; per destination."""
        c = self.table.c
        tried = (c.attempts > 0) & (c.queued_at < before)
        waits = self.is_open & ((c.due_at < before) | tried)
        oldest = func.min(c.queued_at, type_=c.queued_at.type)
        statement = select(self._where_to, func.count(), oldest, func.max(c.reason)).where(waits)
        return [Stuck(*row) for row in await tx.execute(self._by_destination(statement))]

    async def depth(self, tx: Tx) -> list[tuple[str, int, datetime]]:
        """Per destination with open entries: its name, how many, and since when the oldest waits."""
        queued_at = self.table.c.queued_at
        statement = select(self._where_to, func.count(), func.min(queued_at, type_=queued_at.type))
        found = await tx.execute(self._by_destination(statement.where(self.is_open)))
        return [(destination, count, oldest) for destination, count, oldest in found]

    @property
    def is_open(self) -> ColumnElement[bool]:
        return self._is(DUE)

    @property
    def shown(self) -> list[ColumnElement[Any]]:
        """The columns of an `Entry`, in its order."""
        c = self.table.c
        known = {self.spelled(state): state for state in self.states}
        state = case(known, value=c.state, else_=c.state) if known else c.state
        named = {"destination": self._where_to, "kind": c[self.kind], "state": state}
        named["settled_at"] = c[self.settled_at]
        return [named[name] if name in named else c[name] for name in Entry.__slots__]

    def spelled(self, state: str) -> str:
        """As the table stores it."""
        return self.states.get(state, state)

    def counted(self, more: int) -> dict[str, ColumnElement[int]]:
        """The counts of claims, so many more."""
        c = self.table.c
        return {name: c[name] + more for name in ("attempts", "unended")}

    @property
    def _where_to(self) -> ColumnElement[str]:
        if self.destination is None:
            return self.table.c.destination
        return literal_column(f"'{self.destination}'", Text)

    def _by_destination(self, statement: S) -> S:
        if self.destination is not None:
            return statement.having(func.count() > 0)
        return statement.group_by(self._where_to).order_by(self._where_to)

    def _is(self, state: str) -> ColumnElement[bool]:
        """Spelled out, so that the partial indexes are used."""
        return self.table.c.state == literal_column(f"'{self.spelled(state)}'")

    def _named(self, which: Claimed[B] | int) -> ColumnElement[bool]:
        c = self.table.c
        if isinstance(which, int):
            return (c.id == which) & (c.state != self.spelled(DONE))
        held = (c.attempts == which.attempts) & (c.due_at == which.lease)
        return (c.id == which.id) & self.is_open & held

    async def _set(self, tx: Tx, which: Claimed[B] | int, statement: Update) -> bool:
        changed = (await tx.execute(statement.where(self._named(which)))).rowcount > 0
        if not changed and isinstance(which, Claimed):
            raise TakenOver
        return changed

    def _order(self, row: Row[Any]) -> tuple[bool, datetime, int]:
        return not self._optional(row, "urgent"), row.queued_at, row.id

    def _optional(self, row: Row[Any], name: str) -> Any:
        return getattr(row, name) if name in self.table.c else None

    def _read(self, tx: Tx, row: Row[Any]) -> B | None:
        try:
            return unseal(tx, self.body, row.body_sealed)
        except (Undecryptable, UnreadableRow):
            return None

    async def _put_aside(self, tx: Tx, row: Row[Any], at: datetime) -> None:
        """It waits for the right keys, three days at most, and stops no other lane; nobody died of it."""
        if over_term(at - row.queued_at, row.attempts):
            await self.bury(tx, row.id, f"given up: {UNREADABLE}", at)
        else:
            where = self.table.c.id == row.id
            await tx.execute(update(self.table).where(where).values(reason=UNREADABLE, unended=0))

    def _claimed(self, row: Row[Any], body: B, ahead: timedelta) -> Claimed[B]:
        """`ahead`: so far the shared clock is ahead of the claimer's own."""
        return Claimed(
            id=row.id,
            destination=self.destination or row.destination,
            kind=getattr(row, self.kind),
            lane=row.lane,
            body=body,
            attempts=row.attempts,
            queued_at=row.queued_at - ahead,
            conversation_id=self._optional(row, "conversation_id"),
            ticket_id=self._optional(row, "ticket_id"),
            until=row.due_at - ahead,
            lease=row.due_at,
            reason=row.reason,
            unended=row.unended,
        )


@lru_cache
def _taking(
    box: Outbox[Any], destinations: tuple[str, ...] | None, urgent: bool | None
) -> ReturningUpdate[Any]:
    """Made once for each way to ask: a worker asks every second, and making it costs more than sending it."""
    heads = due_heads(box, destinations, urgent).with_for_update(skip_locked=True, of=box.table).cte("heads")
    c = box.table.c
    return (
        update(box.table)
        .where(c.id.in_(select(heads.c.id)))
        .values(due_at=_leased(box), **box.counted(1))
        .returning(box.table)
    )


def _leased(box: Outbox[Any]) -> ColumnElement[datetime]:
    c = box.table.c
    until, rested = (bindparam(name, type_=c.due_at.type) for name in ("until", "rested"))
    return case((c.unended >= MOST_UNENDED, rested), else_=until)


def due_heads(
    box: Outbox[Any], destinations: tuple[str, ...] | None = None, urgent: bool | None = None
) -> Select[tuple[int]]:
    """Up to `most` that are due `at`; each lane is asked for its head, by one step into the index of lanes.

    As an anti-join ("nothing earlier is open") the same was planned by how many entries the statistics
    thought open: none, after a quiet day, and then a claim out of a long queue read all of it. No entry
    comes before its lane's head; but of "equal" the planner thinks that it fits one row in two hundred, and
    for so few it reads and sorts all that is due, instead of stopping at the first `most`.
    """
    c, open_one = box.table.c, box.table.alias("open_one")
    lane = [open_one.c[name] == c[name] for name in ("destination", "lane") if name in c]
    head = select(func.min(open_one.c.id)).where(
        open_one.c.state == literal_column(f"'{box.spelled(DUE)}'"), *lane
    )
    due = select(c.id).where(box.is_open, c.due_at <= bindparam("at"), c.id <= head.scalar_subquery())
    due = due.where(_one_of(c.destination, destinations) if destinations is not None else true())
    if urgent is not None:
        due = due.where(c.urgent.op("=")(urgent))  # an equality, for the index
    order = (*([c.urgent.desc()] if "urgent" in c else []), c.due_at, c.id)
    return due.order_by(*order).limit(bindparam("most", type_=Integer))


def _one_of(column: Column[str], destinations: Sequence[str]) -> ColumnElement[bool]:
    """One is asked for by equality: then the index of what is due has the entries in order."""
    return column == destinations[0] if len(destinations) == 1 else column.in_(destinations)


def short(reason: str | None) -> str | None:
    """No longer than an operator reads."""
    return reason and reason[:_LONGEST_REASON]
