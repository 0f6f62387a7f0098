"""The parent of the killed: imports the product once, then forks a child for every life.

Importing takes seconds of CPU, a fork takes a millisecond. It speaks lines of JSON over a socket: in comes
what to start, out come pids and deaths. It has no threads and no event loop, so that a fork is clean.
"""

import asyncio
import ctypes
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

_PR_SET_PDEATHSIG = 1


def start(lines: dict[str, socket.socket]) -> tuple[socket.socket, int]:
    """Fork the zygote before anything else runs; returns the line to it, and its pid."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid:
        theirs.close()
        return ours, pid
    ours.close()
    _die_with_parent()
    status = 0
    try:
        _serve(theirs, lines)
    except (OSError, KeyboardInterrupt):
        status = 1
    os._exit(status)


def _serve(line: socket.socket, listening: dict[str, socket.socket]) -> None:
    from bench.crash import child  # noqa: PLC0415  this is the import that takes its time

    child.warm_up()
    signal.signal(signal.SIGCHLD, lambda *_: None)
    wakes, awake = os.pipe()
    os.set_blocking(awake, False)
    signal.set_wakeup_fd(awake)
    rest = b""
    _tell(line, {"ready": True})
    while True:
        ready, _, _ = select.select([line.fileno(), wakes], [], [])
        if wakes in ready:
            os.read(wakes, 4096)
            _bury(line)
        if line.fileno() in ready:
            data = line.recv(65536)
            if not data:
                return
            *orders, rest = (rest + data).split(b"\n")
            for order in orders:
                _fork(line, json.loads(order), listening)


def _fork(line: socket.socket, order: dict[str, Any], listening: dict[str, socket.socket]) -> None:
    pid = os.fork()
    if pid:
        _tell(line, {"started": order["slot"], "pid": pid})
        return
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _die_with_parent()
        line.close()
        from bench.crash import child  # noqa: PLC0415

        asyncio.run(child.live(order, listening.get(order["listens"])))
        status = 0
    except BaseException:  # noqa: BLE001  whatever it was: say it, and never return into the zygote's loop
        import traceback  # noqa: PLC0415

        traceback.print_exc(file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(status)


def _bury(line: socket.socket) -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            _tell(line, {"died": pid, "killed": os.WIFSIGNALED(status), "status": status})


def _tell(line: socket.socket, news: dict[str, Any]) -> None:
    line.sendall(json.dumps(news).encode() + b"\n")


def _die_with_parent() -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
