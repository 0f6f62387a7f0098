"""One PostgreSQL pipeline, driven by hand: prepare once, send all, wait once, read all.

The rule: only statements of `storage.turn_store` go this way; their values and columns are of the few types
below. psycopg's own pipeline waits before it sends each statement and makes a cursor for it, which costs more
than the statements do. A connection that is left in the middle of a pipeline is closed.
"""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg
from psycopg import generators, pq
from psycopg.errors import error_from_result

Rows = list[tuple[Any, ...]]
_Exchange = Any  # psycopg's generators: they yield what to wait for, and return
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_SPOILT = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE)
_PREPARED = "prepared_by_hand"


@dataclass(frozen=True, slots=True)
class PreparedStatement:
    """A statement with `$1`, `$2` … for `names`, known to a connection by `key` once it was prepared."""

    key: bytes
    text: bytes
    names: tuple[str, ...]


Steps = Sequence[tuple[PreparedStatement, Mapping[str, Any]]]


async def exchange(
    driver: psycopg.AsyncConnection[Any],
    info: MutableMapping[Any, Any],
    steps: Steps,
) -> list[Rows]:
    """The rows of each step. `info` lives as long as the connection. Raises psycopg's errors."""
    idle = driver.info.transaction_status == pq.TransactionStatus.IDLE
    try:
        return await _once(driver, info, steps)
    except psycopg.errors.InvalidSqlStatementName:
        forget(info)
        if not idle:
            raise
        return await _once(driver, info, steps)


def forget(info: MutableMapping[Any, Any]) -> None:
    """The driver rolls back, and may then deallocate all that was ever prepared: ask before the next time."""
    info[_PREPARED] = None


async def _once(
    driver: psycopg.AsyncConnection[Any],
    info: MutableMapping[Any, Any],
    steps: Steps,
) -> list[Rows]:
    async with driver.lock:
        known: set[bytes] | None = info.setdefault(_PREPARED, set())
        if known is None:
            known = info[_PREPARED] = await driver.wait(_asked(driver.pgconn))
        new = [step for step in dict.fromkeys(step for step, _ in steps) if step.key not in known]
        answers = await driver.wait(_sent(driver.pgconn, new, steps))
    for step, answer in zip(new, answers, strict=False):
        if answer.status == pq.ExecStatus.COMMAND_OK:
            known.add(step.key)
    for answer in answers:
        if answer.status in _SPOILT:
            raise error_from_result(answer, encoding="utf-8")
    return [_rows(answer) for answer in answers[len(new) :]]


def _sent(line: pq.abc.PGconn, new: Sequence[PreparedStatement], steps: Steps) -> _Exchange:
    line.enter_pipeline_mode()
    try:
        for step in new:
            line.send_prepare(step.key, step.text)
        for step, values in steps:
            given = [_written(values[name]) for name in step.names]
            formats = [_format(values[name]) for name in step.names]
            line.send_query_prepared(step.key, given, formats, result_format=pq.Format.BINARY)
        line.pipeline_sync()
        yield from generators.send(line)
        answers = []
        for _ in range(len(new) + len(steps)):
            answers.append((yield from generators.fetch_many(line))[-1])  # noqa: PERF401
        yield from generators.fetch_many(line)  # the sync's own
        line.exit_pipeline_mode()
    except BaseException:  # left half-way, its next user would read our answers
        line.finish()
        raise
    return answers


def _asked(line: pq.abc.PGconn) -> _Exchange:
    """The keys of the statements that are still prepared."""
    line.send_query_params(b"SELECT name FROM pg_prepared_statements WHERE name LIKE 'jiesu%'", None)
    (answer,) = yield from generators.execute(line)
    if answer.status in _SPOILT:
        raise error_from_result(answer, encoding="utf-8")
    return {answer.get_value(row, 0) for row in range(answer.ntuples)}


def _written(value: Any) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, datetime):
        return value.isoformat().encode()
    return str(value).encode()


def _format(value: Any) -> pq.Format:
    return pq.Format.BINARY if isinstance(value, bytes) else pq.Format.TEXT


def _rows(answer: pq.abc.PGresult) -> Rows:
    if not answer.nfields or answer.status != pq.ExecStatus.TUPLES_OK:
        return []
    readers = [_READERS[answer.ftype(column)] for column in range(answer.nfields)]
    return [
        tuple(_read(reader, answer.get_value(row, column)) for column, reader in enumerate(readers))
        for row in range(answer.ntuples)
    ]


def _read(reader: Callable[[bytes], Any], value: bytes | None) -> Any:
    return None if value is None else reader(bytes(value))


def _number(value: bytes) -> int:
    return int.from_bytes(value, "big", signed=True)


_READERS: Mapping[int, Callable[[bytes], Any]] = {
    16: lambda value: value == b"\1",  # bool
    17: bytes,  # bytea
    20: _number,  # int8
    23: _number,  # int4
    25: bytes.decode,  # text
    114: orjson.loads,  # json
    1184: lambda value: _EPOCH + timedelta(microseconds=_number(value)),  # timestamptz
}
"""By PostgreSQL's own numbers of types, from their binary form."""
