"""with_pg_env.py COMMAND…: the command, with the database of JIESU_DATABASE_URL in libpq's environment.

Arguments are everybody's to read on a machine; an environment is its owner's alone.
"""

import os
import sys
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

_OF_LIBPQ = {"dbname": "PGDATABASE"}


def environment(url: str) -> Mapping[str, str]:
    """`PGHOST`, `PGPASSWORD` … for this address of a database; `?name=value` becomes `PGNAME`."""
    parts = urlsplit(url)
    named = {
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
    }
    asked = {_OF_LIBPQ.get(name, f"PG{name.upper()}"): value for name, value in parse_qsl(parts.query)}
    return {name: value for name, value in {**named, **asked}.items() if value}


if __name__ == "__main__":
    given = environment(os.environ["JIESU_DATABASE_URL"])
    os.execvpe(sys.argv[1], sys.argv[1:], {**os.environ, **given})  # noqa: S606  the operator's own
