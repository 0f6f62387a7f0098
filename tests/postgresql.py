"""Databases of the tests' own on one PostgreSQL server, handed on clean from one test to the next.

To copy a database takes ten times as long as to empty it. So it goes to the next test under another name:
nobody is connected any more, the rows are gone, the sequences begin anew. The rule: what a test gets cannot
be told from a fresh copy. Each is looked at before it is handed on; one that looks otherwise (a table
altered, a setting kept, a version changed) is dropped.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

Connection = psycopg.Connection[tuple[Any, ...]]

_OURS = 16384  # PostgreSQL numbers its own objects below
_CATALOGS = {  # and by which number one knows that something in it is not PostgreSQL's own
    "pg_attribute": "attrelid",
    "pg_attrdef": "oid",
    "pg_constraint": "oid",
    "pg_db_role_setting": "setdatabase",
    "pg_extension": "oid",
    "pg_index": "indexrelid",
    "pg_inherits": "inhrelid",
    "pg_largeobject_metadata": "oid",
    "pg_namespace": "oid",
    "pg_policy": "oid",
    "pg_proc": "oid",
    "pg_rewrite": "oid",
    "pg_sequence": "seqrelid",
    "pg_statistic": "starelid",
    "pg_statistic_ext": "oid",
    "pg_trigger": "oid",
    "pg_type": "oid",
}
_RELATIONS = """
    SELECT string_agg(concat_ws(' ', oid, relname, relkind, relnatts, relchecks, relpersistence, relacl,
        relrowsecurity, reloptions), ';' ORDER BY oid)
    FROM pg_class WHERE oid >= {ours}
"""
_CHANGES = """
    SELECT count(*) || ' written by ' || coalesce(sum(xmin::text::bigint), 0)
    FROM {catalog} WHERE {key} >= {ours}
"""
_SCHEMA = " UNION ALL ".join(
    [_RELATIONS.format(ours=_OURS)]
    + [_CHANGES.format(catalog=catalog, key=key, ours=_OURS) for catalog, key in _CATALOGS.items()]
)
_FILLED = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
"""
_ALONE = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s"
_FROM_ONE = """
    SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence
    WHERE pg_sequence_last_value(seqrelid) IS NOT NULL
"""
_SWOLLEN = """
    SELECT 1 FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'i' AND pg_relation_size(oid) > 10 * 8192
"""
_NEVER_COUNTED = """
    UPDATE pg_class SET relpages = 0, reltuples = -1, relallvisible = 0, relallfrozen = 0
    WHERE oid = ANY(%s::regclass[])
"""


@dataclass(frozen=True, slots=True)
class Look:
    """What tells one database from another: its schema, and the rows of the tables that ever had any."""

    schema: tuple[str, ...]
    rows: dict[str, str]


@dataclass(frozen=True, slots=True)
class Copy:
    """A database made from a template, and how it looked."""

    name: str
    template: str
    fresh: Look


@dataclass(frozen=True, slots=True)
class Databases:
    """The databases of one server, which `server` is the URL of."""

    server: str
    _free: dict[str, list[Copy]] = field(default_factory=lambda: defaultdict(list))
    _lent: dict[str, Copy] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def copy(self, template: str) -> str:
        """Make a database; returns its URL."""
        name = self._new_name()
        self._say(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
        return self.url(name)

    def drop(self, url: str) -> None:
        """Whoever is connected is thrown out."""
        self._say(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(database_name(url))))

    def lend(self, template: str) -> str:
        """A database that is like a fresh copy, under a name nobody has heard; returns its URL."""
        free = self._free[template]
        lent = free.pop() if free else self._fresh(template)
        self._lent[lent.name] = lent
        return self.url(lent.name)

    def give_back(self, url: str) -> None:
        """Empty it for the next test, or drop it if something other than rows has changed.

        It is renamed before: what still tries to reach it finds nothing, as after a drop.
        """
        lent = self._lent.pop(database_name(url))
        kept = replace(lent, name=self._new_name())
        try:
            self._rename(lent.name, kept.name)
        except psycopg.errors.ObjectInUse:
            self.drop(url)
            return
        if _emptied(self.url(kept.name), kept.fresh):
            self._free[kept.template].append(kept)
        else:
            self.drop(self.url(kept.name))

    def url(self, name: str) -> str:
        """Of this server's database of that name."""
        address, _, query = self.server.partition("?")
        return f"{address.rpartition('/')[0]}/{name}?{query}"

    def _fresh(self, template: str) -> Copy:
        url = self.copy(template)
        with _connected(url) as connection:
            return Copy(database_name(url), template, _look(connection))

    def _rename(self, old: str, new: str) -> None:
        """Throws out who is connected. Raises ObjectInUse if somebody came back meanwhile."""
        with _connected(self.server) as connection:
            connection.execute(_ALONE, [old])
            connection.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(old), Identifier(new)))

    def _new_name(self) -> str:
        return f"test_{next(self._numbers)}"

    def _say(self, statement: SQL | psycopg.sql.Composed) -> None:
        with _connected(self.server) as connection:
            connection.execute(statement)


def database_name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _connected(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True)


def _emptied(url: str, fresh: Look) -> bool:
    """Whether the database looks fresh after its rows are gone."""
    with _connected(url) as connection:
        if filled := [name for name in _filled(connection) if name not in fresh.rows]:
            _empty(connection, filled)
        connection.execute(_FROM_ONE)
        swollen = connection.execute(_SWOLLEN).fetchone()  # an index keeps its size, and the planner sees it
        return not swollen and _look(connection) == fresh


def _empty(connection: Connection, tables: list[str]) -> None:
    """To delete and vacuum is to truncate without new files, of which each costs as much as a small test.

    The planner must not know either that there have been rows: it would plan for none.
    """
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")  # in any order
        for table in tables:
            connection.execute(f"DELETE FROM {table}".encode())  # noqa: S608
    connection.execute(f"VACUUM (SKIP_DATABASE_STATS) {', '.join(tables)}".encode())
    connection.execute(_NEVER_COUNTED, [tables])


def _look(connection: Connection) -> Look:
    schema = tuple(line for (line,) in connection.execute(_SCHEMA.encode()))
    return Look(schema, {name: _rows(connection, name) for name in _filled(connection)})


def _filled(connection: Connection) -> list[str]:
    """Names as they are written in a statement."""
    return [name for (name,) in connection.execute(_FILLED.encode())]


def _rows(connection: Connection, table: str) -> str:
    found = connection.execute(f"SELECT t::text FROM {table} t".encode())  # noqa: S608
    return ";".join(row for (row,) in found)
