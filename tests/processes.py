"""Processes of ours, as an operator starts them, and servers of the tests' own, each on a free port."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import httpx
import uvicorn
from fastapi import FastAPI

from bench import zygote
from bench.command import COLD

ROOT = Path(__file__).parents[1]
STARTS = 600.0  # seconds: importing takes its time on a machine that is busy
ENDS = 60.0


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean(env: Mapping[str, str]) -> dict[str, str]:
    """The environment with these settings of ours and no others."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("JIESU_")}
    paths = filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))  # what moves the clock stays on it
    return bare | {"PYTHONPATH": os.pathsep.join(paths)} | dict(env)


class Process(Protocol):
    """What is asked of one."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def send_signal(self, signal: int) -> None: ...

    async def wait(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Forked:
    """A child of the starter. `end`: what the starter says once it is dead."""

    pid: int
    end: asyncio.Task[bytes]

    @property
    def returncode(self) -> int | None:
        return _status(self.end.result()) if self.end.done() else None

    def send_signal(self, signal: int) -> None:
        os.kill(self.pid, signal)

    async def wait(self) -> int:
        return _status(await asyncio.shield(self.end))


@dataclass(frozen=True, slots=True)
class Running:
    """A process and what it has written."""

    process: Process
    log: Path

    def died(self) -> str:
        """What it wrote last if it has ended, else nothing."""
        return "" if self.process.returncode is None else self.log.read_text(errors="replace")[-4000:] or "?"


@asynccontextmanager
async def running(folder: Path, env: Mapping[str, str], *command: str) -> AsyncIterator[Running]:
    """`jiesu …` in this folder; it must end well, and by itself, when it is told to."""
    async with forked(folder, env, *command) as started:
        yield started
    assert started.process.returncode == 0, started.died() or started.process.returncode
    assert "Traceback" not in started.log.read_text(errors="replace"), started.died()


@asynccontextmanager
async def forked(folder: Path, env: Mapping[str, str], *command: str) -> AsyncIterator[Running]:
    """`jiesu …` by a process that has imported the product already: that saves seconds of CPU each time."""
    log = _log(folder, command[0])
    order = {"slot": command[0], "words": command, "cwd": str(folder), "env": clean(env)}
    reader, writer = await asyncio.open_unix_connection(_starter().address)
    writer.write(json.dumps(order | {"out": str(log), "err": str(log)}).encode() + b"\n")
    pid = json.loads(await reader.readline())["pid"]
    started = Running(Forked(pid, asyncio.create_task(reader.readline())), log)
    with closing(writer):
        async with _until_told(started):
            yield started


@asynccontextmanager
async def program(folder: Path, env: Mapping[str, str], *command: str, name: str) -> AsyncIterator[Running]:
    """Any program, told to end with the block; what it writes stands in `NAME.log`."""
    log = _log(folder, name)
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=dict(env), stdout=out, stderr=out
        )
    async with _until_told(Running(process, log)) as started:
        yield started


def cold(folder: Path, env: Mapping[str, str], *command: str) -> AbstractAsyncContextManager[Running]:
    """`jiesu …` started as a shell does, imports and all."""
    return program(folder, clean(env), sys.executable, "-c", COLD, *command, name=command[0])


@asynccontextmanager
async def _until_told(started: Running) -> AsyncIterator[Running]:
    try:
        yield started
    finally:
        if started.process.returncode is None:
            started.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(ENDS):
            await started.process.wait()


def _log(folder: Path, name: str) -> Path:
    """An empty file for what a program writes."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    log.write_bytes(b"")
    return log


open_with_the_tests = ExitStack()
"""Closed with the last test of this process."""


@cache
def _starter() -> zygote.Zygote:
    return open_with_the_tests.enter_context(zygote.started("bench.command"))


def _status(said: bytes) -> int:
    """As `subprocess` has it: a signal is negative."""
    return os.waitstatus_to_exitcode(json.loads(said)["status"])


async def answers(url: str, started: Running) -> None:
    """Returns as soon as this address answers with success; fails when the process has ended."""
    async with asyncio.timeout(STARTS), httpx.AsyncClient(timeout=STARTS) as http:
        while True:
            assert not started.died(), started.died()
            try:
                if (await http.get(url)).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[str]:
    """The app on a free port of the loopback; gives its address."""
    with closing(socket.socket()) as line:
        line.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[line]))
        try:
            yield f"http://127.0.0.1:{line.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
