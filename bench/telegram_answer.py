"""A prompt in the webhook's answer, or by a call through the outbox: the citizen's wait, and the cost.

`python -m bench.telegram_answer [TURNS]`. Both ways are measured in turn, in one process, on a real SQLite
file, with the played Bot API server on the loopback; figures are comparable within one run only.
"""

import asyncio
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from app.base.clock import utc_now
from app.base.settings import Enclosed
from app.bootstrap.bootstrap import open_house
from app.bootstrap.runtime import Runtime
from bots.telegram.outgoing.split import rides
from intake.model.messages import ChannelName, Reply
from playground.phones import Phone
from playground.playground import cast
from webhooks.server import create_app

ROUND = 10
QUESTION = "/help"  # its answer is text alone, and may ride


@dataclass
class Way:
    """One way to answer. Seconds per turn, from the citizen's word to the bot's, and of CPU."""

    name: str
    may_ride: bool
    waited: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def line(self, other: "Way") -> str:
        p50, p99 = statistics.median(self.waited), statistics.quantiles(self.waited, n=100)[98]
        cpu, base = statistics.mean(self.cpu), statistics.mean(other.cpu)
        ratio = p50 / statistics.median(other.waited)
        return (
            f"{self.name:<22} p50 {p50 * 1e3:7.1f} ms  p99 {p99 * 1e3:7.1f} ms  cpu {cpu * 1e3:6.1f} ms"
            f"  wait x{ratio:.2f}  cpu x{cpu / base:.2f}"
        )


async def main(turns: int) -> None:
    ways = [Way("webhook answer", may_ride=True), Way("call by the outbox", may_ride=False)]
    with tempfile.TemporaryDirectory() as folder:
        async with town(Path(folder)) as (runtime, phone):
            await ask(phone)
            for _ in range(max(1, turns // ROUND)):
                for way in ways:
                    decide(runtime, way)
                    for _ in range(ROUND):
                        await measure(phone, way)
    for way in ways:
        print(way.line(ways[0]))


def decide(runtime: Runtime, way: Way) -> None:
    def may(replies: tuple[Reply, ...]) -> bool:
        return way.may_ride and rides(replies)

    runtime.service._step.rides = {ChannelName.TELEGRAM: may}  # noqa: SLF001  the one thing that differs


async def measure(phone: Phone, way: Way) -> None:
    started, cpu = time.perf_counter(), time.process_time()
    await ask(phone)
    way.waited.append(time.perf_counter() - started)
    way.cpu.append(time.process_time() - cpu)


async def ask(phone: Phone) -> None:
    """Ask, and wait for the answer."""
    before = len(answers(phone))
    await phone.say(QUESTION)
    while len(answers(phone)) == before:
        await phone.changed(max(bubble.version for bubble in phone.bubbles(0)))


def answers(phone: Phone) -> list[str]:
    return [bubble.text for bubble in phone.bubbles(0) if bubble.side == "bot"]


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[tuple[Runtime, Phone]]:
    with closing(socket.socket()) as line:
        line.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{line.getsockname()[1]}"
        settings = Enclosed(database_url=f"sqlite:///{folder / 'bench.db'}")
        async with open_house(settings, base_url, folder) as runtime:
            players = cast(runtime.settings, base_url, utc_now)
            server = uvicorn.Server(uvicorn.Config(create_app(runtime, players=players), log_config=None))
            serving = asyncio.create_task(server.serve(sockets=[line]))
            while not server.started:  # noqa: ASYNC110  the server says it in no other way
                await asyncio.sleep(0.05)
            yield runtime, await players.shop(ChannelName.TELEGRAM).phone(None)
            server.should_exit = True
            await serving


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
