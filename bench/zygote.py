"""The parent of many short lives: imports the product once, then forks a child for every order.

Importing takes seconds of CPU, a fork takes a millisecond. It is a fresh interpreter without threads and
without an event loop, so that a fork is clean. Whoever connects to its socket speaks lines of JSON: in goes
what to start, out come pids and deaths. A line that closes takes the lives it ordered with it.

`kind` names a module with `warm_up()` and `live(order, listening)`; a life ends as a process does, by
returning, by `SystemExit` or by a signal.
"""

import ctypes
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Zygote:
    """A running one; `address` is its socket's."""

    address: str

    def line(self) -> socket.socket:
        """A connection; it waits for its first word until everything is imported."""
        line = socket.socket(socket.AF_UNIX)
        line.connect(self.address)
        return line


@contextmanager
def started(kind: str, listening: dict[str, socket.socket] | None = None) -> Iterator[Zygote]:
    """One until the block ends; its children inherit the sockets of these names, and end with it."""
    shared = {name: line.fileno() for name, line in (listening or {}).items()}
    with tempfile.TemporaryDirectory(prefix="jiesu-", dir="/tmp") as folder:  # a socket's name is short
        address = f"{folder}/line"
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(address)
            door.listen()
            process = subprocess.Popen(
                [sys.executable, "-m", "bench.zygote", kind, str(door.fileno()), json.dumps(shared)],
                pass_fds=[door.fileno(), *shared.values()],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
            )
        with process:
            try:
                yield Zygote(address)
            finally:
                process.kill()


@dataclass(slots=True)
class _Nursery:
    """`lives`: who ordered each child. `rest`: what came of an order that is not whole yet."""

    door: socket.socket
    lives: dict[int, socket.socket] = field(default_factory=dict)
    rest: dict[socket.socket, bytes] = field(default_factory=dict)

    def next_life(self) -> dict[str, Any]:
        """Returns in each child, with its order, and never in the parent."""
        wakes = _woken_by_deaths()
        while True:
            ready, _, _ = select.select([wakes, self.door, *self.rest], [], [])
            for one in ready:
                if one is wakes:
                    os.read(wakes, 4096)
                    self._bury()
                elif one is self.door:
                    self.rest[self.door.accept()[0]] = b""
                elif order := self._hear(one):
                    os.close(wakes)
                    return order

    def _hear(self, line: socket.socket) -> dict[str, Any] | None:
        """What a child is to do; None in the parent."""
        data = line.recv(65536)
        if not data:
            self._hang_up(line)
            return None
        *orders, self.rest[line] = (self.rest[line] + data).split(b"\n")
        for order in map(json.loads, orders):
            pid = os.fork()
            if not pid:
                self._leave()
                return dict(order)
            self.lives[pid] = line
            _tell(line, {"started": order["slot"], "pid": pid})
        return None

    def _hang_up(self, line: socket.socket) -> None:
        line.close()
        del self.rest[line]
        for pid, orderer in self.lives.items():
            if orderer is line:
                os.kill(pid, signal.SIGKILL)

    def _bury(self) -> None:
        while self.lives:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            line = self.lives.pop(pid)
            if line in self.rest:
                _tell(line, {"died": pid, "killed": os.WIFSIGNALED(status), "status": status})

    def _leave(self) -> None:
        """A child has nothing of its parent's but what was imported."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _die_with_parent()
        for line in (self.door, *self.rest):
            line.close()


def _woken_by_deaths() -> int:
    wakes, awake = os.pipe()
    os.set_blocking(awake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(awake)
    return wakes


def _tell(line: socket.socket, news: dict[str, Any]) -> None:
    with suppress(BrokenPipeError):  # nobody listens any more: its closing is the next thing we hear
        line.sendall(json.dumps(news).encode() + b"\n")


def _die_with_parent() -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """`python -m bench.zygote KIND DOOR LISTENING`, with the sockets inherited."""
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started us
    kind, door, shared = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
    gc.disable()  # nothing of what is imported is garbage
    life = import_module(kind)
    life.warm_up()
    gc.collect()
    gc.freeze()
    gc.enable()
    order = _Nursery(socket.socket(fileno=door)).next_life()
    listening = {name: socket.socket(fileno=number) for name, number in shared.items()}
    life.live(order, listening)


if __name__ == "__main__":
    main()
