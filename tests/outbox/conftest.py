"""Both outboxes, the front door's and the desk's, on both databases: one engine, one set of tests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from desk import outbox as of_desk
from hotline.contract import Callback
from storage.db.database import Database, Tx
from storage.db.keyring import KeyRing
from storage.outbox import outbox as of_front
from storage.outbox.engine import Claimed, Entry, Outbox
from tests.desk.conftest import postgresql_template, sqlite_template

__all__ = ["postgresql_template", "sqlite_template"]

LEASE = timedelta(seconds=60)
_numbers = count(1)


@dataclass(frozen=True)
class Box:
    """An outbox under test, and how something is put into it."""

    outbox: Outbox[Any]
    destination: str
    _queue: Callable[[Tx, str, datetime], Awaitable[object]]

    async def queue(self, database: Database, now: datetime, *lanes: str) -> list[int]:
        """One entry in each of these lanes, in this order; returns their numbers."""
        async with database.write() as tx:
            before = {entry.id for entry in await self.outbox.entries(tx, limit=1000)}
            for lane in lanes:
                await self._queue(tx, lane, now)
            return [entry.id for entry in await self.outbox.entries(tx, limit=1000) if entry.id not in before]

    async def claim(self, database: Database, now: datetime, limit: int = 9) -> list[Claimed[Any]]:
        async with database.write() as tx:
            return await self.outbox.claim(tx, now=now, lease=LEASE, limit=limit)

    async def entries(self, database: Database, state: str | None = None) -> list[Entry]:
        async with database.read() as tx:
            return await self.outbox.entries(tx, state, 1000)


async def _to_a_citizen(tx: Tx, lane: str, now: datetime) -> object:
    return await of_front.queue(tx, destination="wechat", kind="reply", lane=lane, body={"a": 1}, now=now)


async def _to_the_front_door(tx: Tx, lane: str, now: datetime) -> object:
    said = Callback(event_id=f"e{next(_numbers)}", type="accepted", at=now, reference="WX1")
    return await of_desk.queue(tx, said, lane=lane, now=now)


BOXES = {
    "front": Box(of_front.OUTBOX, "wechat", _to_a_citizen),
    "desk": Box(of_desk.OUTBOX, of_desk.FRONT_DOOR, _to_the_front_door),
}


@pytest.fixture(params=BOXES)
def box(request: pytest.FixtureRequest) -> Box:
    return BOXES[request.param]


@dataclass
class Host:
    """A machine: its own connections, and its own clock, `ahead` of the true one."""

    database: Database
    ahead: timedelta

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
async def hosts(postgresql_url: str, keyring: KeyRing) -> AsyncIterator[tuple[Host, Host]]:
    """Two that share a PostgreSQL: one is two minutes behind, the other two minutes ahead."""
    behind = Host(Database.open(postgresql_url, keyring), timedelta(seconds=-120))
    ahead = Host(Database.open(postgresql_url, keyring), timedelta(seconds=120))
    yield behind, ahead
    await behind.database.close()
    await ahead.database.close()
