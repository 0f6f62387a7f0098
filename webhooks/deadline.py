"""A turn goes on to its end, however long the platform is willing to wait for it.

The rule: a platform's patience decides only how the answer travels. A turn that ends in time
answers in the response. One that does not is never cancelled; its message is on the disk before the
platform is told that it was taken, and its replies go out by the outbox. A repeat that comes meanwhile
joins the running turn instead of starting another.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from traceback import extract_tb
from typing import Any

import structlog

from intake.model.messages import Inbound, Reply
from intake.model.ports import Unavailable
from storage.faults import caught
from webhooks.ports import Receiver

SHARE = 0.9
"""Of the time there is: what a turn may take, so that the rest is enough to put it on the disk."""

log = structlog.get_logger(__name__)


class Late(Exception):
    """Not done in time, but kept: answer without words."""


class Pending(Exception):
    """Neither done nor on the disk yet: answer nothing that says it was taken, and it comes again."""


class Shelved(Exception):
    """There is no turn now; the message is kept, and `replies` say so."""

    def __init__(self, replies: tuple[Reply, ...]) -> None:
        super().__init__("kept for later")
        self.replies = replies


class NotKept(Exception):
    """Neither a turn nor a place to keep the message."""


class TurnFailed(Exception):
    """The turn broke; the message is put aside and the fault is logged."""


@dataclass(slots=True)
class _Turn:
    task: asyncio.Task[tuple[Reply, ...]]
    kept: asyncio.Task[tuple[Reply, ...]] | None = None
    """Set once the platform's patience is over: puts the message on the disk."""


class Turns:
    """The turns running in this process."""

    def __init__(self, service: Receiver) -> None:
        self._service = service
        self._running: dict[str, _Turn] = {}
        self._kept: set[asyncio.Task[Any]] = set()

    async def replies(self, inbound: Inbound, body: bytes, seconds: float) -> tuple[Reply, ...]:
        """The turn's replies, if they come within `seconds`.

        Raises Late, Pending, Shelved, NotKept or TurnFailed.
        """
        turn = self._running.get(inbound.id) or self._start(inbound, body)
        await asyncio.wait({turn.task}, timeout=seconds * SHARE)
        if turn.kept or not turn.task.done():
            turn.kept = turn.kept or self._keep(self._service.shelve(inbound))
            await asyncio.wait({turn.kept}, timeout=seconds * (1 - SHARE))
            raise _too_late(turn.task, turn.kept)
        fault = turn.task.exception()
        if isinstance(fault, Unavailable):
            raise await self._shelved(inbound)
        if fault:
            raise TurnFailed
        return turn.task.result()

    async def within(self, seconds: float, what: Coroutine[Any, Any, Any]) -> bool:
        """Do something in the given time if it can be done, and afterwards if not; whether it is done."""
        task = self._keep(what)
        await asyncio.wait({task}, timeout=max(seconds, 0))
        return task.done() and task.exception() is None

    def beside(self, what: Coroutine[Any, Any, None]) -> None:
        """Do something that nobody waits for."""
        self._keep(what)

    async def drain(self, seconds: float) -> None:
        """Before a stop: give what still runs the time to end."""
        if self._kept:
            await asyncio.wait(set(self._kept), timeout=seconds)

    def _start(self, inbound: Inbound, body: bytes) -> _Turn:
        turn = _Turn(self._keep(self._run(inbound, body)))
        self._running[inbound.id] = turn
        turn.task.add_done_callback(lambda _: self._running.pop(inbound.id, None))
        return turn

    async def _run(self, inbound: Inbound, body: bytes) -> tuple[Reply, ...]:
        outcome = await caught(self._service.receive(inbound))  # any fault may wait here, none may go on
        late = self._running[inbound.id].kept is not None
        if isinstance(outcome, Unavailable):  # on the disk already, or put there by who waits
            raise outcome
        if isinstance(outcome, Exception):
            await self._give_up(inbound, body, outcome)
            raise TurnFailed from outcome
        if late and outcome:
            await self._service.send_late(inbound.address, outcome, inbound.id)
        return outcome

    async def _shelved(self, inbound: Inbound) -> Exception:
        kept = self._keep(self._service.shelve(inbound))
        await asyncio.wait({kept})
        return NotKept() if kept.exception() else Shelved(kept.result())

    async def _give_up(self, inbound: Inbound, body: bytes, fault: BaseException) -> None:
        reason = type(fault).__name__
        log.error("turn failed", channel=inbound.address.channel.value, fault=reason, at=_place(fault))
        await self._service.put_aside(inbound.address.channel, inbound.id, body, reason)

    def _keep(self, what: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(what)
        self._kept.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._kept.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault and not isinstance(fault, TurnFailed | Unavailable):
            log.error("could not be kept", fault=type(fault).__name__)


def _too_late(turn: asyncio.Task[Any], kept: asyncio.Task[Any]) -> Exception:
    """What the platform may be told, its patience being over: taken, if it is committed or on the disk."""
    if turn.done() and turn.exception() is None:
        return Late()
    if not kept.done():
        return Pending()
    return NotKept() if kept.exception() else Late()


def _place(fault: BaseException) -> str:
    """Where it broke, without the message: that may hold what the citizen wrote."""
    frames = extract_tb(fault.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
