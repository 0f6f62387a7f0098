"""A claim out of many entries reads no more than it takes, by PostgreSQL's own account of blocks.

A far end that dies in a quiet night leaves thousands of entries of which the statistics say that none waits.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from storage.outbox.engine import due_heads
from tests.outbox.conftest import Box

SENT, WAITING, TO_A_LANE = 20_000, 3_000, 3
MOST = 16
INSERTS = {
    "wechat": """INSERT INTO outbox (destination, kind, lane, state, due_at, queued_at, attempts, urgent)
    SELECT 'wechat', 'reply', %(lane)s || n / %(each)s, %(state)s, %(due)s, now(), 0, true
    FROM generate_series(1, %(count)s) AS n""",
    "front_door": """INSERT INTO desk_callbacks
      (event_id, lane, type, body_sealed, state, due_at, queued_at, attempts)
    SELECT %(lane)s || n, %(lane)s || n / %(each)s, 'accepted', 'x',
      CASE %(state)s WHEN 'due' THEN 'waiting' ELSE 'sent' END, %(due)s, now(), 0
    FROM generate_series(1, %(count)s) AS n""",
}


@pytest.fixture
def filled(box: Box, postgresql_url: str, now: datetime) -> Iterator[psycopg.Connection[Any]]:
    """Twenty thousand sent, which the statistics know of; then three thousand waiting, which they do not."""
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        put(connection, box, "done", SENT, now)
        connection.execute("ANALYZE")
        put(connection, box, "due", WAITING, now)
        yield connection


def put(connection: psycopg.Connection[Any], box: Box, state: str, count: int, due: datetime) -> None:
    values = {"lane": state, "each": TO_A_LANE, "state": state, "due": due, "count": count}
    connection.execute(INSERTS[box.destination].encode(), values)


def claimed(connection: psycopg.Connection[Any], box: Box, at: datetime) -> tuple[int, int]:
    """How many heads a claim finds, and how many blocks it reads for them."""
    one = (box.destination,) if "destination" in box.outbox.table.c else None
    heads = due_heads(box.outbox, one, True if "urgent" in box.outbox.table.c else None)
    asked = heads.compile(dialect=PGDialect_psycopg())
    explained = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {asked}".encode()
    row = connection.execute(explained, asked.construct_params({"at": at, "most": MOST})).fetchone()
    assert row is not None
    plan = row[0][0]["Plan"]
    return int(plan["Actual Rows"]), int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def test_a_claim(box: Box, filled: psycopg.Connection[Any], now: datetime) -> None:
    found, blocks = claimed(filled, box, now)
    assert found == MOST
    assert blocks < 300, blocks


def test_a_claim_that_finds_nothing_due(box: Box, filled: psycopg.Connection[Any], now: datetime) -> None:
    found, blocks = claimed(filled, box, now - timedelta(seconds=1))
    assert (found, blocks < 30) == (0, True), blocks


def test_a_claim_once_the_statistics_know(box: Box, filled: psycopg.Connection[Any], now: datetime) -> None:
    filled.execute("ANALYZE")
    found, blocks = claimed(filled, box, now)
    assert found == MOST
    assert blocks < 300, blocks
