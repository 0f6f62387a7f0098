"""All that an installation keeps, opened with the key it keeps: tables, files, free pages, logs, Redis."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import redis
from psycopg import sql

from storage.db.keyring import KeyRing, Undecryptable

_TOKEN = re.compile(rb"gAAAAA[\w-]{60,}={0,2}")
"""How a sealed value begins; cut off by the end of a page it opens no more, whole ones do."""

Held = dict[str, bytes]
"""Where something lies, and its bytes."""


def opened(held: bytes, ring: KeyRing) -> bytes:
    """The bytes, and behind them whatever in them the key opens."""
    parts = [held]
    for token in _TOKEN.findall(held):
        try:
            parts.append(ring.decrypt(token))
        except Undecryptable:
            continue
    return b"\n".join(parts)


def files(folder: Path, ring: KeyRing) -> Held:
    """Every file under a folder, the database's own and what lies beside it among them."""
    return {
        f"file {path.relative_to(folder)}": opened(path.read_bytes(), ring)
        for path in folder.rglob("*")
        if path.is_file()
    }


def rows(url: str, ring: KeyRing) -> Held:
    """Every column of every table."""
    held: Held = {}
    for table, name, value in values(url):
        here = f"column {table}.{name}"
        held[here] = held.get(here, b"") + b"\n" + opened(_bytes(value), ring)
    return held


def values(url: str) -> Iterator[tuple[str, str, Any]]:
    """Table, column and value of every row, as they lie there."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as link:
            names = [name for (name,) in link.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            for name in names:
                yield from _columns(name, link.execute(f'SELECT * FROM "{name}"'))  # noqa: S608
        return
    with psycopg.connect(url) as link:
        found = link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in found:
            yield from _columns(name, link.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))))


def _columns(table: str, cursor: Any) -> Iterator[tuple[str, str, Any]]:
    names = [column[0] for column in cursor.description]
    for row in cursor.fetchall():
        for name, value in zip(names, row, strict=True):
            yield table, name, value


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return str(value).encode("utf-8", "surrogateescape")


def in_redis(url: str) -> Held:
    """Every key with its value."""
    with closing(redis.Redis.from_url(url)) as client:
        return {f"redis {key.decode()}": key + b" " + _value(client, key) for key in client.scan_iter()}


def _value(client: Any, key: bytes) -> bytes:
    kind = client.type(key).decode()
    read = {"string": client.get, "hash": client.hgetall, "list": lambda one: client.lrange(one, 0, -1)}
    return repr(read[kind](key)).encode()


def where(held: Held, *marks: str) -> dict[str, list[str]]:
    """In which places each mark stands; a mark that stands nowhere is left out."""
    found = {
        mark: [place for place, kept in held.items() if any(form in kept for form in _forms(mark))]
        for mark in marks
    }
    return {mark: places for mark, places in found.items() if places}


def _forms(mark: str) -> tuple[bytes, ...]:
    raw = (mark.encode(), json.dumps(mark)[1:-1].encode(), mark.encode("utf-16-le"), mark.encode("gb18030"))
    return (*raw, *(one.hex().encode() for one in raw))
