"""With many rows the hot path reads no more than it takes, by PostgreSQL's own account of blocks.

The claims of both outboxes are counted in `tests/outbox/test_many_entries.py`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from storage import turn_store
from storage.tickets import query_codes

ROWS = """INSERT INTO outbox (destination, kind, lane, state, due_at, queued_at, attempts, urgent)
    SELECT 'wechat', 'reply', 'l' || n, %s, %s, now(), 0, true FROM generate_series(1, %s) AS n"""


@pytest.fixture
def queue(postgresql_url: str, now: datetime) -> Iterator[psycopg.Connection[Any]]:
    """Ten thousand done, counted; then a thousand due, not counted."""
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(ROWS, ("done", now, 10_000))
        connection.execute("ANALYZE")
        connection.execute(ROWS, ("due", now, 1_000))
        yield connection


def plan(cursor: psycopg.Cursor[Any], statement: str, values: Any) -> Any:
    explained = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
    row = cursor.execute(explained.encode(), values).fetchone()
    assert row is not None
    return row[0][0]["Plan"]


def blocks(found: Any) -> int:
    return int(found["Shared Hit Blocks"] + found["Shared Read Blocks"])


def test_a_turn_that_looks_around(queue: psycopg.Connection[Any], now: datetime) -> None:
    queue.execute(
        """INSERT INTO conversations (channel, "user", reachable, created_at, updated_at)
        VALUES ('wechat', 'o1', true, %s, %s)""",
        (now, now),
    )
    asked = turn_store._AROUND.postgresql
    values = {"channel": "wechat", "user": "o1", "message": "m1", "lane": "l"}
    found = plan(psycopg.RawCursor(queue), asked.text, [values[name] for name in asked.names])
    assert found["Actual Rows"] == 1
    assert blocks(found) < 30, found


def test_a_ticket_by_its_last_four_signs(postgresql_url: str, now: datetime) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO conversations (channel, "user", reachable, created_at, updated_at)
            VALUES ('wechat', 'o1', true, %s, %s)""",
            (now, now),
        )
        connection.execute(
            """INSERT INTO tickets (key, reference, reversed_reference, conversation_id, ticket_sealed,
              query_code_hash, status, co_units, round, created_at, updated_at)
            SELECT gen_random_uuid(), 'WX' || n || '5004', reverse('WX' || n || '5004'), c.id, 'x', 'x',
              'submitted', '[]', 1, now(), now()
            FROM generate_series(10000, 12000) AS n, conversations AS c"""
        )
        connection.execute("ANALYZE")
        asked = query_codes._newest("5004").compile(dialect=PGDialect_psycopg())
        found = plan(connection.cursor(), str(asked), asked.construct_params())
    assert found["Actual Rows"] == query_codes.CANDIDATES
    assert blocks(found) < 60, found
