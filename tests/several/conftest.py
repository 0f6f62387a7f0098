"""A pooler between us and PostgreSQL: Debian's PgBouncer, with few server connections."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.processes import free_port

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")
SERVERS = 3
STARTS = 30.0  # seconds

_CONFIG = """
[databases]
* = host={host} port=5432 user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {servers}
max_client_conn = 200
"""


@pytest.fixture
def pooled_by(tmp_path: Path, postgresql_url: str) -> Callable[..., AbstractContextManager[str]]:
    """`with pooled_by("transaction") as url:` the test's database behind a pooler of that mode."""
    if PGBOUNCER is None:
        pytest.skip("no pgbouncer found")

    @contextmanager
    def pooler(mode: str, servers: int = SERVERS) -> Iterator[str]:
        parts, port = urlsplit(postgresql_url), free_port()
        folder = Path(parse_qs(parts.query)["host"][0])
        config, log = tmp_path / f"pgbouncer-{mode}.ini", tmp_path / f"pgbouncer-{mode}.log"
        config.write_text(_CONFIG.format(host=folder, port=port, mode=mode, servers=servers))
        owner = folder.stat().st_uid if os.getuid() == 0 else None  # it does not run as root
        with log.open("wb") as out, config.open("rb") as given:
            process = subprocess.Popen(  # noqa: S603
                [str(PGBOUNCER), f"/dev/fd/{given.fileno()}"],
                stdout=out,
                stderr=out,
                pass_fds=[given.fileno()],
                user=owner,
            )
        try:
            _answers(port, process, log)
            yield f"postgresql://postgres@127.0.0.1:{port}{parts.path}"
        finally:
            process.terminate()
            process.wait(STARTS)

    return pooler


@pytest.fixture
def pooled_url(pooled_by: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """The test's database, each transaction on whichever of a few server connections is free."""
    with pooled_by("transaction") as url:
        yield url


def _answers(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        else:
            return
