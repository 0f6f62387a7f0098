"""A TCP proxy that misbehaves as told: between us and the database, Redis, the backend, the platforms.

A fault is decided per connection, by its number; on a line that stays open (a database's), per request:
so "the n-th call fails" is said for n = 1, 2, …
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum


class Trouble(StrEnum):
    """What happens to a connection."""

    NONE = "none"
    REFUSE = "refuse"  # reset at once, before a byte
    RESET = "reset"  # the request arrives, then the line breaks: nothing comes back
    HALF = "half"  # part of the answer, then the line breaks
    STALL = "stall"  # the request arrives, and nothing more happens
    DELAY = "delay"  # everything comes, later


Plan = Callable[[int], Trouble]
"""The connection's number, counted from 1, to its trouble."""


def fine(_: int) -> Trouble:
    return Trouble.NONE


def always(trouble: Trouble) -> Plan:
    return lambda _: trouble


def nth(number: int, trouble: Trouble) -> Plan:
    """Only the n-th connection."""
    return lambda count: trouble if count == number else Trouble.NONE


@dataclass(slots=True)
class Proxy:
    """Listens on `port`; `plan` may be changed at any time and holds for new connections."""

    target: tuple[str, int] | str
    plan: Plan = fine
    delay: float = 0.1
    half: int = 20  # bytes of an answer that still come through
    port: int = 0
    count: int = 0
    requests: int = 0
    lose: int = 0
    """The request, counted over all lines, that breaks its line before it arrives; 0 = none."""
    lose_answer: int = 0
    """The request that arrives and is carried out, and whose answer breaks with the line."""
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _mute: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """Break every line there is."""
        for writer in list(self._open):
            _reset(writer)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        self.count += 1
        trouble = self.plan(self.count)
        if trouble is Trouble.REFUSE:
            _reset(writer)
            return
        try:
            there, thither = await self._connect()
        except OSError:
            _reset(writer)
            return
        self._open |= {writer, thither}
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._ask(reader, thither, writer))
                both.create_task(self._pipe(there, writer, trouble, thither))
        except* OSError:
            pass
        finally:
            self._open -= {writer, thither}
            self._mute.discard(writer)
            for end in (writer, thither):
                with suppress(OSError, RuntimeError):
                    end.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, str):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection(*self.target)

    async def _ask(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, asker: asyncio.StreamWriter
    ) -> None:
        """What goes there, request by request."""
        while data := await source.read(65536):
            self.requests += 1
            if self.requests == self.lose:
                _reset(asker)
                _reset(sink)
                return
            last = self.requests == self.lose_answer
            if last:
                self._mute.add(asker)
            sink.write(data)
            await sink.drain()
            if last:
                await asyncio.sleep(0.05)  # long enough to be carried out
                _reset(asker)
                _reset(sink)
                return
        with suppress(OSError, RuntimeError):
            sink.close()

    async def _pipe(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        trouble: Trouble,
        other: asyncio.StreamWriter,
    ) -> None:
        while data := await source.read(65536):
            if trouble is Trouble.STALL or sink in self._mute:
                continue
            if trouble is Trouble.DELAY:
                await asyncio.sleep(self.delay)
            if trouble in (Trouble.RESET, Trouble.HALF):
                if trouble is Trouble.HALF:
                    sink.write(data[: self.half])
                    await sink.drain()
                _reset(sink) if trouble is Trouble.RESET else sink.close()
                _reset(other)
                return
            sink.write(data)
            await sink.drain()
        with suppress(OSError, RuntimeError):
            sink.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with a RST instead of a FIN: what a crashed peer looks like."""
    line = writer.get_extra_info("socket")
    if line is not None and line.family != socket.AF_UNIX:
        with suppress(OSError):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def proxy(target: tuple[str, int] | str, plan: Plan = fine) -> AsyncIterator[Proxy]:
    """A proxy on a free port of the loopback, before a host and port or a socket's path."""
    made = Proxy(target, plan)
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(asyncio.CancelledError):
            await made.carry(reader, writer)
        tasks.discard(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        made.cut()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # an aborted line is closed a moment later
