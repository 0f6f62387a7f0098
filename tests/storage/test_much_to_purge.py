"""Very much is over at once, after days in which nothing was tidied: it goes a little at a time.

No statement grows with it, what went stays gone whatever happens next, and turns come in between.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, event, func, insert, select

from app.privacy.retention import Retention
from intake.city import load
from storage import batches
from storage.db.database import Database, DatabaseDown, Tx
from storage.db.tables import (
    binding_codes,
    budgets,
    code_tries,
    file_sums,
    happenings,
    inbox,
    outbox,
    outcomes,
    replays,
    surveys,
)
from storage.messages import inbox as recorded
from storage.messages import webhook_ids

MANY, AT_ONCE = 250, 100
LONG_AGO = timedelta(days=4000)
SWEPT = (inbox, replays, code_tries, file_sums, outcomes, happenings, binding_codes)


def over(table: Table, number: int, now: datetime) -> dict[str, Any]:
    """A row of it that nobody needs any more."""
    at, name = now - LONG_AGO, f"n{number}"
    rows: dict[str, dict[str, Any]] = {
        "inbox": {"channel": "wechat", "message_id": name, "recorded_at": at},
        "replays": {"source": "hotline", "message_id": name, "seen_at": at},
        "code_tries": {"number_digest": name, "wrong": 1, "last_at": at},
        "file_sums": {"account_digest": name, "day": "2000-01-01", "files": 1, "bytes": 1},
        "outcomes": {
            "channel": "wechat",
            "receipt": name,
            "delivered": True,
            "reason": "",
            "recorded_at": at,
        },
        "happenings": {
            "channel": "wechat",
            "happening_id": name,
            "name": "x",
            "at": at,
            "recorded_at": at,
        },
        "binding_codes": {"phone_digest": name, "code_hash": "x", "issued_at": at, "wrong": 0},
    }
    return rows[table.name]


def sent(number: int, now: datetime, **more: Any) -> dict[str, Any]:
    """An entry of the outbox that arrived a week ago."""
    at = now - timedelta(days=7)
    entry = {"destination": "wechat", "kind": "reply", "lane": f"l{number}", "body_sealed": b"x"}
    times = {"due_at": at, "queued_at": at, "settled_at": at}
    return entry | times | {"state": "done", "attempts": 1, "urgent": False, "once": None} | more


async def filled(database: Database, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    async with database.write() as tx:
        await tx.execute(insert(table), list(rows))


async def rows(database: Database, table: Table) -> int:
    async with database.read() as tx:
        return (await tx.execute(select(func.count()).select_from(table))).scalar_one()


@contextmanager
def changed_at_once(database: Database) -> Iterator[list[int]]:
    """How many rows each deleting or updating statement changes in this block."""
    found: list[int] = []
    engine = database._writer.sync_engine

    def note(_c: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(("DELETE", "UPDATE")):
            found.append(cursor.rowcount)

    event.listen(engine, "after_cursor_execute", note)
    yield found
    event.remove(engine, "after_cursor_execute", note)


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stores' own number is a thousand."""
    some = batches._some
    monkeypatch.setattr(batches, "_some", lambda table, where, limit: some(table, where, min(limit, AT_ONCE)))


@pytest.fixture
def tidying(database: Database, now: datetime) -> Retention:
    return Retention(database, load("jiayuguan"), lambda: now)


async def test_of_everything_so_many_go_at_once_until_nothing_is_left(
    database: Database, tidying: Retention, now: datetime
) -> None:
    for table in SWEPT:
        await filled(database, table, [over(table, number, now) for number in range(MANY)])
    kinds: tuple[dict[str, Any], ...] = (
        {},
        {"state": "buried", "settled_at": now - timedelta(days=200)},
        {"state": "awaited"},
    )
    for kind in kinds:
        await filled(database, outbox, [sent(number, now, **kind) for number in range(MANY)])
    await filled(database, outbox, [sent(number, now, once=f"k{number}") for number in range(MANY)])
    with changed_at_once(database) as changed:
        await tidying.once()
    assert max(changed) == AT_ONCE
    assert [await rows(database, table) for table in SWEPT] == [0] * len(SWEPT)
    async with database.read() as tx:
        left = select(outbox.c.state, outbox.c.body_sealed.is_not(None), func.count())
        found = await tx.execute(left.group_by(outbox.c.state, outbox.c.body_sealed.is_not(None)))
        states = {(state, bool(readable)): count for state, readable, count in found}
    assert states == {("done", False): MANY, ("kept", True): MANY}


async def test_what_went_stays_gone_when_the_database_goes_in_the_middle(
    database: Database, tidying: Retention, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what comes after it in the list is not skipped for that."""
    for table in (inbox, replays):
        await filled(database, table, [over(table, number, now) for number in range(MANY)])
    purge, calls = recorded.purge, iter(range(99))

    async def goes_the_second_time(tx: Tx, before: datetime) -> int:
        if next(calls) == 1:
            raise DatabaseDown("database: it is gone")
        return await purge(tx, before)

    monkeypatch.setattr(recorded, "purge", goes_the_second_time)
    with pytest.raises(DatabaseDown):
        await tidying.once()
    assert await rows(database, inbox) == MANY - AT_ONCE
    assert await rows(database, replays) == 0
    await tidying.once()
    assert await rows(database, inbox) == 0


async def test_a_turn_gets_in_between(database: Database, tidying: Retention, now: datetime) -> None:
    await filled(database, replays, [over(replays, number, now) for number in range(20 * AT_ONCE)])
    left: list[int] = []

    async def writes() -> None:
        async with database.write() as tx:
            await webhook_ids.remember(tx, "hotline", "of a turn", now)
            left.append((await tx.execute(select(func.count()).select_from(replays))).scalar_one())

    going = asyncio.create_task(tidying.once())
    while await rows(database, replays) == 20 * AT_ONCE:
        await asyncio.sleep(0)
    await writes()
    await going
    assert left[0] > 1
    assert await rows(database, replays) == 1


async def test_what_a_turn_holds_is_left_for_the_next_time(
    postgresql_url: str, keyring: Any, now: datetime
) -> None:
    database = Database.open(postgresql_url, keyring)
    await filled(database, replays, [over(replays, number, now) for number in range(3)])
    async with database.write() as holding:
        await holding.execute(select(replays).where(replays.c.message_id == "n1").with_for_update())
        async with database.write() as tx:
            assert await webhook_ids.purge(tx, now) == 2
    async with database.write() as tx:
        assert await webhook_ids.purge(tx, now) == 1
    await database.close()


async def test_what_still_counts_is_not_touched(
    database: Database, tidying: Retention, now: datetime
) -> None:
    await filled(database, inbox, [over(inbox, 1, now) | {"recorded_at": now}])
    await filled(database, outbox, [sent(1, now, settled_at=now), sent(2, now, state="due", settled_at=None)])
    await tidying.once()
    assert [await rows(database, table) for table in (inbox, outbox, budgets, surveys)] == [1, 2, 0, 0]
