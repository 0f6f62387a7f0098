"""What does not get out, of the front door and of the desk: seen, let go again, or given up.

The rule: where an entry goes and why it does not is shown, never what it says. The front door's outbox is
only looked at where both share a database and a process.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk import outbox as callbacks
from storage.db.database import Tx
from storage.outbox import outbox as front
from storage.outbox.engine import Entry, Outbox

FRONT, DESK = "front", "desk"
MOST = 200
WHY = "buried at the desk"
STATES = ("buried", "unsure", "kept", "due")
_BOXES: dict[str, Outbox[Any]] = {FRONT: front.OUTBOX, DESK: callbacks.OUTBOX}


@dataclass(frozen=True, slots=True)
class UndeliveredMessage:
    """One entry. `origin`: front or desk; `state`: due, kept, unsure or buried; times are aware."""

    origin: str
    id: int
    destination: str
    kind: str
    state: str
    attempts: int
    queued_at: datetime
    due_at: datetime
    reason: str | None


async def undelivered(tx: Tx, *, of_front: bool) -> tuple[UndeliveredMessage, ...]:
    """What was given up, may have arrived, or was tried in vain; the desk's callbacks first."""
    origins = (DESK, FRONT) if of_front else (DESK,)
    found = [
        _letter(origin, entry)
        for origin in origins
        for state in STATES
        for entry in await _BOXES[origin].entries(tx, state, MOST)
        if state != "due" or entry.attempts
    ]
    return tuple(_newest_grave_first(found))[:MOST]


async def retry(tx: Tx, origin: str, entry_id: int, now: datetime) -> bool:
    """Let it go at once; False if there is none that could."""
    return await _BOXES[origin].retry(tx, entry_id, now)


async def bury(tx: Tx, origin: str, entry_id: int, now: datetime) -> None:
    """Give it up; those behind it go on."""
    await _BOXES[origin].bury(tx, entry_id, WHY, now)


def _letter(origin: str, entry: Entry) -> UndeliveredMessage:
    return UndeliveredMessage(
        origin,
        entry.id,
        entry.destination,
        entry.kind,
        entry.state,
        entry.attempts,
        entry.queued_at,
        entry.due_at,
        entry.reason,
    )


def _newest_grave_first(messages: Iterable[UndeliveredMessage]) -> list[UndeliveredMessage]:
    return sorted(messages, key=lambda message: (message.state != "buried", -message.queued_at.timestamp()))
