"""The n-th word to the database is lost, for n = 1, 2, …: the turn is done once, sooner or later.

On PostgreSQL a proxy loses the request, or carries it out and loses the answer (a lost answer to COMMIT is
the worst there is). On SQLite the n-th statement fails as a disk does.
"""

import asyncio
import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from app.turns.service import Service
from bench.faults.proxy import Trouble, always, fine
from intake.form.offers import join_others
from intake.model.messages import Address, ChannelName, Inbound
from intake.model.ports import Unavailable
from storage.cache.cache import MemoryCache
from storage.db import batched_statements
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.db.tables import inbox, outbox, tickets

MOST = 60
"""More words to the database than any turn needs."""

STORY = "新华路15号院门口井盖坏了，我姓王，电话13912345678"


@pytest.fixture(autouse=True)
def _nobody_else_reported_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tell of one manhole: nobody is asked whether theirs is the neighbours' matter."""
    monkeypatch.setattr(join_others, "around", lambda *_: None)


class Chat:
    """One citizen who sends each message again until it is taken, after a breath, as Telegram does."""

    def __init__(self, service: Service, user: str) -> None:
        self._service = service
        self._address = Address(ChannelName.WECHAT, user)
        self._count = 0
        self.asked_again = 0

    async def says(self, text: str) -> tuple[str, ...]:
        self._count += 1
        inbound = Inbound(f"{self._address.user}-{self._count}", self._address, datetime.now(UTC), text=text)
        while True:
            try:
                replies = await self._service.receive(inbound)
            except Unavailable:
                self.asked_again += 1
                assert self.asked_again < 50
                await asyncio.sleep(0.02)
                continue
            return tuple(reply.text for reply in replies)

    async def files(self) -> tuple[str, ...]:
        """The whole way to a ticket; what was answered to the last message."""
        await self.says(STORY)
        await self.says("同意")
        return await self.says("提交")


async def books(database: Database) -> tuple[int, int, int]:
    """Messages taken, tickets, filings on their way."""
    async with database.read() as tx:
        counts = [
            await tx.scalar(select(func.count()).select_from(inbox)),
            await tx.scalar(select(func.count()).select_from(tickets)),
            await tx.scalar(select(func.count()).select_from(outbox).where(outbox.c.kind == "submit")),
        ]
    return tuple(count or 0 for count in counts)  # type: ignore[return-value]


@pytest.mark.parametrize("loses", ["lose", "lose_answer"])
async def test_postgresql_loses_the_nth_word_or_its_answer(
    far_url: str, line: Any, keyring: KeyRing, city: Any, loses: str
) -> None:
    async with Database.open(far_url, keyring) as database:
        service = Service(database, MemoryCache(), city, lambda: datetime.now(UTC))
        for filed, n in enumerate(range(1, MOST, 3), 1):
            setattr(line, loses, line.requests + n)
            chat = Chat(service, f"citizen{n}")
            assert "已登记" in (await chat.files())[-1]
            setattr(line, loses, 0)
            assert await books(database) == (3 * filed, filed, filed), f"at the {n}-th word"


@pytest.mark.parametrize("trouble", [Trouble.REFUSE, Trouble.RESET, Trouble.HALF, Trouble.DELAY])
async def test_postgresql_cannot_be_connected_to_for_a_while(
    far_url: str, line: Any, keyring: KeyRing, city: Any, trouble: Trouble
) -> None:
    async with Database.open(far_url, keyring) as database:
        service = Service(database, MemoryCache(), city, lambda: datetime.now(UTC))
        line.plan, line.delay = always(trouble), 0.01
        mending = asyncio.get_running_loop().call_later(0.2, setattr, line, "plan", fine)
        assert "已登记" in (await Chat(service, "citizen").files())[-1]
        mending.cancel()
        assert await books(database) == (3, 1, 1)


async def test_a_database_that_is_silent_is_given_up_and_asked_again(
    far_url: str, line: Any, keyring: KeyRing, city: Any
) -> None:
    """A stall of thirty seconds, scaled: the statement's own limit ends it."""
    async with Database.open(far_url, keyring, statement_seconds=0.5) as database:
        service = Service(database, MemoryCache(), city, lambda: datetime.now(UTC))
        await Chat(service, "first").says("在吗")
        line.plan = always(Trouble.STALL)
        line.cut()
        waiting = asyncio.create_task(Chat(service, "second").says("在吗"))
        await asyncio.sleep(0.5)
        line.plan = fine
        line.cut()
        assert await waiting


async def test_sqlites_nth_statement_fails_as_a_disk_does(
    sqlite_url: str, keyring: KeyRing, city: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Database.open(sqlite_url, keyring) as database:
        failing, in_a_trip = {"seen": 0, "at": 0}, batched_statements._one

        def is_the_nth() -> bool:
            failing["seen"] += 1
            return failing["seen"] == failing["at"]

        @event.listens_for(database._writer.sync_engine, "before_cursor_execute")
        def fail(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if is_the_nth():
                raise OperationalError(statement, None, Exception("disk I/O error"))

        def fail_in_a_trip(*step: Any) -> Any:
            if is_the_nth():
                raise sqlite3.OperationalError("disk I/O error")
            return in_a_trip(*step)

        monkeypatch.setattr(batched_statements, "_one", fail_in_a_trip)

        service = Service(database, MemoryCache(), city, lambda: datetime.now(UTC))
        filed = 0
        for n in range(1, MOST):
            failing["at"] = failing["seen"] + n
            chat = Chat(service, f"citizen{n}")
            assert "已登记" in (await chat.files())[-1]
            filed += 1
            assert await books(database) == (3 * filed, filed, filed), f"at statement {n}"
            if not chat.asked_again:
                break  # the whole conversation needs fewer statements
        assert filed > 10
