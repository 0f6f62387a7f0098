"""An anchor as one line that is kept outside, on paper or another machine, and compared later."""

from datetime import datetime, timedelta

from desk.history import anchors
from storage.db.database import Database

_SEAL = "seal="
_DIGITS = frozenset("0123456789abcdef")


async def made_now(database: Database, now: datetime) -> str | None:
    """Anchor what is ripe and give the newest anchor's line; None while there is none."""
    async with database.write() as tx:
        await anchors.drop(tx, now, every=timedelta())
        newest = await anchors.newest(tx)
        if newest is None:
            return None
        events = await anchors.events_until(tx, newest.id)
    at = newest.at.isoformat(timespec="seconds")
    return f"anchor={newest.id} at={at} events={events} lines={newest.lines or 0} {_SEAL}{newest.mac}"


def seals(kept: str) -> tuple[str, ...]:
    """The seals of kept lines, one a line or one alone. Raises ValueError for anything else, or nothing."""
    found = tuple(line.split()[-1].removeprefix(_SEAL) for line in kept.splitlines() if line.strip())
    if not found or not all(map(is_seal, found)):
        raise ValueError("no line of an anchor")
    return found


def is_seal(word: str) -> bool:
    """Whether this is written like a seal."""
    return len(word) == 64 and _DIGITS.issuperset(word)
