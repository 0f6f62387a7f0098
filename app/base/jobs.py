"""What is queued for later: how the front door puts a job into its outbox, where jobs go, and in which order.

The jobs themselves are in `storage.outbox.jobs`. The trace of the message in hand goes with each of them.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from app.base import tracing
from storage.db.batched_statements import Statement
from storage.db.sealed import Tx
from storage.outbox import outbox
from storage.outbox.jobs import Job, kind_of, read, written
from storage.outbox.outbox import Claimed, Untouched

HOTLINE = "hotline"
"""The destination that is the city's backend."""

FILES = "files"
"""The destination that is our own folder of files: it works while every platform is away."""

WORK = "outbox"
"""The topic that wakes the workers."""

_TRACE = "trace"
"""The field beside the job's own."""


class Placing(TypedDict):
    """Where and when; as `storage.outbox.outbox.New` has it."""

    destination: str
    lane: str
    now: datetime
    due_at: NotRequired[datetime | None]
    conversation_id: NotRequired[int | None]
    ticket_id: NotRequired[int | None]
    once: NotRequired[str | None]
    urgent: NotRequired[bool]


def queuing(tx: Tx, job: Job, **placing: Unpack[Placing]) -> Statement:
    """What adds this job, for a trip of the caller's."""
    body = written(job) | {_TRACE: tracing.current()}
    return outbox.queuing(tx, kind=kind_of(type(job)), body=body, **placing)


async def queue(tx: Tx, job: Job, **placing: Unpack[Placing]) -> int | None:
    """Add a job; returns its entry's id, or None if one was queued with the same `once` before."""
    body = written(job) | {_TRACE: tracing.current()}
    return await outbox.queue(tx, kind=kind_of(type(job)), body=body, **placing)


async def rewrite(tx: Tx, waiting: Untouched, anew: Callable[[Job], Job]) -> None:
    """Another job in the place of one that nobody has claimed yet."""
    job = anew(read(waiting.kind, waiting.body))
    await outbox.rewrite(tx, waiting.id, written(job) | {_TRACE: waiting.body.get(_TRACE)})


def job_of(entry: Claimed) -> Job:
    """What an entry is to do. Raises Rejected for a kind nobody knows, UnreadableRow for another's body."""
    return read(entry.kind, entry.body)


def trace_of(entry: Claimed) -> str | None:
    """The trace of the message it came of."""
    trace = entry.body.get(_TRACE)
    return trace if isinstance(trace, str) else None


def ticket_lane(reference: str) -> str:
    """What concerns one ticket leaves in order, its filing first."""
    return f"ticket:{reference}"
