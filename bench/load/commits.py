"""The smallest durable thing: one row, one commit, on PostgreSQL, by psycopg in this process."""

import time

import psycopg


async def commits(url: str, number: int) -> tuple[float, float]:
    """Seconds of this process's CPU, and of the clock, per commit."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, said text)")
        await connection.commit()
        for _ in range(10):
            await _one(connection)
        cpu, clock = time.process_time(), time.perf_counter()
        for _ in range(number):
            await _one(connection)
        return (time.process_time() - cpu) / number, (time.perf_counter() - clock) / number


async def _one(connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
    await connection.execute("INSERT INTO bare (said) VALUES (%s)", ("暖气不热",))
    await connection.commit()
