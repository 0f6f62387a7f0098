"""A turn goes on to its end, however long the platform is willing to wait for it.

The rule: a platform's patience decides only how the answer travels. A turn that ends in time
answers in the response. One that does not is never cancelled; its message is on the disk before the
platform is told that it was taken, and its replies go out by the outbox. A repeat that comes meanwhile
joins the running turn instead of starting another.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from app.receiver.tasks import Tasks, left
from intake.model.messages import ChannelName, Inbound, Reply
from intake.model.ports import Unavailable
from intake.model.received import Kept, Lost, Received

SHARE = 0.9
"""Of the time there is: what a turn may take, so that the rest is enough to put it on the disk."""

LAST_TURNS = 10.0
"""Seconds a stop waits for turns that still run."""


@dataclass(slots=True)
class _Turn:
    task: asyncio.Task[Received]
    late: bool = False
    """Somebody's patience was over: the replies go by the outbox."""
    keeping: asyncio.Task[Kept | Lost] | None = None
    """Puts the message on the disk; once for all who wait."""


class RunningTurns:
    """Those of this process."""

    def __init__(
        self,
        tasks: Tasks,
        take: Callable[[Inbound], Coroutine[Any, Any, Received]],
        keep: Callable[[Inbound], Coroutine[Any, Any, Kept | Lost]],
        send_on: Callable[[Inbound, tuple[Reply, ...], str], Coroutine[Any, Any, Received]],
    ) -> None:
        """`take` raises Unavailable, and nothing else; `keep` and `send_on` raise nothing."""
        self._tasks = tasks
        self._take = take
        self._keep = keep
        self._send_on = send_on
        self._running: dict[tuple[ChannelName, str], _Turn] = {}

    async def result(self, inbound: Inbound, deadline: float | None) -> Received:
        """What became of the message, or what is certain of it at the deadline."""
        turn = self._running.get(_key(inbound)) or self._start(inbound)
        time = left(deadline)
        await asyncio.wait({turn.task}, timeout=None if time is None else time * SHARE)
        if turn.task.done() and not turn.late:
            return turn.task.result()
        return await self._late(turn, inbound, deadline)

    def _start(self, inbound: Inbound) -> _Turn:
        turn = _Turn(self._tasks.start(self._run(inbound)))
        self._running[_key(inbound)] = turn
        turn.task.add_done_callback(lambda _: self._running.pop(_key(inbound), None))
        return turn

    async def _run(self, inbound: Inbound) -> Received:
        turn = self._running[_key(inbound)]
        try:
            taken = await self._take(inbound)
        except Unavailable as fault:
            kept = await self._kept(turn, inbound)
            return replace(kept, retry_after=fault.retry_after) if isinstance(kept, Lost) else kept
        if turn.late and taken.replies:
            return await self._send_on(inbound, taken.replies, inbound.id)
        return taken

    async def _late(self, turn: _Turn, inbound: Inbound, deadline: float | None) -> Received:
        """The patience is over: kept, if it is committed or on the disk, and the words come later."""
        turn.late = True
        keeping = self._keeping(turn, inbound)
        await asyncio.wait({keeping}, timeout=left(deadline))
        if turn.task.done() and not isinstance(turn.task.result(), Lost):
            return Kept()
        if not keeping.done():
            return Lost()
        kept = keeping.result()
        return Kept() if isinstance(kept, Kept) else kept

    async def _kept(self, turn: _Turn, inbound: Inbound) -> Kept | Lost:
        keeping = self._keeping(turn, inbound)
        await asyncio.wait({keeping})
        return keeping.result()

    def _keeping(self, turn: _Turn, inbound: Inbound) -> asyncio.Task[Kept | Lost]:
        turn.keeping = turn.keeping or self._tasks.start(self._keep(inbound))
        return turn.keeping


def _key(inbound: Inbound) -> tuple[ChannelName, str]:
    return inbound.address.channel, inbound.id
