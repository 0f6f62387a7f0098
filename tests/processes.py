"""Processes of ours, as an operator starts them, and servers of the tests' own, each on a free port."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

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
    return bare | {"PYTHONPATH": str(ROOT)} | dict(env)


@dataclass(frozen=True, slots=True)
class Running:
    """A process and what it has written."""

    process: asyncio.subprocess.Process
    log: Path

    def died(self) -> str:
        """What it wrote last if it has ended, else nothing."""
        return "" if self.process.returncode is None else self.log.read_text(errors="replace")[-4000:] or "?"


@asynccontextmanager
async def running(folder: Path, env: Mapping[str, str], *command: str) -> AsyncIterator[Running]:
    """`jiesu …` in this folder; it must end by itself when it is told to."""
    run = [sys.executable, "-c", "from cli.main import run; run()", *command]
    async with program(folder, clean(env), *run, name=command[0]) as started:
        yield started
    assert started.process.returncode in (0, -signal.SIGTERM), started.died()
    assert "Traceback" not in started.log.read_text(errors="replace"), started.died()


@asynccontextmanager
async def program(folder: Path, env: Mapping[str, str], *command: str, name: str) -> AsyncIterator[Running]:
    """Any program, told to end with the block; what it writes stands in `NAME.log`."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=dict(env), stdout=out, stderr=out
        )
    try:
        yield Running(process, log)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(ENDS):
            await process.wait()


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
