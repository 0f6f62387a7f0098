"""A turn goes on to its end, however long the platform is willing to wait for it.

The rule: a platform's patience decides only how the answer travels. A turn that ends in time
answers in the response; one that does not is never cancelled, and its replies go out by the
outbox. A repeat that comes meanwhile joins the running turn instead of starting another.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from traceback import extract_tb
from typing import Any

import structlog

from intake.messages import Inbound, Reply
from intake.ports import Unavailable
from webhooks.ports import Receiver

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between the tries of a turn that was promised, while the database is away."""

log = structlog.get_logger(__name__)


class Late(Exception):
    """Not done in time, or already promised to the outbox: answer without words."""


class Failed(Exception):
    """The turn broke; the message is put aside and the fault is logged."""


@dataclass(slots=True)
class _Turn:
    task: asyncio.Task[tuple[Reply, ...]]
    late: bool = False


class Turns:
    """The turns running in this process."""

    def __init__(self, service: Receiver) -> None:
        self._service = service
        self._running: dict[str, _Turn] = {}
        self._kept: set[asyncio.Task[Any]] = set()

    async def replies(self, inbound: Inbound, body: bytes, seconds: float) -> tuple[Reply, ...]:
        """The turn's replies, if they come within `seconds`. Raises Late or Failed."""
        turn = self._running.get(inbound.id) or self._start(inbound, body)
        await asyncio.wait({turn.task}, timeout=seconds)
        if turn.late or not turn.task.done():
            turn.late = True
            raise Late
        if turn.task.exception():
            raise Failed
        return turn.task.result()

    async def within(self, seconds: float, what: Coroutine[Any, Any, None]) -> None:
        """Do something in the given time if it can be done, and afterwards if not."""
        await asyncio.wait({self._keep(what)}, timeout=max(seconds, 0))

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
        outcome = await self._attempt(inbound)
        for pause in PAUSES:
            # Once the platform has its answer it sends nothing again: then trying again is ours.
            if not (isinstance(outcome, Unavailable) and self._running[inbound.id].late):
                break
            await asyncio.sleep(pause)
            outcome = await self._attempt(inbound)
        if isinstance(outcome, BaseException):
            await self._give_up(inbound, body, outcome)
            raise Failed from outcome
        if self._running[inbound.id].late and outcome:
            await self._service.send_late(inbound.address, outcome, inbound.id)
        return outcome

    async def _attempt(self, inbound: Inbound) -> tuple[Reply, ...] | BaseException:
        """The replies, or whatever was raised: any fault may wait here, none may reach the platform."""
        inner = asyncio.create_task(self._service.receive(inbound))
        await asyncio.wait({inner})
        return inner.exception() or inner.result()

    async def _give_up(self, inbound: Inbound, body: bytes, fault: BaseException) -> None:
        reason = type(fault).__name__
        log.error("turn failed", channel=inbound.address.channel.value, fault=reason, at=_place(fault))
        if isinstance(fault, Unavailable) and not self._running[inbound.id].late:
            return  # nothing can be kept now, and the citizen is asked to write again
        await self._service.put_aside(inbound.address.channel, inbound.id, body, reason)

    def _keep(self, what: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(what)
        self._kept.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._kept.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault and not isinstance(fault, Failed):
            log.error("could not be kept", fault=type(fault).__name__)


def _place(fault: BaseException) -> str:
    """Where it broke, without the message: that may hold what the citizen wrote."""
    frames = extract_tb(fault.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
