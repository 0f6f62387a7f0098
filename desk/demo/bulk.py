"""Many rows at once: by COPY on PostgreSQL, by one statement for many on SQLite."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, func, insert, select, text

from desk.db.derived_tables import facts, standings
from desk.db.tables import co_units, events, surveys, tickets
from desk.demo.rows import Rows
from storage.db.sealed import Tx

_TABLES: Mapping[str, Table] = {
    "tickets": tickets,
    "co_units": co_units,
    "events": events,
    "surveys": surveys,
    "facts": facts,
    "standings": standings,
}
"""In the order that keeps references whole."""

_NAMES = frozenset({"state", "role", "from_state", "to_state"})


async def free_ids(tx: Tx, number: int) -> range | Sequence[int]:
    """Ids for so many tickets that nobody else will get."""
    if tx.dialect.name == "postgresql":
        drawn = text(
            "SELECT nextval(pg_get_serial_sequence('desk_tickets', 'id')) FROM generate_series(1, :number)"
        )
        return list((await tx.execute(drawn, {"number": number})).scalars())
    last = (await tx.execute(select(func.coalesce(func.max(tickets.c.id), 0)))).scalar_one()
    return range(last + 1, last + number + 1)


async def write(tx: Tx, rows: Rows) -> None:
    """Store everything made."""
    for name, table in _TABLES.items():
        if rows[name]:
            await _store(tx, table.name, table, rows[name])
    if rows["words"]:
        await _words(tx, rows["words"])


async def settled(tx: Tx) -> None:
    """Have the planner look at the tables as they are now."""
    await tx.execute(text("ANALYZE"))


async def _store(tx: Tx, name: str, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if tx.dialect.name == "postgresql":
        columns = tuple(rows[0])
        named = [number for number, column in enumerate(columns) if column in _NAMES]
        await _copy(tx, name, columns, (_values(row, named) for row in rows))
    else:
        await tx.execute(insert(table), list(rows))


def _values(row: Mapping[str, Any], named: Sequence[int]) -> list[Any]:
    """In their order; the driver would store the names of an enumeration's members, not their values."""
    values = list(row.values())
    for number in named:
        values[number] = values[number] and str(values[number])
    return values


async def _words(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    if tx.dialect.name == "postgresql":
        lexemes = ([row["ticket_id"], _as_tsvector(row["grams"])] for row in rows)
        await _copy(tx, "deskwords", ("ticket_id", "grams"), lexemes)
        return
    await tx.execute(text("INSERT INTO deskwords (rowid, grams) VALUES (:ticket_id, :grams)"), list(rows))


def _as_tsvector(entries: str) -> str:
    return " ".join(f"'{entry}'" for entry in entries.split())


async def _copy(tx: Tx, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    connection = (await tx.get_raw_connection()).driver_connection
    assert connection is not None, "a transaction has begun"  # noqa: S101
    named = ", ".join(f'"{column}"' for column in columns)
    async with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({named}) FROM STDIN') as copy:
        for row in rows:
            await copy.write_row(row)
