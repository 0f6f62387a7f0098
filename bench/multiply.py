"""A lived city many times over, on the server: what a measurement needs of a million tickets.

Every ticket is copied with its history, its words in the index and what it counts for; a copy has numbers of
its own and stands right behind its original, so that a ticket's number still says when it came. The seals and
hashes are the original's: pages read them, `jiesu audit verify` would find them out.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from desk.search.search import BLOCK
from storage.db.database import Database

STEP = 2_000
"""Originals to a transaction."""

_OWN = {"id", "ticket_id", "idempotency_key", "hotline_ref", "reference"}
_NUMBER = "(b.{id} - 1) * :times + k + 1"
_TABLES = {
    "desk_tickets": (
        "id",
        {
            "id": _NUMBER.format(id="id"),
            "idempotency_key": "b.idempotency_key || '-' || k",
            "hotline_ref": "b.hotline_ref || lpad(k::text, 3, '0')",
            "reference": "b.reference || lpad(k::text, 3, '0')",
        },
        "b.id, k",
    ),
    "desk_co_units": ("ticket_id", {"ticket_id": _NUMBER.format(id="ticket_id")}, "b.ticket_id, k"),
    "desk_events": ("ticket_id", {"ticket_id": _NUMBER.format(id="ticket_id")}, "b.ticket_id, k, b.seq"),
    "desk_surveys": ("ticket_id", {"ticket_id": _NUMBER.format(id="ticket_id")}, "b.ticket_id, k"),
    "desk_facts": ("ticket_id", {"ticket_id": _NUMBER.format(id="ticket_id")}, "b.ticket_id, k"),
}
"""Which column says whose row it is, the columns a copy has of its own, and the order of the copies."""

_WORDS = f"""
INSERT INTO deskwords (ticket_id, grams)
SELECT {_NUMBER.format(id="ticket_id")},
       ts_delete(b.grams, 'b' || b.ticket_id / {BLOCK})
       || array_to_tsvector(ARRAY['b' || ({_NUMBER.format(id="ticket_id")}) / {BLOCK}])
FROM base_deskwords b CROSS JOIN generate_series(0, :times - 1) k
WHERE b.ticket_id BETWEEN :first AND :last ORDER BY b.ticket_id, k
"""
_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(:tables)
AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


async def multiply(database: Database, times: int, done: Callable[[int], None]) -> None:
    """Have every ticket there is `times` over; `done` hears how many new ones each step made."""
    async with database.write() as tx:
        last = (await tx.execute(text("SELECT max(id) FROM desk_tickets"))).scalar_one()
        statements = [await _aside(tx, name) for name in _TABLES] + [_WORDS]
        await tx.execute(text("CREATE TABLE base_deskwords AS SELECT * FROM deskwords"))
        await tx.execute(text(f"TRUNCATE {', '.join(_TABLES)}, deskwords CASCADE"))
        indexes = await _without_indexes(tx)
    for first in range(1, last + 1, STEP):
        await _step(database, statements, {"times": times, "first": first, "last": first + STEP - 1})
        done(min(STEP, last - first + 1) * times)
    await _finished(database, times, indexes)


async def _aside(tx: Any, name: str) -> str:
    """Keep the originals apart; returns the statement that copies a stretch of them."""
    await tx.execute(text(f"CREATE TABLE base_{name} AS SELECT * FROM {name}"))
    whose, own, order = _TABLES[name]
    columns = "SELECT column_name FROM information_schema.columns WHERE table_name = :name"
    kept = [
        f'"{column}"'
        for column in (await tx.execute(text(columns), {"name": name})).scalars()
        if column not in _OWN
    ]
    return (
        f"INSERT INTO {name} ({', '.join([*own, *kept])})"
        f" SELECT {', '.join([*own.values(), *(f'b.{column}' for column in kept)])}"
        f" FROM base_{name} b CROSS JOIN generate_series(0, :times - 1) k"
        f" WHERE b.{whose} BETWEEN :first AND :last ORDER BY {order}"
    )


async def _without_indexes(tx: Any) -> list[str]:
    """Those that hold no promise are made anew at the end, which is quicker. Returns how."""
    rows = (await tx.execute(text(_INDEXES), {"tables": [*_TABLES, "deskwords"]})).all()
    for row in rows:
        await tx.execute(text(f"DROP INDEX {row.indexname}"))
    return [row.indexdef for row in rows]


async def _step(database: Database, statements: list[str], values: dict[str, int]) -> None:
    async with database.write() as tx:
        await tx.execute(text("SET LOCAL session_replication_role = replica"))  # what it refers to is there
        await tx.execute(text("SET LOCAL synchronous_commit = off"))
        for statement in statements:
            await tx.execute(text(statement), values)


async def _finished(database: Database, times: int, indexes: list[str]) -> None:
    for index in indexes:
        async with database.write() as tx:
            await tx.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
            await tx.execute(text(index))
    async with database.write() as tx:
        for name in (*_TABLES, "deskwords"):
            await tx.execute(text(f"DROP TABLE base_{name}"))
        await tx.execute(text("UPDATE desk_standings SET number = number * :times"), {"times": times})
        ids = (
            "SELECT setval(pg_get_serial_sequence('desk_tickets', 'id'), (SELECT max(id) FROM desk_tickets))"
        )
        await tx.execute(text(ids))
