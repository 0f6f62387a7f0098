"""The servers that are measured, each a process of its own on the loopback.

Ours is the command an operator runs, `jiesu serve --no-worker`. The anchors are the least one could write:
a FastAPI path, and a bot of aiogram's with three questions, its state on Redis and a lock per user, as its
documentation shows it. All of them get the same event loop and answer the same client.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.crash.servers import free_port
from bench.load.keys import SECRETS

START_SECONDS = 400.0


@dataclass(slots=True)
class Side:
    """A running server; `cpu` is all its threads' seconds so far."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def cpu(self) -> float:
        return time.clock_gettime(process_clock(self.process.pid))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def process_clock(pid: int) -> int:
    """The number of another process's CPU clock, as clock_getcpuclockid(3) makes it."""
    return (~pid << 3) | 2


def ours(name: str, folder: Path, database_url: str, redis_url: str | None) -> Side:
    """`jiesu serve`, both channels on, in a folder of its own."""
    folder.mkdir(parents=True)
    surroundings = SECRETS | {"JIESU_DATABASE_URL": database_url, "JIESU_REDIS_URL": redis_url or ""}
    port = free_port()
    command = [str(Path(sys.executable).with_name("jiesu")), "serve", "--no-worker", "--port", str(port)]
    return _start(name, command, port, folder, surroundings)


def anchor(name: str, kind: str, folder: Path, redis_url: str, loop: str) -> Side:
    """`fastapi` or `aiogram`; `loop` is `uvloop` or `asyncio`."""
    folder.mkdir(parents=True)
    port = free_port()
    command = [sys.executable, "-m", "bench.load.anchors", kind, str(port), redis_url, loop]
    return _start(name, command, port, folder, {})


def _start(name: str, command: list[str], port: int, folder: Path, more: Mapping[str, str]) -> Side:
    given = {key: value for key, value in os.environ.items() if not key.startswith("JIESU_")}
    given |= {"PYTHONPATH": str(Path(__file__).parents[2])} | more
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=given, stdout=log, stderr=log)
    return Side(name, process, port, folder / "log")


async def ready(side: Side) -> None:
    """Wait until it listens. Raises SystemExit with the end of its log."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and side.process.poll() is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", side.port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return
    raise SystemExit(f"{side.name} did not start:\n{side.log.read_text()[-2000:]}")
