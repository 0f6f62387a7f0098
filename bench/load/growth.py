"""How a turn, a claim and a progress query grow with the tables: at 10⁴, 10⁵ and 10⁶ citizens and tickets.

    python -m bench.load.growth [--sizes 10000 100000 1000000] [--url postgresql://…]

The rows are made inside PostgreSQL from one citizen's real ones. What counts is what the statements touch
(buffers, of 8 kB each) and through which indexes; times are shown beside it. The desk's list is measured by
`bench.desk`.
"""

import argparse
import asyncio
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import event, text

from app.turns.service import Service
from bench.crash.servers import servers
from intake.city import load
from intake.model.messages import Address, ChannelName, Inbound
from intake.phrases import worded
from storage import turn_store
from storage.cache.cache import MemoryCache
from storage.db import batched_statements
from storage.db.database import Database, upgrade
from storage.db.keyring import KeyRing
from storage.outbox import outbox
from storage.tickets import tickets

ROUNDS = 15
EXPLAINED = 9
"""Runs of each plan: the most buffers it touched, and the median time."""
SAID = ("我家暖气不热三天了，在新华路15号院", "同意", "整栋楼都这样", "王女士，13900000000", "提交")
LOOK = "查进度"
DUE = 1000

FILL = (
    """INSERT INTO conversations (channel, "user", state_sealed, reachable, created_at, updated_at)
    SELECT channel, 'c' || n, state_sealed, true, created_at, updated_at
    FROM conversations, generate_series({first}, {last}) AS n WHERE "user" = 'model'""",
    """INSERT INTO tickets (key, reference, reversed_reference, conversation_id, ticket_sealed,
      query_code_hash, status, co_units, round, created_at, updated_at)
    SELECT gen_random_uuid(), 'WX' || lpad(n::text, 15, '0'), reverse('WX' || lpad(n::text, 15, '0')), c.id,
      m.ticket_sealed, m.query_code_hash, m.status, m.co_units, m.round, m.created_at, m.updated_at
    FROM generate_series({first}, {last}) AS n JOIN conversations AS c ON c."user" = 'c' || n,
      (SELECT * FROM tickets ORDER BY id LIMIT 1) AS m""",
    """INSERT INTO inbox (channel, message_id, conversation_id, replies_sealed, recorded_at)
    SELECT m.channel, 'm' || n, m.conversation_id, m.replies_sealed, m.recorded_at
    FROM generate_series({first}, {last}) AS n, (SELECT * FROM inbox LIMIT 1) AS m""",
    """INSERT INTO outbox (destination, kind, lane, state, due_at, queued_at, settled_at, attempts, urgent)
    SELECT 'hotline', 'submit', 'ticket:' || n, 'done', now(), now(), now(), 1, false
    FROM generate_series({first}, {last}) AS n""",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.load.growth")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--url")
    options = parser.parse_args()
    if options.url:
        asyncio.run(_measure(options.url, options.sizes))
        return
    with servers() as up:
        asyncio.run(_measure(up.new_database("growth"), options.sizes))


async def _measure(url: str, sizes: list[int]) -> None:
    await upgrade(url)
    database = Database.open(url, KeyRing([secrets.token_hex()]), statement_seconds=3600)
    service = Service(database, MemoryCache(), worded(load("jiayuguan")), lambda: datetime.now(UTC))
    model = Address(ChannelName.WECHAT, "model")
    for number, said in enumerate(SAID):
        await service.receive(Inbound(f"model:{number}", model, datetime.now(UTC), said))
    print(f"{'rows':>9}  {'what':<34}{'buffers':>9}{'ms':>9}  indexes")
    filled = 0
    for size in sizes:
        await _fill(database, url, filled + 1, size)
        filled = size
        await _report(database, service, size)
    await database.close()


async def _fill(database: Database, url: str, first: int, last: int) -> None:
    """Then what a server does by itself in the long run: clean up, count, and write to the disk."""
    for statement in FILL:
        async with database.write() as tx:
            await tx.execute(text(statement.format(first=first, last=last)))
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        for upkeep in ("VACUUM (ANALYZE)", "CHECKPOINT"):
            await connection.execute(upkeep.encode())


async def _report(database: Database, service: Service, size: int) -> None:
    citizens = [Address(ChannelName.WECHAT, f"c{1 + n * (size - 1) // ROUNDS}") for n in range(ROUNDS)]
    await service.receive(Inbound(secrets.token_hex(), citizens[0], datetime.now(UTC), LOOK))  # warms up
    spent = []
    for citizen in citizens:
        cpu = time.process_time()
        await service.receive(Inbound(secrets.token_hex(), citizen, datetime.now(UTC), LOOK))
        spent.append(time.process_time() - cpu)
    print(f"{size:>9}  {'a turn, our CPU':<34}{'':>9}{median(spent) * 1000:>9.2f}")
    for name, statement, values in await _statements(database, citizens[-1], size):
        plans = [await _plan(database, statement, values) for _ in range(EXPLAINED)]
        buffers, ms = max(map(_buffers, plans)), median(map(_ms, plans))
        print(f"{size:>9}  {name:<34}{buffers:>9}{ms:>9.2f}  {', '.join(sorted(_indexes(plans[-1])))}")


async def _statements(database: Database, citizen: Address, size: int) -> list[tuple[str, str, Any]]:
    """Each statement as it was sent, with its values."""
    found: list[tuple[str, str, Any]] = []
    now = datetime.now(UTC)
    with _written_down(database, found):
        async with database.turn() as tx:
            begun = await turn_store.begin(tx, citizen, "explained", "citizen:", now)
            await turn_store.end(tx, begun.stored, "explained", begun.stored.conversation, (), now)
        async with database.write() as tx:
            await tx.execute(text("DELETE FROM inbox WHERE message_id = 'explained'"))
            found.pop()
        async with database.write() as tx:
            for number in range(DUE):
                await outbox.queue(
                    tx, destination="wechat", kind="reply", lane=f"l{number}", body={}, now=now, urgent=True
                )
            del found[-DUE:]
            lease = timedelta(seconds=60)
            await outbox.claim(tx, now=now, lease=lease, limit=16, destinations=("wechat",), urgent=True)
        async with database.read() as tx:
            await tickets.find(tx, reference=f"WX{size:015}")
        await _looked_up(database, f"WX{size:015}", found)
    names = ["turn: lock", "turn: look around", "turn: save", "turn: record", "claim", "find by number"]
    names += ["number and code", "last eight and code", "last four and code"]
    return [(name, *rest) for name, (_, *rest) in zip(names, found, strict=True)]  # type: ignore[misc]


async def _looked_up(database: Database, number: str, found: list[tuple[str, str, Any]]) -> None:
    """Behind a citizen's question with a number, or its end, and a code; the counting of tries aside."""
    for said in (number, number[-8:], number[-4:]):
        before = len(found)
        async with database.write() as tx:
            await tickets.look_up(tx, said, "AAAAAA", datetime.now(UTC))
        found[before:] = [one for one in found[before:] if "FROM tickets" in one[1]]


@contextmanager
def _written_down(database: Database, found: list[tuple[str, str, Any]]) -> Iterator[None]:
    engine, send = database._writer.sync_engine, batched_statements.send  # noqa: SLF001  to read its statements

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "SELECT statement_timestamp")):
            found.append(("", statement, values))

    async def noted(tx: Any, steps: batched_statements.Steps, values: Any) -> Any:
        for step in steps:
            if step.postgresql.names:
                own = values if step.values is None else step.values
                given = tuple(own[name] for name in step.postgresql.names)
                found.append(("", step.postgresql.text, given))
        return await send(tx, steps, values)

    event.listen(engine, "before_cursor_execute", note)
    batched_statements.send = noted
    yield
    batched_statements.send = send
    event.remove(engine, "before_cursor_execute", note)


async def _plan(database: Database, statement: str, values: Any) -> dict[str, Any]:
    """As PostgreSQL runs it; what it did is undone."""
    async with database.write() as tx:
        driver: Any = (await tx.get_raw_connection()).driver_connection
        kind = psycopg.AsyncRawCursor if isinstance(values, tuple) else psycopg.AsyncCursor
        await driver.execute("SAVEPOINT before")
        explained = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
        rows = await (await kind(driver).execute(explained, values)).fetchall()
        await driver.execute("ROLLBACK TO before")
    plan: dict[str, Any] = rows[0][0][0]
    return plan


def _buffers(plan: dict[str, Any]) -> int:
    return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])


def _ms(plan: dict[str, Any]) -> float:
    return float(plan["Execution Time"])


def _indexes(plan: Any) -> set[str]:
    """Of the plan and all below it; a table read from end to end is named as such."""
    if isinstance(plan, list):
        return set().union(*map(_indexes, plan)) if plan else set()
    if not isinstance(plan, dict):
        return set()
    own = {plan["Index Name"]} if "Index Name" in plan else set()
    own |= {f"WHOLE {plan['Relation Name']}"} if plan.get("Node Type") == "Seq Scan" else set()
    return own.union(*(_indexes(inner) for inner in plan.values()))


if __name__ == "__main__":
    main()
