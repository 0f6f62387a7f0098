"""What does not get out, of the front door and of the desk: seen, let go again, or given up.

The rule: where an entry goes and why it does not is shown, never what it says. The front door's outbox is
only looked at where both share a database and a process.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from desk import outbox as callbacks
from storage import outbox as front
from storage.database import Tx

FRONT, DESK = "front", "desk"
MOST = 200
WHY = "buried at the desk"
_FRONT_STATES = ("buried", "unsure", "kept", "due")


@dataclass(frozen=True, slots=True)
class Letter:
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


async def undelivered(tx: Tx, *, of_front: bool) -> tuple[Letter, ...]:
    """What was given up, may have arrived, or was tried in vain; the desk's callbacks first."""
    found = [
        _from_desk(entry)
        for state in ("buried", "waiting")
        for entry in await callbacks.entries(tx, state=state, limit=MOST)
        if state == "buried" or entry.attempts
    ]
    if of_front:
        for state in _FRONT_STATES:
            entries = await front.entries(tx, state, MOST)
            found += [_from_front(entry) for entry in entries if state != "due" or entry.attempts]
    return tuple(_newest_grave_first(found))[:MOST]


async def retry(tx: Tx, origin: str, entry_id: int, now: datetime) -> bool:
    """Let it go at once; False if there is none that could."""
    if origin == FRONT:
        return await front.retry(tx, entry_id, now)
    return await callbacks.retry(tx, entry_id, now)


async def bury(tx: Tx, origin: str, entry_id: int, now: datetime) -> None:
    """Give it up; those behind it go on."""
    if origin == FRONT:
        await front.bury(tx, entry_id, WHY, now)
    else:
        await callbacks.bury(tx, entry_id, WHY, now)


def _from_desk(entry: callbacks.Entry) -> Letter:
    state = "due" if entry.state == "waiting" else entry.state
    return Letter(
        DESK,
        entry.id,
        "front",
        entry.type,
        state,
        entry.attempts,
        entry.queued_at,
        entry.due_at,
        entry.reason,
    )


def _from_front(entry: front.Entry) -> Letter:
    return Letter(
        FRONT,
        entry.id,
        entry.destination,
        entry.kind,
        entry.state,
        entry.attempts,
        entry.queued_at,
        entry.due_at,
        entry.reason,
    )


def _newest_grave_first(letters: Iterable[Letter]) -> list[Letter]:
    return sorted(letters, key=lambda letter: (letter.state != "buried", -letter.queued_at.timestamp()))
